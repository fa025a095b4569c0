import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { activations as rule } from "../../../policy/rules/activations";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judgeStack, unknownValue, type Sample } from "../support";

describe("policy: activations", () => {
  const ana = { email: "ana@fabrikam.example", displayName: "Ana", tier: "tier2", accessEndsOn: "2027-01-31" } as const;
  const ben = { email: "ben@fabrikam.example", displayName: "Ben", tier: "tier2" } as const;
  const settings = (activation: object | undefined, ...analysts: PolicySettings["analysts"]): PolicySettings =>
    ({ ...contoso, analysts, portalAccess: { ...contoso.portalAccess, activation } }) as PolicySettings;
  const asked = settings({ hours: 4 }, ana, ben);
  const guest = (name: string, email: string): Sample => ({
    type: dynamic("Guest"),
    name,
    properties: { email, objectId: `id-of-${name}` },
  });
  const stack: readonly Sample[] = [
    guest("ana", ana.email),
    guest("ben", ben.email),
    { type: azuread("Group"), name: "tier2", properties: { displayName: "Tier 2 Analyst", objectId: "id-of-tier2" } },
  ];
  const eligible = (properties: object): Sample => ({
    type: dynamic("EligibleMembers"),
    name: "eligible",
    properties: { groupId: "id-of-tier2", maximumActivation: "PT4H", ...properties },
    sources: { groupId: ["tier2"] },
  });
  const say = (properties: object, given: PolicySettings = asked) =>
    judgeStack(rule, [...stack, eligible(properties)], { settings: given });

  it("passes the terms of the settings, and shorter ones", () => {
    const members = [{ objectId: "id-of-ana", accessEndsOn: ana.accessEndsOn }, { objectId: "id-of-ben" }];
    assert.deepEqual(say({ members }), []);
    assert.deepEqual(
      say({ maximumActivation: "PT30M", activationRequires: ["MultiFactorAuthentication", "Justification"] }),
      [],
    );
    assert.deepEqual(say({ maximumActivation: unknownValue, members: unknownValue }), []);
  });

  it("refuses an activation that is longer, needs less, or that nobody asked for", () => {
    assert.deepEqual(say({ maximumActivation: "PT8H" }), ["an activation lasts PT8H; the settings name 4 hours"]);
    assert.deepEqual(say({ maximumActivation: "P1Y" }), ["an activation lasts P1Y; the settings name 4 hours"]);
    assert.deepEqual(say({ activationRequires: ["Justification"] }), [
      "an activation does not need MultiFactorAuthentication",
    ]);
    assert.equal(say({}, settings(undefined)).length, 1);
  });

  it("refuses tier 2 without the approval of the settings", () => {
    const approved = settings({ hours: 4, tier2Approval: "approvers" }, ana, ben);
    assert.equal(say({ approverGroups: [] }, approved).length, 1);
    assert.equal(say({}, approved).length, 1);
    assert.deepEqual(say({ approverGroups: ["id-of-approvers"] }, approved), []);
    assert.deepEqual(say({ approverGroups: unknownValue }, approved), []);
    const byCustomer = settings({ hours: 4, tier2Approval: "customer", approvers: ["admin@contoso.com"] }, ana, ben);
    assert.equal(say({ approverGroups: ["id-of-approvers"] }, byCustomer).length, 1);
  });

  it("refuses an eligibility that outlasts the analyst's access", () => {
    for (const accessEndsOn of [undefined, "2027-02-01"]) {
      assert.deepEqual(say({ members: [{ objectId: "id-of-ana", accessEndsOn }] }), [
        `the eligibility of ${ana.email} ends ${accessEndsOn ?? "never"}; the settings say ${ana.accessEndsOn}`,
      ]);
    }
    assert.deepEqual(say({ members: [{ objectId: unknownValue }, { objectId: unknownValue }] }), [
      "2 eligibilities have no end; the settings name 1 analysts without one",
    ]);
  });
});
