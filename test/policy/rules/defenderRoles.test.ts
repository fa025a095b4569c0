import assert from "node:assert/strict";
import { tierNames, tierPermissions } from "@defender-mssp/microsoft";
import { dynamic } from "../../../domain/resourceTypes";
import { defenderRoles as rule } from "../../../policy/rules/defenderRoles";
import { contoso, judge, unknownValue } from "../support";

describe("policy: defender-roles", () => {
  const type = dynamic("DefenderRoleDefinition");
  const tier1 = (...permissions: unknown[]) => ({ displayName: tierNames.tier1, permissions });

  it("passes each tier's default actions, and an action that they include", () => {
    for (const tier of ["tier1", "tier2"] as const) {
      const permissions = [...tierPermissions[tier]];
      assert.deepEqual(judge(rule, type, { displayName: tierNames[tier], permissions }), []);
    }
    assert.deepEqual(judge(rule, type, tier1("microsoft.xdr/secops/securitydata/alerts/read")), []);
  });

  it("passes an action that the tier's parameter names", () => {
    const action = "microsoft.xdr/secops/securitydata/rawdata/read";
    assert.deepEqual(judge(rule, type, tier1(action), { parameters: { tier1: [action] } }), []);
  });

  it("refuses wildcards that include other actions", () => {
    for (const action of ["microsoft.xdr/*/manage", "microsoft.xdr/*/read", "microsoft.xdr/secops/*/manage"]) {
      assert.deepEqual(judge(rule, type, tier1(action)), [
        `${action} has a wildcard and includes actions that are not allowed`,
      ]);
    }
  });

  it("refuses actions of another tier, and authorization", () => {
    const live = "microsoft.xdr/secops/securitydata/liveresponse-basic/manage";
    const authorization = "microsoft.xdr/configuration/authorization/manage";
    assert.deepEqual(judge(rule, type, tier1(live, authorization)), [
      `${live} is not an allowed action`,
      `${authorization} is not an allowed action`,
    ]);
    assert.equal(judge(rule, type, { displayName: tierNames.approvers, permissions: [live] }).length, 1);
  });

  it("refuses a role whose name no tier of the settings has", () => {
    assert.deepEqual(judge(rule, type, { displayName: "Others", permissions: [] }), [
      'the settings name no tier "Others"',
    ]);
    const settings = {
      ...contoso,
      portalAccess: { model: "basic", role: "Security Reader", assignTo: "group" } as const,
    };
    assert.equal(judge(rule, type, tier1(), { settings }).length, 1);
    assert.equal(judge(rule, type, tier1(), { settings: "wrong" }).length, 1);
  });

  it("judges what is known beside what a preview does not know", () => {
    const ofSome = (permissions: readonly string[]) => judge(rule, type, { displayName: unknownValue, permissions });
    assert.deepEqual(ofSome(tierPermissions.tier2), []);
    assert.equal(ofSome(["microsoft.xdr/*/manage"]).length, 1, "no tier has them");
    assert.equal(judge(rule, type, tier1(unknownValue, "microsoft.xdr/*/manage")).length, 1);
  });
});
