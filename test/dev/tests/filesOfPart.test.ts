import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { overBudget, recordedBudgets } from "../../../dev/tests/budgets";
import { filesOfPart, parsePart } from "../../../dev/tests/filesOfPart";
import { closingLine, readResults } from "../../../dev/tests/results";
import { parseStat } from "@defender-mssp/testkit/processTree";

describe("dev/tests: parts of the tests", () => {
  it("every file is in exactly one part, in their order, and no part has more than the rest and one file", () => {
    const files = fc.uniqueArray(fc.tuple(fc.string(), fc.nat({ max: 60 })), { selector: ([file]) => file });
    assertProperty(100, files, fc.integer({ min: 1, max: 6 }), (rows, parts) => {
      const seconds = new Map(rows);
      const secondsOf = (file: string) => seconds.get(file) ?? 0;
      const all = [...seconds.keys()];
      const divided = Array.from({ length: parts }, (_, index) =>
        filesOfPart(all, secondsOf, { part: index + 1, parts }),
      );
      assert.deepEqual(divided.flat().sort(), [...all].sort());
      for (const part of divided)
        assert.deepEqual(
          part,
          all.filter((file) => part.includes(file)),
        );
      const loads = divided.map((part) => part.reduce((sum, file) => sum + secondsOf(file), 0));
      assert.ok(Math.max(...loads) - Math.min(...loads) <= Math.max(0, ...seconds.values()));
    });
  });

  it("refuses what is no part", () => {
    assert.deepEqual(parsePart("2/4"), { part: 2, parts: 4 });
    for (const text of ["0/4", "5/4", "1", "a/b", "1/4/2"]) assert.throws(() => parsePart(text), /no part/);
  });
});

describe("dev/tests: processor time", () => {
  it("reads /proc/<pid>/stat, whatever the process is called", () => {
    const line = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 25 75 20 0 1 0 99 1 1";
    assert.deepEqual(parseStat(line), { name: "a) b (c", parent: 7, seconds: 3 });
  });

  const result = { file: "a", passed: 1, failed: 0, skipped: 0, failures: [], left: [] };

  it("a slow machine may take longer; a file may take twice its budget", () => {
    const taken = (seconds: number, machine: number, budgets = {}) =>
      overBudget([{ ...result, seconds }], budgets, machine);
    assert.deepEqual(taken(40, 2, { a: 10 }), []);
    assert.deepEqual(taken(41, 2, { a: 10 }), ["a took 20.5 s of processor time; its budget is 10 s"]);
    assert.deepEqual([taken(6, 1), taken(7, 1).length], [[], 1]);
  });

  it("records what was measured, keeps what was not, and forgets small files and those that are gone", () => {
    const measured = ["a", "small"].map((file, index) => ({ ...result, file, seconds: index === 0 ? 5 : 1 }));
    const budgets = recordedBudgets(measured, { a: 4, kept: 9, gone: 8, small: 7 }, 0.5, ["kept", "small", "a"]);
    assert.deepEqual(budgets, { a: 10, kept: 9 });
  });

  it("joins what worker and reporter say of a file", () => {
    const failed = '{"file":"b","passed":1,"failed":1,"skipped":0,"failures":["title: error"]}';
    const lines = ['{"file":"a","seconds":2,"left":["node"]}', failed];
    const results = readResults([...lines, '{"file":"a","passed":3,"failed":0,"skipped":2}', ""].join("\n"));
    assert.deepEqual(results[0], { ...result, passed: 3, skipped: 2, seconds: 2, left: ["node"] });
    assert.deepEqual(results[1]?.failures, ["title: error"]);
    assert.equal(closingLine(results), "4 passed, 1 failed, 2 skipped");
  });
});
