"use strict";
// Filters the rows; without scripts the page is whole, only the field is missing.
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
