// One field row: its value, its message, its missing chip, its reason for change, its unit.
import { all, one, words } from "./page.js";

export const MISSING = ["ND", "NA", "UNK", "NR", "NE"];

export const rowOf = (element) => element?.closest?.(".frow[data-field]") ?? null;
export const rowNamed = (name, root = document) => one(`.frow[data-field="${CSS.escape(name)}"]`, root);
export const addressOf = (row) => row.dataset.field.slice(row.dataset.field.indexOf(".") + 1);

const controls = (row) => all(`[name="${CSS.escape(row.dataset.field)}"]`, row);

// What is typed in the row's own control: text, the code of the chosen option, or codes joined by commas.
export function valueOf(row) {
  const found = controls(row);
  const first = found[0];
  if (!first) return row.dataset.value ?? "";
  if (first.type === "radio") return found.find((one) => one.checked)?.value ?? "";
  if (first.type === "checkbox") return found.filter((one) => one.checked).map((one) => one.value).join(",");
  return first.value.trim();
}

// For conditions: a missing value is no answer.
export function answerOf(row) {
  const value = valueOf(row);
  if (MISSING.includes(value.toUpperCase())) return "";
  return row.dataset.control === "multi" && value ? value.split(",") : value;
}

export function setValue(row, value) {
  for (const control of controls(row)) {
    if (control.type === "radio") control.checked = control.value === value;
    else if (control.type === "checkbox") control.checked = value.split(",").includes(control.value);
    else control.value = value;
  }
  const last = controls(row)[0];
  last?.dispatchEvent(new Event("input", { bubbles: true }));
  last?.dispatchEvent(new Event("change", { bubbles: true }));
}

// Where Tab and Enter land: the chosen radio, else the first control that can be seen.
export function stopOf(row) {
  if (row.hidden || row.closest("[hidden], [inert]")) return null;
  const found = controls(row).filter((one) => one.type !== "hidden" && !one.disabled && one.offsetParent);
  return found.find((one) => one.type === "radio" && one.checked) ?? found[0] ?? one(".miss button, .miss input", row);
}

function fromTemplate(id, row) {
  const holder = document.createElement("div");
  const label = one(".lb [data-label]", row)?.textContent ?? "";
  holder.innerHTML = one(`#${id}`).innerHTML.replaceAll("FIELD", row.dataset.field).replaceAll("LABEL", label.replaceAll('"', ""));
  return holder.firstElementChild;
}

// ---- missing ----

export function showMissing(row, code) {
  const old = one(".miss", row);
  if (!code) {
    old?.remove();
    row.classList.remove("is-missing");
    return;
  }
  const chip = old ?? fromTemplate("missing-template", row);
  one("b", chip).textContent = code;
  one("[data-words]", chip).textContent = words(`missing${code}`);
  if (!old) one(".ctl", row).append(chip);
  row.classList.add("is-missing");
}

export function missingCode(row) {
  const typed = valueOf(row).toUpperCase();
  return row.dataset.control !== "longtext" && MISSING.includes(typed) ? typed : "";
}

// ---- messages ----

export function showMessage(row, { message = "", level = "", echo = "" }) {
  const place = one(".echo", row);
  if (place) place.textContent = echo;
  const shown = one("[data-message]", row);
  const stop = controls(row)[0];
  if (!message) {
    shown?.remove();
    for (const control of controls(row)) control.removeAttribute("aria-invalid");
    row.classList.remove("is-kept");
    return;
  }
  if (shown && one("[data-text]", shown)?.textContent === message) return;
  const box = fromTemplate(level === "error" ? "error-template" : "finding-template", row);
  one("[data-text]", box).textContent = message;
  if (shown) shown.replaceWith(box);
  else one(".ctl", row).after(box);
  if (level === "error" && stop) stop.setAttribute("aria-invalid", "true");
}

// ---- reason for change ----

export function remember(row, isSaved) {
  if (!isSaved || row.dataset.was !== undefined) return;
  row.dataset.before = valueOf(row);
}

export function isChanged(row) {
  if (row.dataset.was !== undefined) return true;
  return Boolean(row.dataset.before) && valueOf(row) !== row.dataset.before;
}

export function showReason(row) {
  const shown = one(".rfc", row);
  const needed = isChanged(row);
  row.classList.toggle("chg", needed);
  if (needed && !shown) row.append(fromTemplate("reason-template", row));
  if (!needed && shown && row.dataset.was === undefined) shown.remove();
}

export function otherReason(row) {
  const text = one(".rfc [data-reason-text]", row);
  const other = one(".rfc input[type=radio][value=other]", row);
  if (text && other) text.hidden = !other.checked;
}

// ---- units: a typed value is never converted silently ----

export function askAboutUnit(row, before, chosen) {
  const typed = valueOf(row);
  const factor = (input) => Number(input.dataset.factor || "NaN");
  one("[data-unit-question]", row)?.remove();
  if (!typed || missingCode(row) || !before) return;
  const number = Number(typed.replace(",", "."));
  const converted = Number(((number * factor(before)) / factor(chosen)).toPrecision(6));
  const box = fromTemplate("unit-template", row);
  const keep = one("[data-unit-keep]", box);
  const convert = one("[data-unit-convert]", box);
  keep.textContent = words("unitKeep", { value: typed, unit: chosen.value });
  convert.hidden = !Number.isFinite(converted);
  convert.textContent = words("unitConvert", { value: converted, unit: chosen.value });
  keep.addEventListener("click", () => done());
  convert.addEventListener("click", () => done(String(converted)));
  const back = stopOf(row);
  function done(value) {
    box.remove();
    if (value !== undefined) setValue(row, value);
    back?.focus();
  }
  one(".ctl", row).after(box);
  keep.focus();
}
