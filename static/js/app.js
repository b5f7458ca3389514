// Every signed-in page: keys, command box, session, matrix, menus. Entry pages add entry.js.
import { all, busy, one } from "./page.js";
import "./keys.js";
import "./find.js";
import "./session.js";
import "./matrix.js";
import "./lists.js";

document.addEventListener("htmx:configRequest", (event) => {
  const token = one("input[name=csrfmiddlewaretoken]")?.value;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:beforeRequest", (event) => busy(event.detail.xhr, true));
for (const end of ["htmx:afterSettle", "htmx:responseError", "htmx:sendError", "htmx:sendAbort", "htmx:timeout"]) {
  document.addEventListener(end, (event) => busy(event.detail.xhr, false));
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || event.detail.xhr.status === 204) busy(event.detail.xhr, false);
});

// A menu is a <details>: one open at a time, closed by a click outside or by Escape (keys.js).
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target.closest("[data-open-keys]")) one("#keys")?.showModal();
});

// Selects that change what a list shows send their form at once; the button stays for those without scripts.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// Quick answers fill the box; the person still sends it.
document.addEventListener("click", (event) => {
  const quick = event.target.closest("[data-quick]");
  if (!quick) return;
  const box = one("textarea", quick.form ?? quick.closest("form"));
  box.value = quick.textContent.trim();
  box.focus();
});
