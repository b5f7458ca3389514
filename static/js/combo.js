// Search boxes over a vocabulary (CTCAE terms): type, arrows, Enter. What was typed stays as typed until one is chosen.
import { all, busyWhile, Offline, one, send } from "./page.js";
import { composing } from "./keys.js";

const timers = new WeakMap();
const listOf = (box) => document.getElementById(box.getAttribute("aria-controls"));

function close(box) {
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
  const list = listOf(box);
  list.hidden = true;
  list.replaceChildren();
}

async function ask(box) {
  const text = box.value.trim();
  if (text.length < 2) {
    close(box);
    return;
  }
  try {
    const response = await busyWhile(send(`${box.dataset.search}?q=${encodeURIComponent(text)}&for=${encodeURIComponent(box.name)}`));
    if (!response.ok || box.value.trim() !== text) return;
    const list = listOf(box);
    list.innerHTML = await response.text();
    list.hidden = false;
    for (const [at, option] of all("[role=option]", list).entries()) option.id ||= `${list.id}-${at}`;
    box.setAttribute("aria-expanded", "true");
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
  }
}

function move(box, step) {
  const options = all("[role=option]", listOf(box));
  if (!options.length) return;
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = options[at === -1 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length];
  for (const option of options) option.setAttribute("aria-selected", String(option === next));
  box.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function choose(box, option) {
  box.value = option.dataset.value;
  close(box);
  box.dispatchEvent(new Event("change", { bubbles: true }));
  box.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: { ...option.dataset } }));
}

document.addEventListener("input", (event) => {
  const box = event.target;
  if (!box.matches("input[data-search]")) return;
  clearTimeout(timers.get(box));
  timers.set(box, setTimeout(() => ask(box), 120));
});

document.addEventListener("keydown", (event) => {
  const box = event.target;
  if (composing(event) || !box.matches?.("input[data-search]")) return;
  const isOpen = box.getAttribute("aria-expanded") === "true";
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (isOpen) move(box, event.key === "ArrowDown" ? 1 : -1);
    else ask(box);
  } else if (isOpen && event.key === "Enter") {
    const option = one("[aria-selected=true]", listOf(box));
    if (option) {
      event.preventDefault();
      event.stopImmediatePropagation();
      choose(box, option);
    } else close(box);
  } else if (isOpen && event.key === "Escape") {
    event.stopImmediatePropagation();
    close(box);
  }
}, { capture: true });

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest(".combo [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(one("input[data-search]", option.closest(".combo")), option);
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("input[data-search]")) close(event.target);
});
