import assert from "node:assert/strict";
import { defenderSchema, judgeQueries, runQuery, UnsupportedQuery, type QueryRow } from "@defender-mssp/kql";
import publicQueries from "../data/publicQueries.json";
import { clock } from "./features";

/** A value of each type, which every table gets a row of. */
const examples: Readonly<Record<string, unknown>> = {
  string: "abc",
  long: 5,
  int: 5,
  real: 1.5,
  bool: true,
  datetime: "2026-11-28T10:00:00Z",
  dynamic: { a: 1 },
  guid: "74be27de-1e4e-49d9-b579-fe0b331d3642",
};

/** One row for each table that a query reads. */
function exampleRows(tables: readonly string[]): Record<string, QueryRow[]> {
  const read = defenderSchema().tables.filter(({ name }) => tables.includes(name));
  const rows = read.map(({ name, columns }) => [
    name,
    [Object.fromEntries(columns.map((column) => [column.name, examples[column.type]]))],
  ]);
  return Object.fromEntries(rows) as Record<string, QueryRow[]>;
}

describe("runQuery: 40 public queries", () => {
  const judged = judgeQueries(publicQueries.map(({ query }) => query));
  const bound = publicQueries.flatMap((query, index) => {
    const verdict = judged[index]!;
    return verdict.findings.some(({ severity }) => severity === "error") ? [] : [{ ...query, verdict }];
  });

  for (const kind of ["no rows", "a row for each table"]) {
    it(`with ${kind}: of the 37 that bind all run but two, which are named`, () => {
      const refused: string[] = [];
      for (const { name, query, verdict } of bound) {
        const tables = kind === "no rows" ? {} : exampleRows(verdict.tables);
        try {
          const { columns } = runQuery(query, tables, { now: clock });
          // A pivot's further columns come from its rows.
          assert.deepEqual(
            columns.slice(0, verdict.columns.length).map((column) => column.name),
            verdict.columns.map((column) => column.name),
            name,
          );
        } catch (error) {
          if (!(error instanceof UnsupportedQuery)) throw error;
          refused.push(`${name}: ${error.message}`);
        }
      }
      assert.equal(bound.length, 37);
      assert.equal(refused.length, 2);
      assert.match(refused[0]!, /^Sliver C2 Beacon Loaded: .*the operator scan \(line 22, column 3\)/);
      assert.match(refused[1]!, /^Anomalous Amount of LDAP traffic: .*series_decompose_anomalies/);
    });
  }
});
