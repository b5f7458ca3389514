// Entry of forms: drafts while typing, conditions in place, missing codes, reasons, save without leaving the page.
import { all, busyWhile, focusOn, Offline, one, say, send, words } from "./page.js";
import { composing } from "./keys.js";
import { holds } from "./conditions.js";
import * as drafts from "./drafts.js";
import * as fields from "./fields.js";
import "./combo.js";

const sections = () => all("section[data-form]");
const sectionOf = (element) => element?.closest?.("section[data-form]") ?? null;
const formOf = (section) => one("form[data-entry]", section);
const rowsOf = (section) => all(".frow[data-field]", section);
const DONE = ["complete", "not-done", "withdrawn", "locked"];
let active = null;

// ---- one section ----

function prepare(section) {
  const form = formOf(section);
  if (!form) return;
  const isSaved = Number(form.dataset.revision) > 0;
  for (const row of rowsOf(section)) {
    fields.remember(row, isSaved);
    fields.otherReason(row);
  }
  applyConditions(section, { quiet: true });
}

function applyConditions(section, { quiet = false } = {}) {
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

function setActive(section) {
  if (!section || section === active || !formOf(section)) return;
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

function nextUnfinished(section) {
  const list = sections().filter(formOf);
  const at = list.indexOf(section);
  return [...list.slice(at + 1), ...list.slice(0, at)].find((one) => !DONE.includes(one.dataset.status)) ?? null;
}

function firstStop(section) {
  const rows = rowsOf(section).filter((row) => fields.stopOf(row));
  return fields.stopOf(rows.find((row) => !fields.valueOf(row)) ?? rows[0] ?? section);
}

// ---- what is typed ----

function keep(control, { now = false } = {}) {
  const form = control.form;
  if (!form?.dataset.draftUrl || !control.name || control.name.startsWith("_")) return;
  const row = fields.rowOf(control);
  const isOwn = row && control.name === row.dataset.field;
  let value = isOwn ? fields.valueOf(row) : control.value;
  if (!isOwn && (control.type === "checkbox" || control.type === "radio") && !control.checked) value = "";
  drafts.keep(form.dataset.draftUrl, form.dataset.revision, control.name, value);
  if (now) drafts.flush();
}

function left(control) {
  const row = fields.rowOf(control);
  if (!row) return;
  if (control.name === row.dataset.field && !["radio", "checkbox"].includes(control.type)) {
    const code = fields.missingCode(row);
    if (code) control.value = code;
    fields.showMissing(row, code);
  }
  fields.showReason(row);
  applyConditions(sectionOf(row));
  if (row.waitingMessage) {
    fields.showMessage(row, row.waitingMessage);
    delete row.waitingMessage;
  }
}

document.addEventListener("input", (event) => {
  if (!event.target.form?.dataset.draftUrl || event.target.matches("[role=combobox]")) return;
  keep(event.target);
});

document.addEventListener("change", (event) => {
  const control = event.target;
  if (!control.form?.dataset.draftUrl) return;
  const row = fields.rowOf(control);
  if (row && control.matches(".un.sw input")) {
    fields.askAboutUnit(row, all(".un.sw input", row).find((one) => one.dataset.chosen === "yes"), control);
    for (const input of all(".un.sw input", row)) input.dataset.chosen = input === control ? "yes" : "no";
  }
  if (row && control.matches("[data-keep]")) row.classList.toggle("is-kept", control.checked);
  if (row && control.matches(".rfc input")) fields.otherReason(row);
  if (row && control.name === row.dataset.field && control.type === "radio") {
    fields.showMissing(row, fields.missingCode(row));
    one(".miss-menu[open]", row)?.removeAttribute("open");
  }
  keep(control, { now: true });
  left(control);
});

document.addEventListener("focusin", (event) => setActive(sectionOf(event.target)));
document.addEventListener("focusout", (event) => {
  const row = fields.rowOf(event.target);
  if (row && !row.contains(event.relatedTarget)) left(event.target);
});

drafts.onKept((url, reply) => {
  const form = one(`form[data-draft-url="${CSS.escape(url)}"]`);
  const section = sectionOf(form);
  if (!section) return;
  for (const [name, info] of Object.entries(reply.fields ?? {})) {
    const row = fields.rowNamed(name, section);
    if (!row) continue;
    // Never a message while the person types in the field: it comes when the field is left.
    if (row.contains(document.activeElement) && document.activeElement.matches("input, textarea")
      && !["radio", "checkbox"].includes(document.activeElement.type)) row.waitingMessage = info;
    else fields.showMessage(row, info);
  }
  if (!DONE.includes(section.dataset.status) || section.dataset.status === "complete") markDraft(section, reply);
});

function markDraft(section, reply) {
  const badge = one("[data-state-badge]", section);
  if (badge) {
    badge.textContent = words(Number(formOf(section).dataset.revision) ? "unsaved" : "draft");
    badge.className = "badge b-info";
  }
  one(`#rail a[href="#${section.id}"] use`)?.setAttribute("href", "#s-draft");
  const counted = one(`#rail a[href="#${section.id}"] small`);
  if (counted && reply.answered !== undefined) counted.textContent = `${reply.answered}/${reply.expected}`;
  section.dataset.status = "draft";
}

// ---- save ----

async function save(section, { next = false, button = null } = {}) {
  const form = formOf(section);
  if (!form || form.dataset.sending || drafts.isOffline()) return;
  form.dataset.sending = "yes";
  button?.setAttribute("aria-busy", "true");
  await drafts.settled();
  const held = drafts.drop(form.dataset.draftUrl);
  const body = new FormData(form);
  body.set(next ? "save-next" : "save", "1");
  try {
    const response = await busyWhile(send(form.action, { method: "POST", body }));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.status >= 500) throw new Offline("not saved");
    show(section, page, response, next);
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
    drafts.restore(form.dataset.draftUrl, form.dataset.revision, held ?? new Map(fieldsTyped(form)));
    drafts.flush();
    say(words("notSaved"), { urgent: true });
  } finally {
    delete form.dataset.sending;
    button?.removeAttribute("aria-busy");
  }
}

const fieldsTyped = (form) => [...new FormData(form)].filter(([name, value]) => !name.startsWith("_") && name !== "csrfmiddlewaretoken" && value !== "");

function show(section, page, response, next) {
  const merge = one("[data-merge]", page);
  if (merge) {
    one("#main").replaceChildren(...one("[data-merge]", page).parentNode.childNodes);
    all(".bar").forEach((bar) => bar.remove());
    focusOn(one("[data-merge] h1, [data-merge] h2"));
    return;
  }
  const fresh = one(`#${CSS.escape(section.id)}`, page);
  if (!fresh) {
    // The answer is another page (a new log entry got its number): go there.
    location.assign(response.url);
    return;
  }
  section.replaceWith(fresh);
  for (const part of all("[data-swap]", page)) document.getElementById(part.id)?.replaceWith(part);
  window.htmx?.process(fresh);
  document.dispatchEvent(new Event("section-replaced"));
  prepare(fresh);
  active = null;
  setActive(fresh);
  afterSave(fresh, response, next);
}

function afterSave(section, response, next) {
  const dialog = one("dialog[data-reasons]", section);
  if (dialog) {
    dialog.showModal();
    return;
  }
  const clean = one("[data-draft-text]");
  if (clean && response.ok) {
    clean.textContent = one("[data-saved-text]", section)?.textContent ?? words("saved");
    clean.closest("[data-state]").dataset.state = "clean";
  }
  document.title = document.title.replace(/^Error: /, "");
  if (response.status === 422) document.title = `${words("error")} ${document.title}`;
  const summary = one(".summary", section);
  if (next && response.ok && !one("a", summary ?? section.cloneNode())) {
    const after = nextUnfinished(section);
    focusOn(after ? firstStop(after) : one("#visit-done") ?? summary);
    return;
  }
  focusOn(summary ?? one("h2", section));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-entry]")) return;
  const button = event.submitter;
  event.preventDefault();
  save(sectionOf(form), { next: button?.name === "save-next", button });
});

