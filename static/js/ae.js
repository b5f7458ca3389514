// Adverse event: only the grades that the chosen CTCAE term has are offered, with their text; a serious event brings
// the form of its report.
import { all, busyWhile, Offline, one, send } from "./page.js";
import * as drafts from "./drafts.js";
import { swap } from "./save.js";

const term = () => one('input[name="ae.aectcae"]');

function offer(grades, criteria = {}) {
  const cards = all('.rad > label > input[name="ae.aetoxgr"]');
  one('[data-field="ae.aetoxgr"]')?.classList.toggle("has-criteria", Object.keys(criteria).length > 0);
  for (const input of cards) {
    one("small", input.parentNode)?.remove();
    if (criteria[input.value]) {
      const text = document.createElement("small");
      text.textContent = criteria[input.value];
      input.parentNode.append(text);
    }
    // A grade that is already chosen stays in sight, so that nothing is changed silently.
    input.closest("label").hidden = !grades.includes(Number(input.value)) && !input.checked;
  }
}

async function load() {
  const box = term();
  if (!box?.value) return;
  try {
    const response = await busyWhile(send(`${box.dataset.search}?q=${encodeURIComponent(box.value)}`));
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = all("[role=option]", page).find((option) => option.dataset.value === box.value);
    if (found) offer(JSON.parse(found.dataset.grades), JSON.parse(found.dataset.criteria || "{}"));
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
  }
}

document.addEventListener("chosen", (event) => {
  if (event.target === term()) offer(JSON.parse(event.detail.grades), JSON.parse(event.detail.criteria || "{}"));
});

// What stands around the form, as the server has it now.
async function refresh(parts) {
  if (!one("#panel")) return;
  try {
    const response = await busyWhile(send(location.href));
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of all(parts, page)) swap(part);
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
  }
}

// Serious is Yes or No: once the draft holds it, the page knows clock and report form of the event.
document.addEventListener("change", async (event) => {
  if (event.target.name !== "ae.aeser" && event.target.name !== "sae.saeawdt") return;
  drafts.flush();
  await drafts.settled();
  await refresh("#panel, #further");
});

// A report saved on the page of its event answers with its own page: the clock is asked for anew.
document.addEventListener("section-replaced", () => refresh("#panel"));

document.addEventListener("click", (event) => {
  const use = event.target.closest?.("[data-use-grade]");
  const radio = use && one(`input[name="ae.aetoxgr"][value="${CSS.escape(use.dataset.useGrade)}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  radio.focus();
});
document.addEventListener("section-replaced", load);
load();
