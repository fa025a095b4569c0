/** The catalogue of ways is closed by what can be counted, and by Microsoft's metadata where that is there. */
import { catalogueProblems, findWays, notLookedWays, ways } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { checkoutFolder, referenceFolder } from "@defender-mssp/testkit";
import { countedPlaces, entitySets, waysWithoutRow } from "../../dev/docs/checks/ways";

describe("the catalogue of ways", () => {
  it("has a row for each entity set, write route and type of Azure, and for each kind", () => {
    assert.deepEqual(waysWithoutRow(checkoutFolder()), []);
    const places = countedPlaces(checkoutFolder());
    for (const prefix of ["/users/{id}", "defender:", "entra:", "azure:", "azure-native:"])
      assert.ok(
        places.some((place) => place.startsWith(prefix)),
        prefix,
      );
  });

  it("a route, a set or a type without a row is a finding", () => {
    const unknown = ["/newSet", "/users/{id}/newAction", "azure:Microsoft.New/things", "entra:/new", "new:type:Thing"];
    assert.deepEqual(
      catalogueProblems(unknown),
      unknown.map((place) => `packages/tenant/src/ways: no row covers ${place}`),
    );
    // A row that stands for a subtree is no row for the tree.
    assertEach(findWays("/security/cases/ediscoveryCases"), ({ id }) => id, ["purviewRole"]);
    assertEach(findWays("/security"), ({ id }) => id, ["detectionRule"]);
  });

  it("has the sets and singletons of the published metadata", function () {
    const file = path.join(referenceFolder(), "graph", "v1.0-Prod.csdl");
    if (!existsSync(file)) this.skip();
    const names = [...readFileSync(file, "utf8").matchAll(/<(?:EntitySet|Singleton) Name="(\w+)"/g)];
    assert.deepEqual([...entitySets].sort(), names.map(([, name = ""]) => name).sort());
  });

  it("says of each way that nobody looks at what it is, why, and where a person looks", () => {
    assert.ok(notLookedWays.length > 0 && notLookedWays.length < ways.length);
    for (const { way, what, why, look } of notLookedWays) {
      assert.match(what, /^[a-zM].*[^.]$/, way);
      assert.match(why, /^[a-zMA].*[^.]$/, way);
      assert.match(look, / > .*\.$/, way);
    }
  });
});
