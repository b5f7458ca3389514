// The sections of an entry page: one form each, its conditions, the one that is worked on.
import { all, one, say, words } from "./page.js";
import { holds } from "./conditions.js";
import * as fields from "./fields.js";

export const sections = () => all("section[data-form]");
export const sectionOf = (element) => element?.closest?.("section[data-form]") ?? null;
export const formOf = (section) => one("form[data-entry]", section);
export const rowsOf = (section) => all(".frow[data-field]", section);
export const DONE = ["complete", "not-done", "withdrawn", "locked"];
let active = null;
export const activeSection = () => active;

// ---- one section ----

export function prepare(section) {
  const form = formOf(section);
  if (!form) return;
  const isSaved = Number(form.dataset.revision) > 0;
  for (const row of rowsOf(section)) {
    fields.remember(row, isSaved);
    fields.otherReason(row);
  }
  applyConditions(section, { quiet: true });
}

export function applyConditions(section, { quiet = false } = {}) {
  const conditional = all(".frow[data-condition]", section);
  if (!conditional.length) return;
  const values = {};
  for (const row of rowsOf(section)) values[fields.addressOf(row)] = row.hidden ? "" : fields.answerOf(row);
  const appeared = [];
  for (const row of conditional) {
    const isAsked = holds(JSON.parse(row.dataset.condition), values);
    // A saved value is never hidden away: it stays until it is cleared with a reason.
    const stays = Boolean(row.dataset.before || row.dataset.was !== undefined);
    const hide = !isAsked && !stays;
    if (row.hidden && !hide) appeared.push(one("[data-label]", row)?.textContent.trim());
    row.hidden = hide;
    if (hide) values[fields.addressOf(row)] = "";
    const note = one("[data-not-expected]", row);
    if (note) note.hidden = isAsked || !stays;
  }
  if (appeared.length && !quiet) say(words("appeared", { fields: appeared.join(", ") }));
}

export function setActive(section, { again = false } = {}) {
  if (!section || (section === active && !again) || !formOf(section)) return;
  active = section;
  for (const button of all("[data-save]")) button.setAttribute("form", formOf(section).id);
  for (const link of all("#rail a")) {
    if (link.getAttribute("href") === `#${section.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const next = one("[data-next-form]");
  const after = nextUnfinished(section);
  if (next) next.textContent = after ? words("nextForm", { form: one("h2", after).textContent }) : "";
}

export function nextUnfinished(section) {
  const list = sections().filter(formOf);
  const at = list.indexOf(section);
  return [...list.slice(at + 1), ...list.slice(0, at)].find((one) => !DONE.includes(one.dataset.status)) ?? null;
}

export function firstStop(section) {
  const rows = rowsOf(section).filter((row) => fields.stopOf(row));
  return fields.stopOf(rows.find((row) => !fields.valueOf(row)) ?? rows[0] ?? section);
}

// What Ctrl S saves: the form at hand when something was typed in it, else the last one typed in.
export function toSave() {
  const dirty = sections().filter((section) => section.dataset.dirty);
  if (!active || active.dataset.dirty || !dirty.length) return active ?? sections().find(formOf);
  return dirty.reduce((latest, section) => (Number(section.dataset.dirty) > Number(latest.dataset.dirty) ? section : latest));
}
