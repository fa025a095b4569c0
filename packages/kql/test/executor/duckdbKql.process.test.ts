/**
 * A second opinion on the executor: the PyPI package duckdb-kql, which makes SQL for DuckDB of KQL and is measured against
 * Microsoft's Kusto emulator. Skipped where Python or the package is missing: CONTRIBUTING.md has the installation.
 */
import assert from "node:assert/strict";
import { defenderSchema, judgeQueries } from "@defender-mssp/kql";
import { duckdbDifferences } from "../data/duckdbDifferences";
import publicQueries from "../data/publicQueries.json";
import { exampleRows } from "./exampleRows";
import { events, features } from "./features";
import { comparableRows, hasSecondOpinion, otherAnswers, ownAnswer, type Case } from "./secondOpinion";

const cases: readonly Case[] = [
  ...features.map(({ name, query }) => ({ name, query, tables: events })),
  ...publicQueries.map(({ name, query }) => {
    const [judged] = judgeQueries([query]);
    return { name, query, tables: exampleRows(judged?.tables ?? []) };
  }),
];

describe("runQuery and duckdb-kql", function () {
  before(function () {
    if (!hasSecondOpinion()) this.skip();
  });

  it("answer the same to each query that both run, but for the explained differences", () => {
    const schema = defenderSchema();
    const others = otherAnswers(cases, schema);
    let compared = 0;
    const differing: string[] = [];
    for (const [index, each] of cases.entries()) {
      const [own, other] = [ownAnswer(each, schema), others[index]];
      if (own === undefined || other === undefined || "error" in other) continue;
      compared++;
      const rows = comparableRows(other.rows, own.types);
      const isEqual = JSON.stringify([own.columns, own.rows]) === JSON.stringify([other.columns, rows]);
      if (isEqual) continue;
      differing.push(each.name);
      if (!Object.hasOwn(duckdbDifferences, each.name)) {
        assert.deepEqual({ columns: other.columns, rows }, { columns: own.columns, rows: own.rows }, each.query);
      }
    }
    assert.deepEqual(differing, Object.keys(duckdbDifferences), "a difference of the list is none any more");
    assert.ok(compared >= 150, `only ${compared} of ${cases.length} queries were compared`);
  });
});
