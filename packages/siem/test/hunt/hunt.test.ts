import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { InvalidArgumentError } from "commander";
import { queryOf } from "../../src/hunt/query";
import { timespanOf } from "../../src/hunt/timespan";
import { rowsAsCsv, rowsAsJson } from "../../src/hunt/rows";

const customer = { tenantId: "t", stack: "contoso" };
const columns = [
  { name: "Title", type: "String" },
  { name: "Count", type: "Int64" },
];

describe("siem/hunt: rows", () => {
  it("JSON lines have the customer first, and never another tenant's", () => {
    const rows = [{ Title: "a\u001b[31m\nb", tenantId: "forged", Count: 1, ["__proto__"]: 2 }];
    const text = rowsAsJson(customer, { columns, rows });
    assert.equal(text.split("\n").length, 2);
    assert.ok(!text.includes("\u001b"));
    assert.deepEqual(Object.entries(JSON.parse(text) as object).slice(0, 2), [
      ["tenantId", "t"],
      ["stack", "contoso"],
    ]);
    assert.equal((JSON.parse(text) as { Title: string }).Title, "a\u001b[31m\nb");
  });

  it("CSV has one header for all customers and no formula, line break or control character of a row", () => {
    const csv = rowsAsCsv();
    const first = csv(customer, { columns, rows: [{ Title: '=cmd|"x"', Count: -1 }] });
    const second = csv(
      { tenantId: "u", stack: "fabrikam" },
      { columns, rows: [{ Title: "a\r\nb\u202e,c", Count: null }] },
    );
    assert.equal(first, 'tenantId,stack,Title,Count\r\nt,contoso,"\'=cmd|""x""",-1\r\n');
    assert.equal(second, 'u,fabrikam,"a\\u{d}\\u{a}b\\u{202e},c",\r\n');
  });

  it("CSV refuses columns that the first customer lacks, and fills those that a later one lacks", () => {
    const csv = rowsAsCsv();
    csv(customer, { columns, rows: [] });
    const more = [...columns, { name: "More", type: "String" }];
    assert.throws(() => csv(customer, { columns: more, rows: [] }), /lacks: More/);
    assert.equal(csv(customer, { columns: columns.slice(1), rows: [{ Count: 2 }] }), "t,contoso,,2\r\n");
  });
});

describe("siem/hunt: query and timespan", () => {
  it("the query is the argument, a file or standard input, without a byte order mark", async () => {
    assert.equal(await queryOf(" AlertInfo ", undefined, Readable.from([])), "AlertInfo");
    assert.equal(await queryOf("-", undefined, Readable.from(["\uFEFFAlert", "Info\n"])), "AlertInfo");
    await assert.rejects(queryOf(undefined, "/nowhere/x.kql", Readable.from([])), /can't be read/);
    await assert.rejects(queryOf("-", undefined, Readable.from([" "])), /empty/);
  });

  it("the timespan takes the short form and the forms that Graph documents", () => {
    for (const [text, expected] of [
      ["24h", "PT24H"],
      ["7d", "P7D"],
      ["2w", "P14D"],
      ["p1dt12h", "P1DT12H"],
      ["2026-06-01T00:00:00Z/P1D", "2026-06-01T00:00:00Z/P1D"],
      ["2026-06-01T00:00:00Z/2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z/2026-06-02T00:00:00Z"],
    ] as const) {
      assert.equal(timespanOf(text), expected);
    }
    for (const text of ["", "P", "PT", "yesterday", "P1D/P1D", "P1M", "1d/2d/3d", "2026-06-01"]) {
      assert.throws(() => timespanOf(text), InvalidArgumentError, text);
    }
  });
});
