// The script of every page: sorts and filters tables, highlights paths in pictures, opens what is folded up for printing.
// A page without it shows the same. It runs in the browser as it is written here.
(() => {
  "use strict";

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell === undefined ? "" : (cell.dataset.sort ?? cell.textContent.trim());
  };

  function sortBy(table, column) {
    const heading = table.tHead.rows[0].cells[column];
    const order = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const isNumber = heading.classList.contains("number");
    const compare = (a, b) => (isNumber ? Number(a) - Number(b) : collator.compare(a, b));
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
    // What is empty stands last in both orders.
    rows.sort((a, b) =>
      a.key === "" || b.key === ""
        ? Number(a.key === "") - Number(b.key === "")
        : compare(a.key, b.key) * (order === "ascending" ? 1 : -1),
    );
    body.append(...rows.map(({ row }) => row));
  }

  function makeSortable(table) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sortBy(table, column));
      heading.append(button);
    });
  }

  function makeFilterable(tools, table) {
    const rows = [...table.tBodies[0].rows];
    const input = tools.querySelector("input");
    const output = tools.querySelector("output");
    const choices = [...tools.querySelectorAll("select")];
    for (const choice of choices) {
      const texts = rows.map((row) => row.cells[choice.dataset.column].textContent.trim());
      for (const text of [...new Set(texts)].sort(collator.compare)) choice.add(new Option(text, text));
    }
    const texts = new Map();
    const textOf = (row) => {
      if (!texts.has(row))
        texts.set(
          row,
          [...row.cells]
            .map((cell) => cell.textContent)
            .join(" ")
            .toLowerCase(),
        );
      return texts.get(row);
    };
    const filter = () => {
      const words = input.value.toLowerCase().split(/\s+/);
      let shown = 0;
      for (const row of rows) {
        const matches =
          words.every((word) => textOf(row).includes(word)) &&
          choices.every(({ value, dataset }) => value === "" || row.cells[dataset.column].textContent.trim() === value);
        row.hidden = !matches;
        if (matches) shown += 1;
      }
      output.textContent = output.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
    };
    input.addEventListener("input", filter);
    for (const choice of choices) choice.addEventListener("change", filter);
    tools.hidden = false;
  }

  /** The nodes before and behind a node, and the lines between them. */
  function pathsThrough(edges, id) {
    const lines = new Set();
    const nodes = new Set([id]);
    const follow = (from, near, far) => {
      for (const edge of edges) {
        if (edge.dataset[near] !== from || lines.has(edge)) continue;
        lines.add(edge);
        nodes.add(edge.dataset[far]);
        follow(edge.dataset[far], near, far);
      }
    };
    follow(id, "from", "to");
    follow(id, "to", "from");
    return { lines, nodes };
  }

  function makeHighlighted(svg) {
    const edges = [...svg.querySelectorAll(".edge")];
    const nodes = [...svg.querySelectorAll("[data-node]")];
    const clear = () => {
      svg.classList.remove("highlighting");
      for (const one of svg.querySelectorAll(".lit")) one.classList.remove("lit");
    };
    const show = (node) => {
      clear();
      const paths = pathsThrough(edges, node.dataset.node);
      svg.classList.add("highlighting");
      for (const line of paths.lines) line.classList.add("lit");
      for (const one of nodes) if (paths.nodes.has(one.dataset.node)) one.classList.add("lit");
    };
    for (const node of nodes) {
      node.addEventListener("pointerenter", () => show(node));
      node.addEventListener("pointerleave", clear);
      node.addEventListener("focus", () => show(node));
      node.addEventListener("blur", clear);
    }
  }

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    makeSortable(table);
    const tools = table.closest(".table").querySelector(".tools");
    if (tools !== null) makeFilterable(tools, table);
  }
  for (const svg of document.querySelectorAll(".picture svg")) makeHighlighted(svg);
  // On a narrow screen the words stand in the place of the picture, which would be cut.
  if (matchMedia("(max-width: 720px)").matches) {
    for (const words of document.querySelectorAll("details.in-words")) words.open = true;
  }
  addEventListener("beforeprint", () => {
    for (const block of document.querySelectorAll("details:not(.folded)")) block.open = true;
  });
})();
