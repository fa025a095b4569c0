import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { runQuery, type HuntingSchema, type QueryRow } from "@defender-mssp/kql";
import fc from "fast-check";

const schema: HuntingSchema = {
  tables: ["L", "R"].map((name) => ({
    name,
    columns: [
      { name: "K", type: "string" },
      { name: "N", type: "long" },
    ],
  })),
  functions: [],
};

type Pair = readonly [key: string, number: number | null];

const pairs = fc.array(fc.tuple(fc.constantFrom("", "a", "A", "b"), fc.option(fc.integer({ min: -3, max: 3 }))), {
  maxLength: 8,
});

function rows(list: readonly Pair[]): QueryRow[] {
  return list.map(([K, N]) => ({ K, N }));
}

function run(query: string, left: readonly Pair[], right: readonly Pair[] = []): unknown[][] {
  const result = runQuery(query, { L: rows(left), R: rows(right) }, { schema });
  return result.rows.map((row) => result.columns.map(({ name }) => row[name]));
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Rows as a bag: their order doesn't count. */
function bag(list: readonly unknown[]): string[] {
  return list.map((row) => JSON.stringify(row)).sort();
}

describe("runQuery: properties", () => {
  it("two where operators are one with and", () => {
    assertProperty(40, pairs, fc.integer({ min: -3, max: 3 }), (left, limit) => {
      assert.deepEqual(
        run(`L | where N > ${limit} | where K == "a"`, left),
        run(`L | where N > ${limit} and K == "a"`, left),
      );
    });
  });

  it("where before and after a project of its columns is the same", () => {
    assertProperty(40, pairs, (left) => {
      assert.deepEqual(run("L | where N >= 0 | project N, K", left), run("L | project N, K | where N >= 0", left));
    });
  });

  it("where and its negation lose the rows only for which the condition is null", () => {
    assertProperty(40, pairs, (left) => {
      const both = [...run("L | where N > 0", left), ...run("L | where not(N > 0)", left)];
      assert.deepEqual(bag(both), bag(left.filter(([, number]) => number !== null)));
    });
  });

  it("sort orders by the key and leaves equal rows in their order", () => {
    assertProperty(40, pairs, (left) => {
      const expected = [...left].sort(([, a], [, b]) => (a ?? -Infinity) - (b ?? -Infinity));
      assert.deepEqual(run("L | sort by N asc", left), expected);
    });
  });

  it("has agrees with a regular expression of terms", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "1", "-", " ", "."), maxLength: 8 });
    const term = fc.string({ unit: fc.constantFrom("a", "b", "1"), minLength: 1, maxLength: 3 });
    assertProperty(150, text, term, (searched, word) => {
      const isTerm = new RegExp(`(?<![a-z0-9])${word}(?![a-z0-9])`, "i").test(searched);
      assert.deepEqual(run(`print ${quoted(searched)} has ${quoted(word.toUpperCase())}`, []), [[isTerm]]);
    });
  });

  for (const kind of ["inner", "leftouter", "leftsemi", "leftanti", "innerunique"]) {
    it(`join kind=${kind} agrees with a nested loop`, () => {
      assertProperty(40, pairs, pairs, (left, right) => {
        assert.deepEqual(bag(run(`L | join kind=${kind} R on N`, left, right)), bag(nestedLoop(kind, left, right)));
      });
    });
  }

  it("summarize agrees with groups counted by hand", () => {
    assertProperty(40, pairs, (left) => {
      const keys = [...new Set(left.map(([key]) => key))];
      const expected = keys.map((key) => {
        const numbers = left.filter(([own]) => own === key).map(([, number]) => number);
        const present = numbers.filter((number) => number !== null);
        const sum = present.reduce((total, number) => total + number, 0);
        return [key, numbers.length, sum, present.length === 0 ? null : Math.max(...present), new Set(present).size];
      });
      assert.deepEqual(run("L | summarize count(), sum(N), max(N), dcount(N) by K", left), expected);
    });
  });

  it("distinct agrees with a summarize without aggregates", () => {
    assertProperty(40, pairs, (left) => {
      assert.deepEqual(run("L | distinct K, N", left), run("L | summarize by K, N", left));
    });
  });

  it("a table that is united with itself counts twice", () => {
    assertProperty(40, pairs, pairs, (left, right) => {
      assert.deepEqual(run("union L, R, L | count", left, right), [[2 * left.length + right.length]]);
    });
  });
});

/** A join on N, written without an index. */
function nestedLoop(kind: string, left: readonly Pair[], right: readonly Pair[]): unknown[][] {
  const isFirst = ([, number]: Pair, index: number) => left.findIndex(([, other]) => other === number) === index;
  const sides = kind === "innerunique" ? left.filter(isFirst) : left;
  return sides.flatMap((row): unknown[][] => {
    const matches = right.filter(([, number]) => number === row[1]);
    if (kind === "leftsemi") return matches.length > 0 ? [[...row]] : [];
    if (kind === "leftanti") return matches.length > 0 ? [] : [[...row]];
    if (kind === "leftouter" && matches.length === 0) return [[...row, "", null]];
    return matches.map((match) => [...row, ...match]);
  });
}