// ---- keys ----

const stops = () => all(".frow[data-field]").map((row) => fields.stopOf(row)).filter(Boolean);

function nextField(from) {
  const list = stops();
  const row = fields.rowOf(from);
  const at = list.findIndex((stop) => fields.rowOf(stop) === row);
  focusOn(list[at + 1] ?? one("[data-save]"));
  const now = document.activeElement;
  if (now?.matches("input:not([type=radio]):not([type=checkbox])")) now.select();
}

function pick(row, key) {
  const radios = all(`[name="${CSS.escape(row.dataset.field)}"]`, row);
  const yes = { y: "Y", n: "N", s: "Y", f: "N" }[key.toLowerCase()];
  const choice = radios.find((one) => one.dataset.digit === key) ?? radios.find((one) => yes && one.value === yes);
  if (key === "Delete" || key === "Backspace") {
    for (const radio of radios) radio.checked = false;
    radios[0].dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  if (!choice) return false;
  choice.focus();
  choice.checked = choice.type === "checkbox" ? !choice.checked : true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function markMissing(row) {
  if (!row || row.classList.contains("is-missing")) return;
  const menu = one(".miss-menu", row);
  if (!menu) return;
  menu.open = true;
  focusOn(one("input, button", menu));
}

function shiftForm(step) {
  const list = sections();
  const section = list[list.indexOf(active ?? list[0]) + step];
  if (section) focusOn(firstStop(section) ?? one("h2", section));
}

const ALT = {
  KeyM: (row) => markMissing(row),
  KeyK: (row) => one("[data-keep]", row ?? document)?.click(),
  KeyH: (row) => row && one("[data-history]", row)?.click(),
  KeyQ: (row) => row && (one("[data-queries]", row) ?? one("[data-history]", row))?.click(),
  KeyI: (row) => row && focusOn(one(".ico a, .ico button", row)),
  KeyN: () => shiftForm(1),
  KeyP: () => shiftForm(-1),
};

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.defaultPrevented || one("dialog[open]")) return;
  const row = fields.rowOf(event.target);
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && (event.code === "KeyS" || event.key === "Enter")) {
    event.preventDefault();
    const name = event.code === "KeyS" ? "save" : "save-next";
    const target = active ?? sections().find(formOf);
    if (target) save(target, { next: name === "save-next", button: one(`[data-save][name="${name}"]`) });
  } else if (command && event.code === "KeyD" && row?.dataset.copy !== undefined) {
    event.preventDefault();
    fields.setValue(row, row.dataset.copy);
  } else if (event.altKey && !command && ALT[event.code]) {
    event.preventDefault();
    ALT[event.code](row);
  } else if (!command && !event.altKey && row) fieldKey(event, row);
});

