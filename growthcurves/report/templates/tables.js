(() => {
  "use strict";
  const reveal = () => {
    const aim = document.querySelector(".appendix section:target details");
    if (aim) aim.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("beforeprint", () => document.querySelectorAll(".appendix details").forEach(one => {
    if (!one.classList.contains("everybody")) one.open = true;
  }));
  const shown = cell => cell.textContent.trim();
  const value = cell => {
    const text = shown(cell).replace(/−/g, "-").replace(/\s*×\s*10\^/, "e").replace(/[,<>]/g, "").trim();
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : shown(cell);
  };
  const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
    : typeof a !== typeof b ? (typeof a === "number" ? -1 : 1)
    : a.localeCompare(b, undefined, { numeric: true });
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    heads.forEach((head, column) => {
      if (!shown(head)) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
        const rows = [...body.rows].map(row => [value(row.cells[column]), row]);
        body.append(...rows.sort((a, b) => way * order(a[0], b[0])).map(pair => pair[1]));
      });
    });
  }
  for (const table of document.querySelectorAll("table.searchable")) {
    const rows = [...table.tBodies[0].rows], finder = document.createElement("p");
    const label = document.createElement("label"), input = document.createElement("input");
    const found = document.createElement("span");
    finder.className = "finder";
    input.type = "search";
    found.setAttribute("role", "status");
    label.append("Find ", input);
    finder.append(label, found);
    table.parentElement.before(finder);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let left = 0;
      for (const row of rows) {
        const texts = [row.cells[0], ...row.querySelectorAll("td.text")].map(cell => shown(cell).toLowerCase());
        row.hidden = !texts.some(text => text.includes(wanted));
        left += row.hidden ? 0 : 1;
      }
      found.textContent = wanted ? ` ${left} of ${rows.length}` : "";
    });
  }
})();
