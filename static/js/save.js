// Saving a form without leaving the page: the answer brings the section anew.
import { all, busyWhile, focusOn, Offline, one, say, send, words } from "./page.js";
import * as drafts from "./drafts.js";
import * as fields from "./fields.js";
import { firstStop, formOf, nextUnfinished, prepare, rowsOf, sectionOf, sections, setActive } from "./sections.js";

export async function save(section, { next = false, button = null } = {}) {
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
    show(section, page, { response, next, sent: body });
    delete section.dataset.dirty;
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
    drafts.restore(form.dataset.draftUrl, form.dataset.revision, new Map([...(held ?? fieldsTyped(form)), ...typedSince(section, body)]));
    drafts.flush();
    say(words("notSaved"), { urgent: true });
  } finally {
    delete form.dataset.sending;
    button?.removeAttribute("aria-busy");
  }
}

const fieldsTyped = (form) => [...new FormData(form)].filter(([name, value]) => !name.startsWith("_") && name !== "csrfmiddlewaretoken" && value !== "");

// What was typed while the save was on its way goes into the fresh section, and into the draft.
function typedSince(section, sent) {
  return rowsOf(section)
    .map((row) => [row.dataset.field, fields.valueOf(row)])
    .filter(([name, value]) => value !== sent.getAll(name).join(","));
}

function show(section, page, { response, next, sent }) {
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
  const late = typedSince(section, sent);
  keepPrevious(section, fresh);
  section.replaceWith(fresh);
  // The answer may hold one form alone; then strip and list of the visit stay, and only the form's line changes.
  if (sections().length === all("section[data-form]", page).length + 1 || one("#rail", page)) {
    for (const part of all("[data-swap]", page)) swap(part);
  } else updateRail(fresh);
  window.htmx?.process(fresh);
  document.dispatchEvent(new Event("section-replaced"));
  prepare(fresh);
  setActive(fresh, { again: true });
  for (const [name, value] of late) {
    const row = fields.rowNamed(name, fresh);
    if (row) fields.setValue(row, value);
  }
  afterSave(fresh, response, next);
}

// A part with a form that is being typed in stays as it is.
export function swap(part) {
  const old = document.getElementById(part.id);
  if (!old || one("[data-dirty]", old)) return;
  old.replaceWith(part);
  window.htmx?.process(part);
  for (const section of all("section[data-form]", part)) prepare(section);
}

function keepPrevious(section, fresh) {
  for (const row of rowsOf(fresh)) {
    const place = one(".prev", row);
    const before = one(".prev", fields.rowNamed(row.dataset.field, section) ?? section);
    if (place && before && !place.textContent.trim()) place.replaceChildren(...before.cloneNode(true).childNodes);
  }
}

export function updateRail(section) {
  const link = one(`#rail a[href="#${section.id}"]`);
  if (!link) return;
  one("use", link).setAttribute("href", `#s-${section.dataset.status}`);
  if (section.dataset.count) one("small", link).textContent = section.dataset.count;
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

// From the dialog of changes without a reason: one reason for all of them, then the save is tried again.
export function saveWithReason(dialog) {
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
