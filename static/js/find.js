// Command box (Ctrl K): subjects, visits, forms and actions; the server answers with options.
import { all, busyWhile, one, Offline, send, words } from "./page.js";
import { composing } from "./keys.js";

const dialog = one("#find");
const input = one("#find-q");
const list = one("#find-list");
const RECENT = "edc-recent-places";
let timer = 0;
let asking = null;

// Coded numbers and page names only, for this tab only.
function recent() {
  try {
    return JSON.parse(sessionStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

function remember(option) {
  const link = one("a", option);
  const place = { url: link.getAttribute("href"), text: link.textContent.trim() };
  const places = [place, ...recent().filter((old) => old.url !== place.url)].slice(0, 6);
  sessionStorage.setItem(RECENT, JSON.stringify(places));
}

function showRecent() {
  list.replaceChildren();
  const places = recent();
  if (!places.length) return;
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", words("recent"));
  for (const [at, place] of places.entries()) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.id = `recent-${at}`;
    const link = document.createElement("a");
    link.href = place.url;
    link.tabIndex = -1;
    link.textContent = place.text;
    option.append(link);
    group.append(option);
  }
  list.append(group);
}

function choose(step) {
  const options = all("[role=option]", list);
  if (!options.length) return;
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = options[(at + step + options.length) % options.length];
  for (const option of options) option.setAttribute("aria-selected", String(option === next));
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function go() {
  const option = one("[aria-selected=true]", list) ?? one("[role=option]", list);
  if (!option) return;
  remember(option);
  location.assign(one("a", option).href);
}

async function ask() {
  asking?.abort();
  const text = input.value.trim();
  if (!text) {
    showRecent();
    return;
  }
  asking = new AbortController();
  try {
    const url = `${dialog.querySelector("form").action}?q=${encodeURIComponent(text)}`;
    const response = await busyWhile(send(url, { signal: asking.signal }));
    if (!response.ok) return;
    list.innerHTML = await response.text();
    for (const link of all("a", list)) link.tabIndex = -1;
    if (one("[role=option]", list)) choose(1);
  } catch (problem) {
    if (problem.name !== "AbortError" && !(problem instanceof Offline)) throw problem;
  }
}

function open() {
  if (one("#relogin[open]")) return;
  dialog.showModal();
  input.value = "";
  showRecent();
  input.focus();
}

if (dialog) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-find]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!composing(event) && (event.ctrlKey || event.metaKey) && event.code === "KeyK" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (!dialog.open) open();
    }
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 80);
  });
  input.addEventListener("keydown", (event) => {
    if (composing(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go();
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) remember(option);
  });
}
