// The draft queue: what was typed goes to the server, one request at a time; without a line it waits in the vault.
import { all, busy, csrfToken, Offline, one, say, send, words } from "./page.js";
import * as vault from "./vault.js";

const PAUSE_MS = 2000;
const RETRY_MS = 5000;
const waiting = new Map(); // draft address -> Map(name -> value)
const revisions = new Map(); // draft address -> revision the page has open
let inFlight = null;
let timer = 0;
let offlineSince = "";
let listener = () => {};

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const count = () => [...waiting.values()].reduce((sum, values) => sum + values.size, 0);
export const hasUnsent = () => count() > 0 || inFlight !== null;
export const isOffline = () => offlineSince !== "";

// listener(address, reply) is called with the server's answer about each kept form.
export function onKept(callback) {
  listener = callback;
}

export function keep(url, revision, name, value) {
  if (!waiting.has(url)) waiting.set(url, new Map());
  waiting.get(url).set(name, value);
  revisions.set(url, revision);
  if (isOffline()) {
    store(url);
    show();
    return;
  }
  busy("draft", true);
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE_MS);
}

// A save carries the values itself: nothing of that form needs to go to the draft any more.
export function drop(url) {
  const values = waiting.get(url);
  waiting.delete(url);
  if (!hasUnsent()) busy("draft", false);
  return values;
}

// The save did not come through: the values go back into the queue.
export function restore(url, revision, values) {
  waiting.set(url, new Map([...values, ...(waiting.get(url) ?? [])]));
  revisions.set(url, revision);
}

export async function settled() {
  while (inFlight) await inFlight;
}

export function flush() {
  clearTimeout(timer);
  inFlight ??= sendAll().finally(() => {
    inFlight = null;
    if (!isOffline() && count()) flush();
    else busy("draft", false);
  });
  return inFlight;
}

async function sendAll() {
  while (waiting.size) {
    const [url, values] = waiting.entries().next().value;
    waiting.delete(url);
    show("sending");
    try {
      await sendOne(url, values);
    } catch (problem) {
      const newer = waiting.get(url) ?? new Map();
      waiting.set(url, new Map([...values, ...newer]));
      if (!(problem instanceof Offline)) throw problem;
      await goOffline();
      return;
    }
  }
}

async function sendOne(url, values) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", csrfToken());
  body.set("_revision", revisions.get(url) ?? "0");
  for (const [name, value] of values) body.set(name, value);
  const response = await send(url, { method: "POST", body, accept: "application/json" });
  if (response.status >= 500) throw new Offline(`server answered ${response.status}`);
  const reply = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  if (!response.ok) {
    const text = reply.message ?? words("notKept");
    show("refused", { text });
    say(text, { urgent: true });
    return;
  }
  if (offlineSince) await backOnline(url);
  show("kept", { time: reply.kept_at });
  listener(url, reply);
}

async function goOffline() {
  if (!offlineSince) {
    offlineSince = clock();
    say(words("offline", { time: offlineSince, n: count() }), { urgent: true });
  }
  show();
  for (const url of waiting.keys()) await store(url);
  setTimeout(flush, RETRY_MS);
}

async function backOnline(url) {
  offlineSince = "";
  for (const button of all("[data-save]")) button.disabled = false;
  await vault.erase(url);
}

async function store(url) {
  const values = [...(waiting.get(url) ?? [])];
  await vault.put(url, { url, revision: revisions.get(url), values });
}

// The bar at the bottom says it; state is what tests and the style sheet read.
function show(state = "", { time = "", text = "" } = {}) {
  const place = one("[data-testid=draft-state]");
  if (!place) return;
  const now = offlineSince ? "offline" : state;
  const sentence = {
    offline: () => words("offline", { time: offlineSince, n: count() }),
    sending: () => words("sending"),
    kept: () => words("kept", { time }),
    refused: () => text,
  }[now]?.();
  if (sentence === undefined) return;
  place.dataset.state = now === "refused" ? "offline" : now;
  place.closest(".bar").dataset.state = place.dataset.state;
  one("[data-draft-text]", place).textContent = sentence;
  one("use", place).setAttribute("href", now === "offline" ? "#u-offline" : "#u-cloud");
  for (const button of all("[data-save]")) {
    button.disabled = Boolean(offlineSince);
    button.title = offlineSince ? words("saveOffline") : "";
  }
}

window.addEventListener("online", flush);
window.addEventListener("beforeunload", (event) => {
  if (hasUnsent()) event.preventDefault();
});

// On arrival: the key for the vault, then whatever an earlier page could not send.
export async function start(keyUrl) {
  if (!keyUrl || !window.crypto?.subtle || !window.indexedDB) return;
  try {
    if (!(await vault.unlock(keyUrl))) return;
    for (const left of await vault.takeAll()) {
      waiting.set(left.url, new Map([...left.values, ...(waiting.get(left.url) ?? [])]));
      revisions.set(left.url, revisions.get(left.url) ?? left.revision);
      await vault.erase(left.url);
    }
    if (waiting.size) flush();
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
  }
}
