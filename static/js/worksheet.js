// The tumour worksheet: drafts while typing, results that follow at once, arrows between cells.
import { all, busy, focusOn, one } from "./page.js";
import { composing } from "./keys.js";
import * as drafts from "./drafts.js";

const form = () => one("form[data-sheet]");
const mine = (element) => element?.form?.matches?.("form[data-sheet]") && !element.name.startsWith("_");

function keep(control, { now = false } = {}) {
  const sheet = form();
  if (!sheet?.dataset.draftUrl || sheet.dataset.sending || control.name.startsWith("reason")) return;
  drafts.keep(sheet.dataset.draftUrl, sheet.dataset.revision, control.name, control.value);
  if (now) drafts.flush();
}

// Rows that are asked only under an answer: why a lesion is not evaluable, what a new lesion is.
function unfold() {
  for (const row of all("tr[data-ne]")) {
    const cell = row.dataset.ne && one(`[name="${CSS.escape(row.dataset.ne)}"]`);
    row.hidden = !(cell && cell.value.trim().toUpperCase() === "NE");
  }
  const answer = one('[name="nt.nlyn"]');
  const rows = one("[data-new-lesions]");
  if (rows) rows.hidden = !answer || answer.value === "" || answer.value === "NONE";
}

document.addEventListener("input", (event) => {
  if (mine(event.target) && event.target.matches("input")) keep(event.target);
});

document.addEventListener("change", (event) => {
  if (!mine(event.target)) return;
  keep(event.target, { now: true });
  unfold();
});

// What follows is counted at the server and comes back with the kept draft.
drafts.onKept((url, reply) => {
  if (!reply.page) return;
  const fresh = new DOMParser().parseFromString(reply.page, "text/html");
  for (const place of all("[data-live]")) {
    const now = fresh.getElementById(place.id);
    if (now && !place.contains(document.activeElement)) {
      place.className = now.className;
      place.innerHTML = now.innerHTML;
    }
  }
});

document.addEventListener("submit", (event) => {
  const sheet = event.target;
  if (!sheet.matches("form[data-sheet]")) return;
  sheet.dataset.sending = "yes";
  drafts.drop(sheet.dataset.draftUrl);
  busy("save", true);
});

function move(cell, step) {
  const cells = all("[data-cell]");
  const next = cells[cells.indexOf(cell) + step];
  focusOn(next);
  next?.select();
}

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.defaultPrevented || one("dialog[open]")) return;
  const command = event.ctrlKey || event.metaKey;
  const cell = event.target.matches("[data-cell]") ? event.target : null;
  if (command && event.code === "KeyS" && form()) {
    event.preventDefault();
    if (!drafts.isOffline()) drafts.settled().then(() => form().requestSubmit(one("[data-save]")));
  } else if (command && event.code === "KeyD" && cell?.dataset.copy) {
    event.preventDefault();
    cell.value = cell.dataset.copy;
    keep(cell, { now: true });
  } else if (cell && !command && ["ArrowDown", "Enter"].includes(event.key)) {
    event.preventDefault();
    move(cell, 1);
  } else if (cell && !command && event.key === "ArrowUp") {
    event.preventDefault();
    move(cell, -1);
  }
});

unfold();
if (form()) {
  drafts.start(one("[data-key-url]")?.dataset.keyUrl ?? "");
  const summary = one(".summary");
  if (summary) focusOn(summary);
}
