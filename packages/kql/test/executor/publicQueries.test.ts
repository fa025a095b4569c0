import assert from "node:assert/strict";
import { judgeQueries, runQuery, UnsupportedQuery } from "@defender-mssp/kql";
import publicQueries from "../data/publicQueries.json";
import { exampleRows } from "./exampleRows";
import { clock } from "./features";

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
