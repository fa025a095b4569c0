import { filterColumns, filteredQuery, filterFault } from "@defender-mssp/detections";
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";

/** The query with a filter, with `⟨F⟩` where the filter stands. */
function placed(queryText: string, filter: string): string {
  return filteredQuery(queryText, filter).queryText.replace(`\n| where ${filter}`, "⟨F⟩");
}

describe("detections: filteredQuery", () => {
  it("stands at the end, or before the last operator that drops its column", () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ["T | where A == 1", "B == 2", "T | where A == 1⟨F⟩"],
      ["T | project A, B", "B == 2", "T | project A, B⟨F⟩"],
      ["T | project A", "B == 2", "T⟨F⟩ | project A"],
      ["T | extend B = 1 | project A | project A", "B == 2", "T | extend B = 1⟨F⟩ | project A | project A"],
      ["T | project-away B, C", "B == 2", "T⟨F⟩ | project-away B, C"],
      ["T | project-rename X = B", "B == 2", "T⟨F⟩ | project-rename X = B"],
      ["T | project-rename B = X", "B == 2", "T | project-rename B = X⟨F⟩"],
      ["T | summarize count() by B", "B == 2", "T | summarize count() by B⟨F⟩"],
      ["T | summarize count() by bin(B, 1h)", "B == 2", "T | summarize count() by bin(B, 1h)⟨F⟩"],
      ["T | summarize N = count() by A", "B == 2", "T⟨F⟩ | summarize N = count() by A"],
      ["T | summarize N = count() by A", "N > 2", "T | summarize N = count() by A⟨F⟩"],
      ["T | summarize (B, C) = arg_max(B, C) by A", "B == 2", "T | summarize (B, C) = arg_max(B, C) by A⟨F⟩"],
      ["T | summarize arg_max(X, *) by A", "B == 2", "T | summarize arg_max(X, *) by A⟨F⟩"],
      ["T | distinct A", "B == 2", "T⟨F⟩ | distinct A"],
      ["T | project A | render table", "A == 2", "T | project A⟨F⟩ | render table"],
      ["let L = U | project A; T | project B", "B == 2", "let L = U | project A; T | project B⟨F⟩"],
      ["let L = 5; T | project A", "A > L", "let L = 5; T | project A⟨F⟩"],
      [
        "T | join (U | project A) on A // why | project A",
        "B == 2",
        "T | join (U | project A) on A⟨F⟩ // why | project A",
      ],
      ['T | where X has "| project A"', "B == 2", 'T | where X has "| project A"⟨F⟩'],
    ];
    for (const [query, filter, expected] of cases) assert.equal(placed(query, filter), expected);
  });

  it("keeps every character of the query, for any text", () => {
    const part = fc.constantFrom(
      "T",
      "|",
      " project A",
      " where x",
      '"',
      "'",
      "//",
      "\n",
      ";",
      "(",
      ")",
      "[",
      "]",
      "@",
      "`",
      "h",
      "```",
      "let a = 1",
    );
    assertProperty(
      100,
      fc.array(part).map((parts) => parts.join("")),
      (query) => {
        const { queryText, offset } = filteredQuery(query, "B == 2");
        assert.equal(queryText, `${query.slice(0, offset)}\n| where B == 2${query.slice(offset)}`);
      },
    );
  });

  it("reads the columns of a filter", () =>
    assert.deepEqual(filterColumns(`A has "B" and not(C in~ ("d")) or E.f == ago(1h) and tostring(G['h']) != true`), [
      "A",
      "C",
      "E",
      "G",
    ]));

  it("refuses what is no condition", () => {
    for (const filter of [
      "",
      " ",
      "A == 1 | take 1",
      "A == 1; B",
      "where A == 1",
      "(A == 1",
      "A == 1)",
      "A == 1 // x",
      "A\n== 1",
      "A == 1, B",
    ])
      assert.notEqual(filterFault(filter), undefined, filter);
    for (const filter of [
      'A has "; | // )"',
      "A in (1, 2)",
      "A !startswith 'x' and (B or C)",
      "A matches regex @'a|b'",
    ])
      assert.equal(filterFault(filter), undefined, filter);
  });
});
