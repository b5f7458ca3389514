// Entry of forms: drafts while typing, conditions in place, missing codes, reasons, save without leaving the page.
import { all, focusOn, one, say, words } from "./page.js";
import { composing } from "./keys.js";
import * as drafts from "./drafts.js";
import * as fields from "./fields.js";
import { save, saveWithReason, updateRail } from "./save.js";
import { activeSection, applyConditions, DONE, firstStop, formOf, prepare, rowsOf, sectionOf, sections, setActive, toSave } from "./sections.js";
import "./combo.js";

// ---- what is typed ----

function keep(control, { now = false } = {}) {
  const form = control.form;
  if (!form?.dataset.draftUrl || form.dataset.sending || !control.name || control.name.startsWith("_")) return;
  sectionOf(form).dataset.dirty = Date.now();
  if (form.dataset.prefilled) {
    // What the page brought along becomes part of the draft with the first thing that is typed.
    for (const [name, text] of Object.entries(JSON.parse(form.dataset.prefilled))) {
      drafts.keep(form.dataset.draftUrl, form.dataset.revision, name, text);
    }
    delete form.dataset.prefilled;
  }
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
  section.dataset.status = "draft";
  if (reply.answered !== undefined) section.dataset.count = `${reply.answered}/${reply.expected}`;
  one(".card-h use", section)?.setAttribute("href", "#s-draft");
  updateRail(section);
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
  const section = list[list.indexOf(activeSection() ?? list[0]) + step];
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
    const target = toSave();
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
  // The open drawer is part of the address: a reload shows it again.
  const item = drawerOpener?.dataset.item;
  if (item) history.replaceState(null, "", `${location.pathname}?item=${encodeURIComponent(item)}${location.hash}`);
  focusOn(one("h2, button, a", event.detail.target));
});

sections().forEach(prepare);
setActive(sections().find((section) => formOf(section) && !DONE.includes(section.dataset.status)) ?? sections()[0]);
if (!(location.hash && land(location.hash)) && activeSection() && one("[data-start-typing]")) focusOn(firstStop(activeSection()));
const asked = new URLSearchParams(location.search).get("item");
if (asked) one("[data-item]", fields.rowNamed(asked) ?? document.createElement("div"))?.click();
drafts.start(one("[data-key-url]")?.dataset.keyUrl ?? "");
