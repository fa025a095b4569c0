import assert from "node:assert/strict";
import { kindsPage } from "../../dev/docs/reference/kindsPage";
import { kinds } from "../../domain/kinds/kinds";

const page = kindsPage();
const [, matrix = ""] = page.split("## What every part knows of a kind\n");
const rows = matrix.split("\n").filter((line) => line.startsWith("| "));
const columns = (row = ""): string[] =>
  row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

describe("the page of the kinds of access", () => {
  it("has a row for each kind, and a sign in each cell", () => {
    const [head, , ...body] = rows;
    assert.equal(body.length, kinds.length);
    for (const row of body) {
      const [name, ...cells] = columns(row);
      assert.equal(cells.length, columns(head).length - 1, name);
      for (const cell of cells) assert.match(cell, /^(●|–|\*\*✗\*\*)$/, name);
    }
  });

  it("says in each kind's section what each column is, or why not", () => {
    const titles = [...matrix.matchAll(/^- ([A-Z][a-z]?): (.+)$/gm)].map(([, , title = ""]) => title);
    assert.equal(titles.length, columns(rows[0]).length - 1);
    const sections = page.split(/^## /m).slice(2);
    assert.equal(sections.length, kinds.length);
    for (const section of sections)
      for (const title of titles)
        assert.match(section, new RegExp(`^- ${title}: \\S.{3,}$`, "m"), section.slice(0, 40));
  });

  it("has a reason wherever the matrix has no ●", () => {
    const [head = "", , ...body] = rows;
    const titles = [...matrix.matchAll(/^- ([A-Z][a-z]?): (.+)$/gm)].map(([, , title = ""]) => title);
    const sections = page.split(/^## /m).slice(2);
    assert.ok(columns(head).length > 10);
    for (const [index, row] of body.entries()) {
      for (const [column, cell] of columns(row).slice(1).entries()) {
        const [, line = ""] = new RegExp(`^- ${titles[column] ?? ""}: (.+)$`, "m").exec(sections[index] ?? "") ?? [];
        assert.equal(cell === "–", line.startsWith("not applicable: "), `${row}: ${titles[column] ?? ""}`);
      }
    }
  });
});
