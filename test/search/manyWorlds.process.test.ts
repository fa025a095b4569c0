/** Two hundred worlds by the commit, so that a second run of a commit draws the same. */
import assert from "node:assert/strict";
import path from "node:path";
import { judgeWorlds, seedOfCommit } from "./judgeWorlds";

const checkout = path.resolve(__dirname, "..", "..");

describe("random worlds of the commit", function () {
  this.timeout(1_200_000);

  it("200 worlds: certificate, report and verify name every chain of the MSSP's", async () => {
    const seed = seedOfCommit(checkout);
    const { failures } = await judgeWorlds(checkout, { seed, count: 200 });
    assert.deepEqual(failures, [], `npm run search -- --seed ${seed} --worlds 1 --first <world> shrinks it`);
  });
});
