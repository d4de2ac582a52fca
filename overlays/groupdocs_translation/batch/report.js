"use strict";
// Filters and sorts the rows; without scripts the page is whole, only the field and the sorting are missing.
const field = document.querySelector(".filter input");
const found = document.querySelector(".filter output");
const rows = [...document.querySelectorAll("tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
const narrow = () => {
  const wanted = field.value.trim().toLowerCase();
  let shown = 0;
  for (const [row, text] of rows) {
    row.hidden = !text.includes(wanted);
    shown += row.hidden ? 0 : 1;
  }
  found.textContent = wanted ? `${shown} of ${rows.length}` : "";
};
if (rows.length > 10) {
  document.querySelector(".filter").hidden = false;
  field.addEventListener("input", narrow);
}
const sort = (head) => {
  const column = head.cellIndex;
  const isUp = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
  const body = head.closest("table").tBodies[0];
  const value = (row) => row.cells[column].dataset.by;
  const compare = (one, other) => value(one).localeCompare(value(other), undefined, { numeric: true });
  body.append(...[...body.rows].sort((one, other) => (isUp ? compare(one, other) : compare(other, one))));
};
for (const head of document.querySelectorAll("th")) {
  const button = document.createElement("button");
  button.textContent = head.textContent;
  button.addEventListener("click", () => sort(head));
  head.replaceChildren(button);
}
