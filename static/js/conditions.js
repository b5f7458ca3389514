// The conditions of the forms, run in the page; the same operators as trial_edc/crf/conditions.py.

const given = (values, item) => {
  const value = values[item];
  return value === undefined || value === "" || (Array.isArray(value) && !value.length) ? null : value;
};
const number = (values, item) => {
  const value = given(values, item);
  return value === null || Number.isNaN(Number(value)) ? null : Number(value);
};

const OPERATORS = {
  answered(condition, values) {
    const value = given(values, condition.items[0]);
    if (value === null) return false;
    const several = Array.isArray(value) ? value : [value];
    return !condition.args || several.some((one) => condition.args.includes(one));
  },
  at_least(condition, values) {
    const value = number(values, condition.items[0]);
    return value !== null && value >= Number(condition.args[0]);
  },
  outside(condition, values) {
    const [value, low, high] = condition.items.map((item) => number(values, item));
    return value !== null && ((low !== null && value < low) || (high !== null && value > high));
  },
  all: (condition, values) => (condition.parts ?? []).every((part) => holds(part, values)),
  any: (condition, values) => (condition.parts ?? []).some((part) => holds(part, values)),
  not: (condition, values) => !holds(condition.parts[0], values),
};

export function holds(condition, values) {
  return OPERATORS[condition.op](condition, values);
}
