import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { inTurn, isMet, merged, rowOf, type BenchResult } from "../../../dev/bench/row";

const info = { name: "row", what: "work", against: "less work", goal: 2 };
const pair = (base: number, compared: number) => ({ base: { seconds: base }, compared: { seconds: compared } });

describe("a row of the benchmark", () => {
  it("is the median of the pairs' ratios, with the least and the greatest", () => {
    const row = rowOf(info, [pair(1, 3), pair(2, 2), pair(1, 4), pair(4, 6)]);
    assert.equal(row.ratio, (3 + 1.5) / 2);
    assert.deepEqual(row.spread, [1, 4]);
    assert.deepEqual([row.seconds, row.baselineSeconds, row.runs], [3.5, 1.5, 4]);
  });

  it("compares throughput where the goal is a least ratio", () => {
    const row = rowOf({ ...info, goal: 0.9, atLeast: true }, [pair(8, 10)]);
    assert.equal(row.ratio, 0.8);
    assert.equal(isMet(row), false);
    assert.equal(isMet({ ...row, ratio: 0.9 }), true);
  });

  it("has the ratio of processor time beside that of the clock, where it was measured", () => {
    const measured = { base: { seconds: 1, processor: 2 }, compared: { seconds: 9, processor: 3 } };
    assert.deepEqual([rowOf(info, [measured]).ratio, rowOf(info, [measured]).processorRatio], [9, 1.5]);
    assert.equal(rowOf({ ...info, goal: 0.9, atLeast: true }, [measured]).processorRatio, 2 / 3);
    assert.equal("processorRatio" in rowOf(info, [pair(1, 2)]), false);
  });

  it("compares processor time where the goal is for it", () => {
    const measured = { base: { seconds: 1, processor: 2 }, compared: { seconds: 9, processor: 3 } };
    const row = rowOf({ ...info, isProcessor: true }, [measured]);
    assert.deepEqual([row.ratio, row.seconds, row.baselineSeconds], [1.5, 3, 2]);
  });

  it("compares memory where its unit is MB", () => {
    const row = rowOf({ ...info, unit: "MB" }, [
      { base: { seconds: 1, megabytes: 100 }, compared: { seconds: 9, megabytes: 150 } },
    ]);
    assert.deepEqual([row.ratio, row.seconds, row.baselineSeconds], [1.5, 150, 100]);
  });

  it("measures both in turn and does not count the first pair", async () => {
    const order: string[] = [];
    const work = (name: string) => () => {
      order.push(name);
      return Promise.resolve({ seconds: order.length });
    };
    const pairs = await inTurn(work("base"), work("compared"), 2);
    assert.deepEqual(order, ["base", "compared", "base", "compared", "base", "compared"]);
    assert.deepEqual(pairs, [pair(3, 4), pair(5, 6)]);
  });
});

describe("the recorded results", () => {
  const result = (name: string, ratio: number): BenchResult => ({
    ...rowOf({ ...info, name }, [pair(1, ratio)]),
    day: "2026-01-01",
    cores: 2,
    load: 1,
  });

  it("keeps the last result of a row that was not measured, and drops a row that exists no more", () => {
    const results = merged([result("a", 1), result("b", 1), result("gone", 1)], [result("b", 3)], ["b", "a"]);
    assertEach(results, ({ name, ratio }) => [name, ratio], [
      ["b", 3],
      ["a", 1],
    ]);
  });
});
