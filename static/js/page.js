// What every script shares: requests, the busy mark, announcements, small finders.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- busy: tests and people wait for it, not for a time ----

const running = new Set();

export function busy(what, isBusy) {
  if (isBusy) running.add(what);
  else running.delete(what);
  if (running.size) document.body.dataset.busy = "";
  else delete document.body.dataset.busy;
}

export async function busyWhile(work) {
  const token = Symbol("work");
  busy(token, true);
  try {
    return await work;
  } finally {
    busy(token, false);
  }
}

// ---- words ----

// Sentences come translated from the server, in data attributes of #words.
export function words(key, values = {}) {
  const text = one("#words")?.dataset[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

let lastSaid = 0;

// At most one announcement a second, the latest wins.
export function say(text, { urgent = false } = {}) {
  const region = one(urgent ? "#alert" : "#status");
  if (!region) return;
  const wait = Math.max(0, 1000 - (Date.now() - lastSaid));
  clearTimeout(say.timer);
  say.timer = setTimeout(() => {
    lastSaid = Date.now();
    region.textContent = "";
    const line = document.createElement("div");
    line.className = urgent ? "" : "visually-hidden";
    line.textContent = text;
    region.append(line);
  }, wait);
}

// ---- requests ----

export class Offline extends Error {}

export const csrfToken = () => one("input[name=csrfmiddlewaretoken]")?.value ?? "";

export function renewCsrf(token) {
  for (const input of all("input[name=csrfmiddlewaretoken]")) input.value = token;
}

let renewed = null;

// Resolves when the person has signed in again in this page (session.js says so).
function signedInAgain() {
  renewed ??= new Promise((resolve) => {
    document.addEventListener("session-renewed", () => {
      renewed = null;
      resolve();
    }, { once: true });
  });
  return renewed;
}

// One request that survives the end of the session: it waits for the new sign-in and is sent once more.
export async function send(url, { method = "GET", body = null, accept = "text/html", ask = true, signal } = {}) {
  const headers = { "HX-Request": "true", Accept: accept };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  let response;
  try {
    response = await fetch(url, { method, body, headers, credentials: "same-origin", signal });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new Offline(String(problem));
  }
  document.dispatchEvent(new CustomEvent("server-answered", { detail: { status: response.status } }));
  if (response.status === 401 && ask) {
    document.dispatchEvent(new CustomEvent("session-expired"));
    await signedInAgain();
    if (body instanceof FormData && body.has("csrfmiddlewaretoken")) body.set("csrfmiddlewaretoken", csrfToken());
    return send(url, { method, body, accept, ask, signal });
  }
  return response;
}

export const inField = (target) => Boolean(target?.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));

// The line height of text, focus rings and sticky bars are the style sheet's business; here only: focus and be seen.
export function focusOn(element) {
  if (!element) return;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}
