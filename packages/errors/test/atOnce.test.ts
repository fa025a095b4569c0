import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { atOnce } from "../src/atOnce";

describe("errors/atOnce", () => {
  it("returns the results in the items' order, and works on no more items at a time than it may", async () => {
    let [running, most] = [0, 0];
    const results = await atOnce(3, [5, 1, 4, 2, 3], async (item) => {
      most = Math.max(most, ++running);
      for (let turns = 0; turns < item; turns++) await turn();
      running--;
      return item * 10;
    });
    assert.deepEqual(results, [50, 10, 40, 20, 30]);
    assert.equal(most, 3);
  });

  it("throws what the work throws", () =>
    assert.rejects(
      atOnce(2, [1, 2, 3], (item) => (item === 2 ? Promise.reject(new Error("two")) : Promise.resolve(item))),
      /two/,
    ));
});
