// Adverse event: only the grades that the chosen CTCAE term has are offered.
import { all, busyWhile, Offline, one, send } from "./page.js";

const term = () => one('input[name="ae.aectcae"]');

function offer(grades) {
  for (const input of all('.rad > label > input[name="ae.aetoxgr"]')) {
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
    if (found) offer(JSON.parse(found.dataset.grades));
  } catch (problem) {
    if (!(problem instanceof Offline)) throw problem;
  }
}

document.addEventListener("chosen", (event) => {
  if (event.target === term()) offer(JSON.parse(event.detail.grades));
});
document.addEventListener("section-replaced", load);
load();
