import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { paragraph, tableText } from "../src/table";
import stringWidth from "string-width";
import { isNarrow, textWidth } from "../src/wrap";

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join("");

describe("tableText", () => {
  it("unlimited width: each row is one line", () => {
    const long = "word ".repeat(60).trim();
    assert.equal(
      tableText(
        [
          ["a", long],
          ["bcd", "x"],
        ],
        { width: Infinity, indent: 2 },
      ),
      lines(`  a    ${long}`, "  bcd  x"),
    );
  });

  it("narrow column: the cell continues on the next line", () =>
    assert.equal(
      tableText([["✓", "consent", "nobody has consented to Alert.Read"]], { width: 30 }),
      lines("✓  consent  nobody has", "            consented to", "            Alert.Read"),
    ));

  it("a word is broken only if it is longer than the column", () =>
    assert.equal(
      tableText([["ab", "x".repeat(25)]], { width: 14 }),
      lines(`ab  ${"x".repeat(10)}`, `    ${"x".repeat(10)}`, "    xxxxx"),
    ));

  it("shows a tenant's control characters as text", () =>
    assert.equal(tableText([["a\u001b[31mb", "c\td"]], { width: 80 }), lines("a\\u{1b}[31mb  c\\u{9}d")));

  it("counts columns as a terminal does: East Asian, combining, emoji of several code points, halfwidth", () => {
    const rows = ["顧客", "abcd", "é", "👍🏽", "🇩🇪", "ｱﾊ"].map((text) => [text, "x"]);
    assert.equal(
      tableText(rows, { width: 80 }),
      lines("顧客  x", "abcd  x", "é     x", "👍🏽    x", "🇩🇪    x", "ｱﾊ    x"),
    );
  });

  it("a long word is broken between whole characters", () => {
    const thumb = "👍🏽";
    assert.equal(
      tableText([["a", thumb.repeat(6)]], { width: 11 }),
      lines(`a  ${thumb.repeat(4)}`, `   ${thumb.repeat(2)}`),
    );
  });

  it("is never wider than the width and loses no word", () => {
    const text = fc.array(fc.stringMatching(/^[a-z.]{1,30}$/), { maxLength: 12 }).map((words) => words.join(" "));
    assertProperty(
      100,
      fc.array(fc.tuple(text, text, text), { minLength: 1 }),
      fc.integer({ min: 40, max: 120 }),
      (rows, width) => {
        const shown = tableText(rows, { width, indent: 2 });
        for (const line of shown.split("\n")) assert.ok(textWidth(line) <= width, `${width}: ${line}`);
        const letters = (all: string) => Array.from(all.replaceAll(/\s/g, "")).sort().join("");
        assert.equal(letters(shown), letters(rows.flat().join("")));
      },
    );
  });
});

describe("textWidth", () => {
  it("needs no library for each of the texts that it measures by itself", () => {
    const characters = Array.from({ length: 0x2800 }, (_, code) => String.fromCharCode(code)).filter(isNarrow);
    assert.ok(characters.length > 500, `${characters.length}`);
    assert.equal(stringWidth(characters.join("")), characters.length);
  });
});

describe("paragraph", () => {
  it("wraps at the width and keeps a URL whole", () => {
    const url = `https://login.example/${"a".repeat(30)}`;
    assert.equal(paragraph(`Open ${url} in a browser.`, 20, 2), lines("  Open", `  ${url}`, "  in a browser."));
  });
});
