import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { runQuery, UnsupportedQuery } from "@defender-mssp/kql";
import { clock, events, features, stubs, type QueryFeature } from "./features";

/** Features that the executor names as what it can't run. */
const missing = ["top-nested", "scan", "parse_user_agent()", "series_decompose_anomalies()"];

/** Values of the rows; the error's text if the query can't run. */
function run({ query }: QueryFeature): unknown[][] | string {
  try {
    const { columns, rows } = runQuery(query, events, { now: clock, stubs });
    return rows.map((row) => columns.map(({ name }) => row[name]));
  } catch (error) {
    if (error instanceof UnsupportedQuery) return error.message;
    throw error;
  }
}

describe("runQuery: the features of public queries", () => {
  it("112 features make up four fifths of the queries, and each has a name of its own", () => {
    assert.equal(features.filter(({ share }) => share <= 80).length, 112);
    assert.equal(new Set(features.map(({ name }) => name)).size, features.length);
  });

  for (const feature of features.filter(({ name }) => !missing.includes(name))) {
    it(`${feature.share} %: ${feature.name}`, () => assert.deepEqual(run(feature), feature.expected));
  }

  it("at least 106 of the 112 run; what can't run is named with its place", () => {
    const failing = features.filter((feature) => typeof run(feature) === "string");
    assert.ok(112 - failing.filter(({ share }) => share <= 80).length >= 106);
    assertEach(failing, ({ name }) => name, missing);
    for (const feature of failing)
      assert.match(String(run(feature)), /^The executor cannot run .+ \(line 1, column \d+\)\.$/);
  });
});
