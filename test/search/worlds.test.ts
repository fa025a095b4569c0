/** Thirty worlds of a fixed seed: what the commands say, against what the oracle knows; and what the search itself needs. */
import { ways } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { ways as oracleWays } from "@defender-mssp/testkit";
import { acts } from "../../dev/search/acts";
import { rowsOfWay } from "../../dev/search/catalogue";
import { readPairs } from "../../dev/search/pairs";
import { changeProblem, planted } from "../../dev/promises/mutations";
import { findUses, unexplained } from "../../dev/search/use";
import { World } from "../../dev/search/world";
import { judgeWorlds } from "./judgeWorlds";

const checkout = path.resolve(__dirname, "..", "..");
const seed = 1;

describe("random worlds", function () {
  this.timeout(600_000);

  it("30 worlds: certificate, report and verify name every chain of the MSSP's", async () => {
    const { failures, made } = await judgeWorlds(checkout, { seed, count: 30 });
    assert.deepEqual(failures, [], `npm run search -- --seed ${seed} --worlds 1 --first <world> shrinks it`);
    assert.ok(made.size >= 20, `chains of few ways were made: ${[...made].join(", ")}`);
  });

  it("every route that a principal of the MSSP can use is explained by a chain", async () => {
    const pairs = await readPairs(checkout);
    const world = await World.open(pairs.filter(({ name }) => name === "basic-msspApp"));
    try {
      world.reset(world.pair);
      const uses = await findUses(world);
      assert.ok(uses.size > 50);
      assert.deepEqual(unexplained(world, uses), []);
      const { customer } = world;
      const [application] = world.principals().filter(({ type }) => type === "servicePrincipals");
      // The same uses without their permission: the judge must miss it.
      for (const one of [...customer.objects("appRoleAssignments").values()])
        if (one["principalId"] === application?.id) customer.objects("appRoleAssignments").delete(one.id);
      assert.ok(unexplained(world, uses).length > 0);
    } finally {
      await world.close();
    }
  });

  it("a way of the oracle is a row of the catalogue, and an act makes it", () => {
    const rows = new Set(ways.map(({ id }) => id));
    assert.deepEqual(
      oracleWays.flatMap((way) => rowsOfWay[way].filter((row) => !rows.has(row))),
      [],
    );
    // Kinds without a chain of their own: parts of others, and what nobody but the MSSP has.
    const withoutChain = ["group", "activationPolicy", "defenderRole", "application", "redirectUri", "refreshToken"];
    const others = ["accessPackage", "tenantRestrictions", "handover", "stackState", "extension"];
    const rowsWithChain = new Set(Object.values(rowsOfWay).flat());
    assert.deepEqual(
      ways
        .filter(({ id, is }) => "kinds" in is && !rowsWithChain.has(id))
        .map(({ id }) => id)
        .sort(),
      [...withoutChain, ...others].sort(),
      "a kind of access needs a chain in testkit's oracle and an act in dev/search",
    );
    const made = new Set(acts.flatMap(({ makes }) => makes));
    assertNone(oracleWays, (way) => !made.has(way));
  });

  it("a planted defect changes one place of the code", () =>
    assert.deepEqual(
      planted.flatMap((defect) => changeProblem(checkout, defect) ?? []),
      [],
    ));
});
