import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { checkSettings, type SettingProblem } from "../../settings";
import { requiredSettings } from "./required";

const good = { ...requiredSettings, analysts: "[]" };
const subscriptionId = "5EC0DE00-5AB5-4000-8000-000000000001";

function check(changed: Record<string, unknown>) {
  const values: Record<string, string> = { ...good };
  for (const [key, value] of Object.entries(changed)) values[key] = JSON.stringify(value);
  return checkSettings(values, [], {});
}

function problems(changed: Record<string, unknown>): readonly SettingProblem[] {
  const result = check(changed);
  return "problems" in result ? result.problems : [];
}

const wrong = (changed: Record<string, unknown>) => problems(changed).map(({ key, seen }) => `${key}: ${seen}`);

describe("settings: handover and azureDelegation", () => {
  it("handover and azureDelegation are off by default", () => {
    const result = check({});
    assert.ok("settings" in result && !("handover" in result.settings) && !("azureDelegation" in result.settings));
  });

  it("handover and azureDelegation are typed, with IDs in lower case", () => {
    const handover = { subscriptionId, location: "westeurope", softDeleteRetentionDays: 7 };
    const azureDelegation = { subscriptionId, groupObjectId: subscriptionId, groupName: "SOC", roles: ["Reader"] };
    const result = check({ handover, azureDelegation });
    assert.ok("settings" in result, JSON.stringify(result));
    assert.deepEqual(result.settings.handover, { ...handover, subscriptionId: subscriptionId.toLowerCase() });
    assert.deepEqual(result.settings.azureDelegation, {
      ...azureDelegation,
      subscriptionId: subscriptionId.toLowerCase(),
    });
  });

  it("handover: a region for a new vault, or the ID of an existing one", () => {
    const vaultId =
      "/subscriptions/5ec0de00-5ab5-4000-8000-000000000001/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/siem";
    assert.deepEqual(wrong({ handover: { subscriptionId } }), ["handover.location: (not set)"]);
    assert.deepEqual(wrong({ handover: { subscriptionId, vaultId } }), []);
    assert.deepEqual(wrong({ handover: { subscriptionId, vaultId, location: "westeurope" } }), [
      'handover.location: "westeurope"',
    ]);
    assert.deepEqual(wrong({ handover: { subscriptionId, vaultId: "/vaults/siem" } }), [
      'handover.vaultId: "/vaults/siem"',
    ]);
  });

  it("handover: requires a client secret", () => {
    const handover = { subscriptionId, location: "westeurope" };
    const federated = { type: "federated", issuer: "https://token.example", subject: "siem" };
    const [problem] = problems({ handover, connector: { credential: federated } });
    assert.equal(problem?.key, "handover");
    assert.match(problem.allowed, /client secret/);
  });

  it("azureDelegation: each role that Lighthouse does not delegate is reported with its place", () => {
    const delegation = { subscriptionId, groupObjectId: subscriptionId, groupName: "SOC" };
    const refused = problems({
      azureDelegation: { ...delegation, roles: ["Reader", "Owner", "Key Vault Secrets User"] },
    });
    assertEach(refused, ({ key }) => key, ["azureDelegation.roles[1]", "azureDelegation.roles[2]"]);
    assert.deepEqual(wrong({ azureDelegation: { ...delegation, roles: [] } }), ["azureDelegation.roles: []"]);
  });

  const groups = [{ objectId: subscriptionId, name: "SOC", roles: ["Security Reader"] }];

  it("sentinelAccess: the roles of the groups that the model has, by default the least", () => {
    const place = { subscriptionId, resourceGroup: "sentinel", workspaceName: "soc-workspace" };
    const rolesWith = (portalAccess: unknown, roles?: object) => {
      const result = check({ portalAccess, sentinelAccess: { ...place, ...(roles === undefined ? {} : { roles }) } });
      assert.ok("settings" in result, JSON.stringify(result));
      assert.equal(result.settings.sentinelAccess?.subscriptionId, subscriptionId.toLowerCase());
      return result.settings.sentinelAccess.roles;
    };
    const [reader, responder] = ["Microsoft Sentinel Reader", "Microsoft Sentinel Responder"];
    assert.deepEqual(rolesWith({ model: "rbac" }), { tier1: [reader], tier2: [responder] });
    assert.deepEqual(rolesWith({ model: "rbac", activation: "justInTime" }), { tier1: [reader], tier2: [responder] });
    assert.deepEqual(rolesWith({ model: "basic" }), { analysts: [reader] });
    assert.deepEqual(rolesWith({ model: "entitlement", approvers: ["a@contoso.com"] }), {
      tier1: [reader],
      tier2: [responder],
    });
    assert.deepEqual(rolesWith({ model: "governance", groups }), {});
    const remote = check({
      portalAccess: { model: "governance", groups },
      sentinelAccess: { ...place, unverifiedRemoteGroups: [{ objectId: subscriptionId, roles: [reader] }] },
    });
    assert.ok("settings" in remote, JSON.stringify(remote));
    assert.deepEqual(remote.settings.sentinelAccess?.roles, { [`remote-${subscriptionId.toLowerCase()}`]: [reader] });
    assert.deepEqual(rolesWith({ model: "rbac" }, { tier1: [], approvers: [reader] }), {
      tier2: [responder],
      approvers: [reader],
    });
  });

  it("sentinelAccess: refuses roles that give access, unknown ones, and groups of another model", () => {
    const place = { subscriptionId, resourceGroup: "sentinel", workspaceName: "soc-workspace" };
    const refused = (roles: object, portalAccess: object = { model: "rbac" }) =>
      problems({ portalAccess, sentinelAccess: { ...place, roles } }).map(({ key }) => key);
    for (const role of [
      "Owner",
      "User Access Administrator",
      "Role Based Access Control Administrator",
      "Microsoft Sentinel Automation Contributor",
      "Sentinel Reader",
    ])
      assert.deepEqual(refused({ tier1: [role] }), ["sentinelAccess.roles.tier1[0]"], role);
    assert.deepEqual(refused({ tier1: ["Workbook Contributor", "Workbook Contributor"] }), [
      "sentinelAccess.roles.tier1[1]",
    ]);
    assert.deepEqual(refused({ analysts: ["Microsoft Sentinel Reader"] }), ["sentinelAccess.roles.analysts"]);
    assert.deepEqual(refused({ tier1: ["Microsoft Sentinel Reader"] }, { model: "basic" }), [
      "sentinelAccess.roles.tier1",
    ]);
    assert.deepEqual(refused({ tier1: ["Microsoft Sentinel Reader"] }, { model: "governance", groups }), [
      "sentinelAccess.roles.tier1",
    ]);
    const remote = (unverifiedRemoteGroups: unknown, portalAccess: object = { model: "governance", groups }) =>
      problems({ portalAccess, sentinelAccess: { ...place, unverifiedRemoteGroups } }).map(({ key }) => key);
    const named = { objectId: subscriptionId, roles: ["Microsoft Sentinel Reader"] };
    const key = "sentinelAccess.unverifiedRemoteGroups";
    assert.deepEqual(remote([named]), []);
    assert.deepEqual(remote([named], { model: "rbac" }), [key]);
    assert.deepEqual(remote([named, named]), [`${key}[1].objectId`]);
    assert.deepEqual(remote([{ ...named, objectId: "0a0b0c0d-0000-4000-8000-000000000009" }]), [`${key}[0].objectId`]);
    assert.deepEqual(remote([{ ...named, roles: ["Owner"] }]), [`${key}[0].roles[0]`]);
    assert.deepEqual(wrong({ sentinelAccess: { ...place, workspaceName: "-soc" } }), [
      'sentinelAccess.workspaceName: "-soc"',
    ]);
  });
});
