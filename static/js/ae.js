// Adverse event: the grade cards quote the criteria of the chosen CTCAE term; grades the term lacks are not offered.
import { all, busyWhile, Offline, one, send } from "./page.js";

const grades = () => one('.frow[data-field="ae.aetoxgr"]');
const term = () => one('input[name="ae.aectcae"]');

function show(criteria) {
  const row = grades();
  if (!row || !criteria) return;
  row.classList.add("has-criteria");
  for (const input of all('.rad > label > input[name="ae.aetoxgr"]', row)) {
    const label = input.closest("label");
    const text = criteria[input.value];
    // A grade that is already chosen stays in sight, so that nothing is changed silently.
    label.hidden = !text && !input.checked;
    let words = one("small", label);
    if (!words) {
      words = document.createElement("small");
      label.append(words);
    }
    words.textContent = text ?? "";
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
    if (found) show(JSON.parse(found.dataset.grades));
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
  }
}

document.addEventListener("chosen", (event) => {
  if (event.target === term() && event.detail.grades) show(JSON.parse(event.detail.grades));
});
document.addEventListener("section-replaced", load);
load();