function fieldKey(event, row) {
  const control = event.target;
  if (control.matches(".rfc input[type=radio], .rfc label")) {
    const choice = all(".rfc input[type=radio]", row)[Number(event.key) - 1];
    if (choice) {
      event.preventDefault();
      choice.click();
      choice.focus();
      return;
    }
  }
  if (event.key === "Enter" && !event.shiftKey && control.matches("input, select")) {
    if (control.matches("[role=combobox][aria-expanded=true], [data-keep]")) return;
    event.preventDefault();
    if (control.type === "radio" && !control.checked && control.closest(".rad")) control.click();
    nextField(control);
    return;
  }
  if (control.matches("[type=radio], [type=checkbox]") && control.name === row.dataset.field && pick(row, event.key)) event.preventDefault();
}

// ---- clicks inside rows ----

document.addEventListener("click", (event) => {
  const target = event.target;
  const row = fields.rowOf(target);
  if (row && target.closest("[data-clear-missing]")) {
    fields.setValue(row, "");
    fields.showMissing(row, "");
    focusOn(fields.stopOf(row));
  } else if (row && target.closest("[data-missing-code]")) {
    const code = target.closest("[data-missing-code]").dataset.missingCode;
    one(".miss-menu", row).open = false;
    fields.setValue(row, code);
    fields.showMissing(row, code);
    drafts.flush();
    focusOn(one(".miss input", row));
  } else if (row && target.closest("[data-use-for-all]")) {
    useForAll(row);
  } else if (target.closest("#rail a[href^='#']")) {
    const section = one(target.closest("a").getAttribute("href"));
    event.preventDefault();
    focusOn(firstStop(section) ?? one("h2", section));
    section.scrollIntoView({ block: "start" });
  } else if (target.closest(".summary a[href^='#']")) {
    event.preventDefault();
    land(target.closest("a").getAttribute("href"));
  } else if (target.closest("[data-close-drawer]")) {
    target.dispatchEvent(new CustomEvent("close-drawer", { bubbles: true }));
  } else if (target.closest("[data-save-with-reason]")) {
    saveWithReason(target.closest("dialog"));
  } else if (target.closest("[data-mark-rest]")) {
    markRest(target.closest("[data-group]") ?? sectionOf(target));
  }
});

