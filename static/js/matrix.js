// The matrix of visits and forms is one tab stop; arrows move between its cells.
import { all } from "./page.js";

function place(table) {
  const rows = all("tbody tr", table).filter((row) => row.querySelector("td"));
  return rows.map((row) => all("td", row).map((cell) => cell.querySelector("a")));
}

function roving(table) {
  const links = all("td a", table);
  const start = table.querySelector("td.now a, td a[data-status=overdue], td a[data-status=due]") ?? links[0];
  for (const link of links) link.tabIndex = link === start ? 0 : -1;

  table.addEventListener("focusin", (event) => {
    if (!event.target.matches("td a")) return;
    for (const link of all('td a[tabindex="0"]', table)) link.tabIndex = -1;
    event.target.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    if (!event.target.matches("td a") || event.ctrlKey || event.altKey || event.metaKey) return;
    const grid = place(table);
    let row = grid.findIndex((line) => line.includes(event.target));
    let column = grid[row].indexOf(event.target);
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    let next = null;
    if (step) {
      do {
        row += step[0];
        column += step[1];
        next = grid[row]?.[column];
      } while (next === null);
    } else if (event.key === "Home") next = grid[row].find(Boolean);
    else if (event.key === "End") next = grid[row].findLast(Boolean);
    else return;
    event.preventDefault();
    next?.focus();
  });
}

for (const table of all("table.mx")) {
  roving(table);
  // The visit that comes next is in sight, past ones to its left.
  const now = table.querySelector("thead .now");
  const box = table.parentElement;
  if (now && now.offsetLeft > box.clientWidth * 0.8) box.scrollLeft = now.offsetLeft - box.clientWidth / 2;
}
