/** Three lives of the commit on the real engine. */
import assert from "node:assert/strict";
import path from "node:path";
import { lifeSubject } from "../../dev/search/lives";
import { judgeDrawn, seedOfCommit } from "./judgeWorlds";

const checkout = path.resolve(__dirname, "..", "..");

describe("random lives of the commit", function () {
  this.timeout(600_000);

  it("3 lives: after each command the tenant is as the settings say, and destroy leaves nothing", async () => {
    const seed = seedOfCommit(checkout);
    const { failures } = await judgeDrawn(lifeSubject(checkout), { seed, count: 3 });
    assert.deepEqual(failures, [], `npm run search -- --lives 1 --seed ${seed} --first <life> shrinks it`);
  });
});
