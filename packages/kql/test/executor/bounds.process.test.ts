/** Queries of a stranger end: by what they count, and at last by time and memory of their process. */
import assert from "node:assert/strict";
import { QueryProcess, runQuery, UnsupportedQuery } from "@defender-mssp/kql";

const doubled = (count: number, step: string) => Array.from({ length: count }, () => `| extend ${step}`).join(" ");
const thousand = "(range X from 1 to 3000 step 1 | extend K = 1)";

describe("runQuery: limits", () => {
  const queries: Readonly<Record<string, readonly [query: string, message: RegExp]>> = {
    "a pattern that makes others backtrack": ["print strrep('a', 100000) matches regex '^(a+)+b$'", /^$/],
    strrep: ["print strrep('a', 1000000000)", /strrep\(\): more than 100,000,000 characters \(line 1, column 7\)/],
    repeat: ["print array_length(repeat(1, 1000000000))", /more than 5,000,000 array elements/],
    "range()": [
      `print array_concat(${Array(5).fill("range(1, 1000000000)").join(", ")})`,
      /more than 5,000,000 array elements/,
    ],
    "lists that double": [
      `print A = range(1, 1000) ${doubled(30, "A = array_concat(A, A)")}`,
      /more than 5,000,000 array/,
    ],
    "functions that call others twice": [
      `let f0 = (x: long) { x };${Array.from({ length: 40 }, (_, at) => `let f${at + 1} = (x: long) { f${at}(x) + f${at}(x) };`).join("")} print f40(1)`,
      /more than 50,000 calls of the query's functions/,
    ],
    range: ["range X from 1 to 1000000000 step 1", /range with more than 100000 rows/],
    "a cross join": [`${thousand} | join kind=inner ${thousand} on K`, /join: more than 2,000,000 rows/],
    "mv-expand": ["range X from 1 to 2300 step 1 | mv-expand range(1, 1000)", /mv-expand: more than 2,000,000 rows/],
    "a text that doubles": [`print A = 'a' ${doubled(30, "A = strcat(A, A)")}`, /more than 100,000,000 characters/],
    "a replacement": [
      "print replace_string(strrep('a', 100000), 'a', strrep('b', 100000))",
      /more than 100,000,000 char/,
    ],
    "a value that holds itself": [
      `print A = 1 ${doubled(30, "A = pack_array(A, A)")} | project tostring(A)`,
      /more than 100,000,000 characters/,
    ],
  };
  for (const [name, [query, message]] of Object.entries(queries)) {
    it(name, () => {
      const start = process.cpuUsage();
      let text = "";
      try {
        runQuery(query, {});
      } catch (error) {
        assert.ok(error instanceof UnsupportedQuery, String(error));
        text = error.message;
      }
      assert.match(text, message);
      const { user } = process.cpuUsage(start);
      assert.ok(user < 10e6, `${user / 1e6} s of processor time`);
    });
  }
});

describe("QueryProcess", () => {
  it("answers as runQuery, and ends a query that has no other end", async () => {
    const runner = new QueryProcess();
    try {
      const now = new Date("2027-01-01T00:00:00Z");
      const { rows } = await runner.run("print A = now(), B = 1.5", {}, { now });
      assert.deepEqual(rows, [{ A: "2027-01-01T00:00:00Z", B: 1.5 }]);
      await assert.rejects(runner.run("print hash_md5('a')", {}), { name: "UnsupportedQuery" });
      await assert.rejects(runner.run("print 1", { Nothing: [] }), { name: "VisibleError" });
      // The parser counts nothing: it runs out of something.
      await assert.rejects(runner.run(`print ${"(".repeat(20_000)}1${")".repeat(20_000)}`, {}));
      assert.deepEqual((await runner.run("print A = 1", {})).rows, [{ A: 1 }]);
    } finally {
      await runner.end();
    }
  });
});
