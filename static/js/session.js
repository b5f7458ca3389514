// The running session: a warning before it ends, a new sign-in in place after it ended. Nothing typed is lost.
import { all, busyWhile, focusOn, Offline, one, renewCsrf, say, send, words } from "./page.js";

const about = one("#session");
const warning = one("#idle");
const panel = one("#relogin");
let warnAt = 0; // seconds before the end
let endsAt = 0; // ms, by this computer's clock
let timer = 0;
let opener = null;

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.max(0, seconds % 60)).padStart(2, "0")}`;
const left = () => Math.ceil((endsAt - Date.now()) / 1000);
const isOut = () => document.body.classList.contains("signed-out");

function arm(secondsLeft) {
  endsAt = Date.now() + secondsLeft * 1000;
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(500, (secondsLeft - warnAt) * 1000));
}

// Asks the server before it says anything: another tab may have been at work.
async function look() {
  if (isOut()) return;
  let response;
  try {
    response = await send(about.dataset.url, { accept: "application/json", ask: false });
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
    timer = setTimeout(look, 5000);
    return;
  }
  if (response.status === 401) {
    expire();
    return;
  }
  const state = await response.json();
  if (state.email !== about.dataset.email) {
    location.assign("/");
    return;
  }
  arm(state.seconds_left);
  if (state.seconds_left <= warnAt) {
    clearTimeout(timer);
    warn();
  } else if (warning.open) warning.close();
}

function warn() {
  if (!warning.open) {
    opener = document.activeElement;
    warning.showModal();
    one("[data-stay]", warning).focus();
    say(words("sessionSoon", { time: minutes(left()) }), { urgent: true });
  }
  one("[data-countdown]", warning).textContent = minutes(Math.max(0, left()));
  timer = setTimeout(left() > 0 ? warn : look, 1000);
}

async function stay() {
  try {
    const response = await busyWhile(send(about.dataset.keepUrl, { method: "POST", accept: "application/json", ask: false }));
    warning.close();
    if (response.status === 401) expire();
    else arm((await response.json()).seconds_left);
    focusOn(opener);
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
  }
}

function expire() {
  if (isOut()) return;
  clearTimeout(timer);
  opener = warning.open ? opener : document.activeElement;
  for (const dialog of all("dialog[open]")) if (dialog !== panel) dialog.close();
  document.body.classList.add("signed-out");
  for (const part of document.body.children) if (part !== panel && part.id !== "alert") part.inert = true;
  panel.showModal();
  one("[name=password]", panel).focus();
  say(words("sessionOver"), { urgent: true });
}

async function signIn(form) {
  const button = one("[type=submit]", form);
  const problem = one("[data-problem]", form);
  button.setAttribute("aria-busy", "true");
  try {
    const response = await busyWhile(send(form.action, { method: "POST", body: new FormData(form), accept: "application/json", ask: false }));
    const reply = await response.json();
    if (reply.drop_page) {
      location.assign("/");
      return;
    }
    if (!response.ok) {
      problem.textContent = Object.values(reply.errors).flat().map((one) => one.message ?? one).join(" ");
      one("[name=code]", form).value = "";
      one("[name=password]", form).select();
      return;
    }
    resume(form, reply);
  } catch (failure) {
    if (!(failure instanceof Offline)) throw failure;
    problem.textContent = words("notSaved");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function resume(form, reply) {
  form.reset();
  one("[data-problem]", form).textContent = "";
  renewCsrf(reply.csrf_token);
  document.body.classList.remove("signed-out");
  for (const part of document.body.children) part.inert = false;
  panel.close();
  arm(reply.seconds_left);
  document.dispatchEvent(new Event("session-renewed"));
  focusOn(opener);
}

if (about) {
  const seconds = Number(about.dataset.seconds);
  warnAt = Math.min(Number(about.dataset.warning), Math.floor(seconds / 2));
  arm(seconds);
  one("[data-stay]", warning).addEventListener("click", stay);
  warning.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  panel.addEventListener("cancel", (event) => event.preventDefault());
  one("form", panel).addEventListener("submit", (event) => {
    event.preventDefault();
    signIn(event.target);
  });
  document.addEventListener("session-expired", expire);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && left() < warnAt) look();
  });
}
