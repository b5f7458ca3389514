// Shortcuts that work on every page. Single letters act only outside fields and can be turned off.
import { all, focusOn, inField, one } from "./page.js";

const GO = { KeyW: "/", KeyS: "/subjects/", KeyQ: "/queries/" };
let goUntil = 0;

export const composing = (event) => event.isComposing || event.keyCode === 229;

const openDialogs = () => all("dialog[open]");

function closeTop(event) {
  const menu = all("details[open].menu, details[open].miss-menu").at(-1);
  if (menu) {
    menu.open = false;
    focusOn(one("summary", menu));
    return true;
  }
  const drawer = one(".drawer.open");
  if (drawer && !openDialogs().length) {
    drawer.dispatchEvent(new CustomEvent("close-drawer", { bubbles: true }));
    return true;
  }
  return Boolean(openDialogs().length && event);
}

function letter(event) {
  if (event.code in GO && Date.now() < goUntil) {
    const link = one(`.nav a[href="${GO[event.code]}"]`);
    goUntil = 0;
    if (link) link.click();
    return Boolean(link);
  }
  goUntil = 0;
  if (event.code === "KeyG") {
    goUntil = Date.now() + 1500;
    return true;
  }
  if (event.key === "?") {
    one("#keys")?.showModal();
    return true;
  }
  if (event.key === "/") {
    const filter = one("[data-filter]");
    if (filter) {
      focusOn(filter);
      filter.select?.();
    }
    return Boolean(filter);
  }
  const target = one(`[data-key="${CSS.escape(event.key)}"]`);
  if (target && target.offsetParent) {
    target.click();
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.defaultPrevented) return;
  if (event.key === "Escape") {
    closeTop(event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
  if (openDialogs().length || document.body.dataset.singleKeys === "off") return;
  if (letter(event)) event.preventDefault();
});
