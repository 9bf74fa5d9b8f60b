// The ledger's table: its columns sort, its lists and the search narrow it. Without this it is a plain table.
(function () {
  "use strict";

  const box = document.querySelector(".ledger-box");
  if (!box) { return; }
  const table = box.querySelector("table");
  const rows = [...table.tBodies];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const told = box.querySelector(".ledger-told");
  const search = box.querySelector("input");
  const lists = [...box.querySelectorAll("select")];

  function valueOf(row, column) {
    if (column === "what was measured") { return Number(row.dataset.place); }
    const value = row.dataset[column];
    return value === undefined ? null : Number(value);
  }

  // Rows without a figure of ours stand last, whichever way a column is sorted; equal ones in the ledger's order.
  function sortBy(column, down) {
    const sorted = [...rows].sort(function (one, other) {
      const a = valueOf(one, column), b = valueOf(other, column);
      if (a === null || b === null) { return (a === null) - (b === null) || one.dataset.place - other.dataset.place; }
      return (down ? b - a : a - b) || one.dataset.place - other.dataset.place;
    });
    table.append(...sorted);
  }

  const heads = [...table.tHead.rows[0].cells];
  for (const head of heads) {
    const button = document.createElement("button");
    const column = head.textContent;
    button.type = "button";
    button.textContent = column;
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) { other.removeAttribute("aria-sort"); }
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sortBy(column, down);
    });
  }
  heads[0].setAttribute("aria-sort", "ascending");

  function narrow() {
    const word = search.value.trim().toLowerCase();
    let left = 0;
    for (const row of rows) {
      const fits = lists.every((list) => !list.value || row.dataset[list.dataset.narrow] === list.value);
      row.hidden = !(fits && texts.get(row).includes(word));
      left += !row.hidden;
    }
    told.textContent = left === rows.length ? `${left} rows` : `${left} of ${rows.length} rows`;
  }

  // A link to a row that is hidden shows all rows again.
  function showTarget() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.hidden && rows.includes(target)) {
      search.value = "";
      for (const list of lists) { list.value = ""; }
      narrow();
      target.scrollIntoView();
    }
  }

  search.addEventListener("input", narrow);
  for (const list of lists) { list.addEventListener("change", narrow); }
  window.addEventListener("hashchange", showTarget);
  box.querySelector(".ledger-controls").hidden = false;
  narrow();
})();
