/** Two hundred worlds by the commit, so that a second run of a commit draws the same. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { judgeWorlds } from "./judgeWorlds";

const checkout = path.resolve(__dirname, "..", "..");

function seedOfCommit(): number {
  try {
    return parseInt(execFileSync("git", ["rev-parse", "--short=7", "HEAD"], { cwd: checkout, encoding: "utf8" }), 16);
  } catch {
    // A copy of the files without git.
    return 1;
  }
}

describe("random worlds of the commit", function () {
  this.timeout(1_200_000);

  it("200 worlds: certificate, report and verify name every chain of the MSSP's", async () => {
    const seed = seedOfCommit();
    const { failures } = await judgeWorlds(checkout, { seed, count: 200 });
    assert.deepEqual(failures, [], `npm run search -- --seed ${seed} --worlds 1 --first <world> shrinks it`);
  });
});
