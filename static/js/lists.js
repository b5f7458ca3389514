// Lists and queues: j and k move, x selects, Enter opens. Rows are [data-row]; their first link or button is the target.
import { all, focusOn, inField, one, say, words } from "./page.js";
import { composing } from "./keys.js";

const rows = () => all("[data-row]").filter((row) => row.offsetParent);
const handle = (row) => (row.matches("a, button") ? row : one("[data-open], a, button, input", row));

function current() {
  return document.activeElement?.closest("[data-row]") ?? null;
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(current());
  const next = list[Math.min(list.length - 1, Math.max(0, at === -1 ? 0 : at + step))];
  focusOn(handle(next));
}

function select() {
  const row = current() ?? rows()[0];
  const box = row && one("input[type=checkbox][data-select]", row);
  if (!box) {
    const alone = row && one("[data-alone-link]", row);
    if (alone) alone.click();
    return;
  }
  if (box.disabled) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  move(1);
}

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.defaultPrevented || inField(event.target)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  if (document.body.dataset.singleKeys === "off" || !rows().length) return;
  const acts = { KeyJ: () => move(1), KeyK: () => move(-1), KeyX: select };
  if (acts[event.code] && !event.shiftKey) {
    event.preventDefault();
    acts[event.code]();
  }
});

// "Sign 3 selected": the button counts what is ticked.
function count() {
  const button = one("[data-count-selected]");
  if (!button) return;
  const n = all("input[data-select]:checked").length;
  const text = one("[data-count]", button);
  if (text) text.textContent = n;
  button.disabled = n === 0;
  say(words("selected", { n }));
}
document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-select]")) count();
});
if (one("[data-count-selected]")) count();

// The first row is focused, so that Enter starts work; not when the address names a place of its own.
const first = one("[data-focus-first] [data-row]");
if (first && !location.hash && (document.activeElement === document.body || !document.activeElement)) handle(first).focus({ preventScroll: true });