function useForAll(row) {
  const chosen = one(".rfc input[type=radio]:checked", row);
  if (!chosen) return;
  const note = one("[data-reason-text]", row)?.value ?? "";
  for (const other of rowsOf(sectionOf(row))) {
    const radio = one(`.rfc input[type=radio][value="${chosen.value}"]`, other);
    if (!radio || other === row) continue;
    radio.checked = true;
    const text = one("[data-reason-text]", other);
    if (text) text.value = note;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  say(words("reasonForAll"));
}

// From the dialog of changes without a reason: one reason for all of them, then the save is tried again.
function saveWithReason(dialog) {
  const chosen = one("input[name=reason-all]:checked", dialog);
  if (!chosen) {
    focusOn(one("input[name=reason-all]", dialog));
    return;
  }
  const section = sectionOf(dialog);
  for (const radio of all(`.rfc input[type=radio][value="${chosen.value}"]`, section)) {
    if (one(".rfc input[type=radio]:checked", fields.rowOf(radio))) continue;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  dialog.close();
  save(section);
}

function markRest(group) {
  const empty = all(".frow[data-field]", group).filter((row) => fields.stopOf(row) && !fields.valueOf(row));
  for (const row of empty) {
    fields.setValue(row, "ND");
    fields.showMissing(row, "ND");
  }
  say(words("restNotDone", { n: empty.length }));
}

// ---- arrival ----

function land(hash) {
  const name = decodeURIComponent(hash.slice(1));
  const row = name && fields.rowNamed(name);
  const section = name && document.getElementById(name)?.closest("section[data-form]");
  const target = row ? fields.stopOf(row) : section ? firstStop(section) : null;
  focusOn(target);
  return Boolean(target);
}

document.addEventListener("close-drawer", () => {
  one("#drawer")?.replaceChildren();
  one("#drawer")?.classList.remove("open");
  history.replaceState(null, "", location.pathname + location.hash);
  focusOn(drawerOpener);
});
let drawerOpener = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "drawer") drawerOpener = event.detail.elt;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "drawer") return;
  event.detail.target.classList.add("open");
  focusOn(one("h2, button, a", event.detail.target));
});

sections().forEach(prepare);
setActive(sections().find((section) => formOf(section) && !DONE.includes(section.dataset.status)) ?? sections()[0]);
if (!(location.hash && land(location.hash)) && active && one("[data-start-typing]")) focusOn(firstStop(active));
drafts.start(one("[data-key-url]")?.dataset.keyUrl ?? "");
