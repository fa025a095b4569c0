import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { guestsInTheirGroups as rule } from "../../../policy/rules/guestsInTheirGroups";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judgeStack, unknownValue, type Sample } from "../support";

describe("policy: guests-in-their-groups", () => {
  const settings: PolicySettings = {
    ...contoso,
    analysts: [
      { email: "ana@fabrikam.example", displayName: "Ana", tier: "tier1" },
      { email: "ben@fabrikam.example", displayName: "Ben", tier: "tier2" },
      { email: "cleo@fabrikam.example", displayName: "Cleo", tier: "tier1", accessEndsOn: "2020-01-31" },
    ],
  };
  const model = { type: dynamic("PortalAccessModel"), properties: { model: "rbac" } };
  const guest = (name: string, objectId: unknown = `id-of-${name}`) => ({
    type: dynamic("Guest"),
    name,
    properties: { email: `${name}@fabrikam.example`, objectId },
  });
  const group = (displayName: string, ...names: string[]) => ({
    type: azuread("Group"),
    name: displayName,
    properties: { displayName, members: names.map((name) => `id-of-${name}`) } as Record<string, unknown>,
  });
  const all = "Fabrikam Security MSSP Analysts";
  const guests = [guest("ana"), guest("ben"), guest("cleo")];
  const say = (...samples: Sample[]) => judgeStack(rule, samples, { settings });

  it("passes guests in the group of all analysts and their tier's group, and an expired guest in no group", () => {
    const right = [group(all, "ana", "ben"), group("Tier 1 Analyst", "ana"), group("Tier 2 Analyst", "ben")];
    assert.deepEqual(say(model, ...guests, ...right, group("MSSP Analyst Approvers")), []);
  });

  it("passes only the group of all analysts if the stack has no tiers", () => {
    assert.deepEqual(say(...guests, group(all, "ana", "ben")), []);
    assert.deepEqual(say({ ...model, properties: { model: "basic" } }, ...guests, group(all, "ana", "ben")), []);
    assert.deepEqual(say(group(all, "somebody")), [], "no guests, no memberships");
  });

  it("refuses a guest with an additional or a missing group membership", () => {
    const wrong = [group(all, "ana"), group("Tier 1 Analyst", "ana", "ben"), group("Tier 2 Analyst", "ben", "cleo")];
    assert.deepEqual(say(model, ...guests, ...wrong, group("Others", "ana")), [
      `ben@fabrikam.example is not in the group "${all}"`,
      'ben@fabrikam.example is in the group "Tier 1 Analyst"',
      'cleo@fabrikam.example is in the group "Tier 2 Analyst"',
      'ana@fabrikam.example is in the group "Others"',
    ]);
  });

  it("refuses a guest who is no analyst of the settings", () =>
    assert.deepEqual(say(guest("eve"), group(all, "eve")), [`eve@fabrikam.example is in the group "${all}"`]));

  it("reports that it cannot check memberships if the settings are invalid", () => {
    assert.match(judgeStack(rule, guests, { settings: "wrong" })[0]!, /^the stack's settings are invalid/);
    assert.deepEqual(judgeStack(rule, [], { settings: "wrong" }), []);
  });

  it("recognizes a new guest's membership in a preview by the sources of the member list", () => {
    const isNew = [guest("ana", unknownValue), guest("ben")];
    const made = (displayName: string, members: unknown, ...names: string[]) => ({
      type: azuread("Group"),
      name: displayName,
      properties: { displayName, members },
      sources: { members: names },
    });
    const right = [made(all, [unknownValue, "id-of-ben"], "ana", "ben"), made("Tier 1 Analyst", [unknownValue], "ana")];
    assert.deepEqual(say(model, ...isNew, ...right, made("Tier 2 Analyst", ["id-of-ben"], "ben")), []);
    assert.deepEqual(say(model, ...isNew, ...right, made("Tier 2 Analyst", unknownValue, "ana", "ben")), [
      'ana@fabrikam.example is in the group "Tier 2 Analyst"',
    ]);
    assert.deepEqual(say(...isNew, made(all, unknownValue, "ben")), [
      `ana@fabrikam.example is not in the group "${all}"`,
    ]);
  });

  it("ignores the sources of the member list if the guest's ID is known", () => {
    const left = {
      type: azuread("Group"),
      name: all,
      properties: { displayName: all, members: [unknownValue] },
      sources: { members: ["ana", "ben"] },
    };
    assert.deepEqual(say(guest("ana", unknownValue), guest("ben"), left), [
      `ben@fabrikam.example is not in the group "${all}"`,
    ]);
  });

  describe("just-in-time access", () => {
    const justInTime = { ...model, properties: { model: "rbac, just in time" } };
    const eligible = (displayName: string, ...names: string[]) => ({
      type: dynamic("EligibleMembers"),
      name: `${displayName} eligible`,
      properties: { groupId: `id-of-${displayName}`, members: names.map((name) => ({ objectId: `id-of-${name}` })) },
    });
    const tier = (displayName: string, ...names: string[]) => {
      const one = group(displayName, ...names);
      return { ...one, properties: { ...one.properties, objectId: `id-of-${displayName}` } };
    };
    const right = [group(all, "ana", "ben"), eligible("Tier 1 Analyst", "ana"), eligible("Tier 2 Analyst", "ben")];

    it("passes eligible guests, whether they have activated their membership or not", () => {
      assert.deepEqual(say(justInTime, ...guests, ...right, tier("Tier 1 Analyst"), tier("Tier 2 Analyst")), []);
      assert.deepEqual(say(justInTime, ...guests, ...right, tier("Tier 1 Analyst", "ana"), tier("Tier 2 Analyst")), []);
    });

    it("refuses an eligible guest of another tier, a missing one, and a member who is not eligible", () => {
      const wrong = [group(all, "ana", "ben"), eligible("Tier 1 Analyst"), eligible("Tier 2 Analyst", "ana", "ben")];
      assert.deepEqual(say(justInTime, ...guests, ...wrong, tier("Tier 1 Analyst", "ben"), tier("Tier 2 Analyst")), [
        'ana@fabrikam.example is no eligible member of the group "Tier 1 Analyst"',
        'ben@fabrikam.example is in the group "Tier 1 Analyst"',
        'ana@fabrikam.example is an eligible member of the group "Tier 2 Analyst"',
      ]);
    });
  });
});
