/** What `up` creates by the settings alone, compared with the states that `up` wrote. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { plannedResources } from "../../../cli/planned/plannedResources";
import { plannedId } from "../../../cli/planned/plannedId";
import { kindInReport, isWithCustomer } from "../../../cli/access/objects/kindInReport";
import { objectsOf } from "../../../cli/access/objects/objects";
import { plannedState, type ReportResource } from "../../../cli/access/state/readState";
import { parseSettings } from "../../../settings";
import { requiredSettings } from "../../settings/required";
import { now, recorded, settingsOf, stateOf } from "../customer/report/states";

/** Types and names in the customer's tenant and subscription, sorted. */
function names(resources: readonly ReportResource[]): string[] {
  return resources
    .filter(({ kind }) => {
      const reported = kindInReport(kind);
      return reported !== undefined && kind !== undefined && isWithCustomer(reported.word);
    })
    .map(({ type, name }) => `${type} ${name}`)
    .sort();
}

describe("planned resources", () => {
  for (const name of recorded) {
    it(`${name}: as up has created them, without an engine or a request`, async () => {
      const settings = settingsOf(name);
      const planned = plannedState(await plannedResources(settings, now));
      assert.deepEqual(names(planned.resources), names(stateOf(name).resources));
      const { objects, paths } = objectsOf(planned.resources, settings);
      const deployed = objectsOf(stateOf(name).resources, settings);
      // Who reaches what does not depend on the IDs.
      assert.deepEqual(
        paths.map(({ from, to }) => `${from} ${to}`).sort(),
        deployed.paths.map(({ from, to }) => `${from} ${to}`).sort(),
      );
      assert.doesNotMatch(JSON.stringify(objects), new RegExp(plannedId));
      assert.ok(
        objects.every(({ objectId, link, since }) => objectId === "" && link === undefined && since === undefined),
      );
    });
  }

  it("leaves the process as it was: several at once do not mix", async () => {
    const both = await Promise.all([
      plannedResources(settingsOf("basic"), now),
      plannedResources(settingsOf("entitlement"), now),
    ]);
    const types = both.map((resources) => new Set(resources.map(({ type }) => type.split(":").at(-1))));
    assertEach(types, (set) => set.has("AccessPackage"), [false, true]);
  });

  it("has the eligible memberships of just-in-time access", async () => {
    const settings = parseSettings(
      {
        ...requiredSettings,
        analysts: [{ email: "ana@fabrikam.example", displayName: "Ana Silva" }],
        portalAccess: { model: "rbac", activation: "justInTime" },
      },
      [],
      {},
    );
    const { resources } = plannedState(await plannedResources(settings, now));
    const { objects, paths } = objectsOf(resources, settings);
    assert.ok(objects.some(({ kind }) => kind === "eligibility"));
    assert.ok(paths.some(({ by }) => by.startsWith("eligible")));
  });
});
