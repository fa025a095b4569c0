/** Three lives of the commit on the real engine. */
import assert from "node:assert/strict";
import path from "node:path";
import { searchLives } from "../../dev/search/lives";
import { failureKey } from "../../dev/search/properties";
import { seedOfCommit } from "./judgeWorlds";

const checkout = path.resolve(__dirname, "..", "..");

describe("random lives of the commit", function () {
  this.timeout(600_000);

  it("3 lives: after each command the tenant is as the settings say, and destroy leaves nothing", async () => {
    const seed = seedOfCommit(checkout);
    const failures: string[] = [];
    await searchLives(checkout, { seed, first: 1, count: 3 }, ({ life, done, failures: found }) => {
      failures.push(
        ...found.map((one) => [`life ${life}: ${failureKey(one)}`, one.chain, one.said, ...done].join("\n")),
      );
    });
    assert.deepEqual(failures, [], `npm run search -- --lives 1 --seed ${seed} --first <life> repeats it`);
  });
});
