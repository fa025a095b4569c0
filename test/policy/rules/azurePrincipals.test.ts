import assert from "node:assert/strict";
import { azureRoles, roleDefinitionResourceId, type SentinelRole } from "@defender-mssp/microsoft";
import {
  azureRoleAssignment,
  keyVault,
  registrationAssignment,
  registrationDefinition,
} from "../../../domain/resourceTypes";
import { azurePrincipals as rule } from "../../../policy/rules/azurePrincipals";
import { contoso, judge } from "../support";

describe("policy: azure-principals", () => {
  const subscriptionId = "5ec0de00-5ab5-4000-8000-000000000001";
  const [reader, group, stranger] = ["1", "2", "3"].map((digit) => `0f0f0f0f-0000-4000-8000-00000000000${digit}`);
  const settings = {
    ...contoso,
    handover: { subscriptionId, readerObjectId: reader },
    azureDelegation: {
      subscriptionId,
      resourceGroupName: "sentinel",
      groupObjectId: group!,
      groupName: "Fabrikam",
      roles: ["Microsoft Sentinel Responder"],
    },
  };
  const secretsUser = roleDefinitionResourceId(subscriptionId, "Key Vault Secrets User");
  const delegated = (principalId: unknown, roleDefinitionId: unknown = azureRoles["Microsoft Sentinel Responder"]) => ({
    properties: { authorizations: [{ principalId, roleDefinitionId }] },
  });
  const scope = `/subscriptions/${subscriptionId}/resourceGroups/sentinel`;

  it("passes the SIEM's identity, the MSSP's group, and the scope and roles of the settings", () => {
    const assignment = { principalId: reader, roleDefinitionId: secretsUser };
    assert.deepEqual(judge(rule, azureRoleAssignment, assignment, { settings }), []);
    assert.deepEqual(judge(rule, registrationDefinition, delegated(group), { settings }), []);
    assert.deepEqual(judge(rule, registrationAssignment, { scope }, { settings }), []);
    assert.deepEqual(judge(rule, keyVault, { properties: { accessPolicies: [] } }, { settings }), []);
  });

  it("passes principals of the parameter", () => {
    const given = { settings, parameters: { principals: [stranger] } };
    assert.deepEqual(judge(rule, registrationDefinition, delegated(stranger, azureRoles.Reader), given), []);
  });

  it("refuses another principal, role or scope, and vault access policies", () => {
    assert.deepEqual(
      judge(rule, azureRoleAssignment, { principalId: stranger, roleDefinitionId: azureRoles.Reader }, { settings }),
      [
        `its principal ${stranger} is not the one of the setting handover.readerObjectId`,
        `its role is ${azureRoles.Reader}; the SIEM's identity gets Key Vault Secrets User alone`,
      ],
    );
    assert.equal(judge(rule, registrationDefinition, delegated(stranger), { settings }).length, 1);
    assert.equal(judge(rule, registrationDefinition, delegated(group, azureRoles.Contributor), { settings }).length, 1);
    const subscription = `/subscriptions/${subscriptionId}`;
    assert.equal(judge(rule, registrationAssignment, { scope: subscription }, { settings }).length, 1);
    const accessPolicies = [{ objectId: stranger }];
    assert.equal(judge(rule, keyVault, { properties: { accessPolicies } }, { settings }).length, 1);
  });

  it("refuses everything that the settings do not ask for", () => {
    const assignment = { principalId: reader, roleDefinitionId: secretsUser };
    assert.equal(judge(rule, azureRoleAssignment, assignment).length, 1);
    assert.equal(judge(rule, registrationDefinition, delegated(group)).length, 2);
    assert.equal(judge(rule, registrationAssignment, { scope }).length, 1);
  });

  it("takes a group's role on the workspace for one of sentinelAccess alone", () => {
    const place = { subscriptionId, resourceGroup: "sentinel", workspaceName: "soc" };
    const given = {
      settings: { ...settings, sentinelAccess: { ...place, roles: { tier1: ["Microsoft Sentinel Reader" as const] } } },
    };
    const assignment = { principalId: stranger, principalType: "Group", scope };
    const say = (changes: object) => judge(rule, azureRoleAssignment, { ...assignment, ...changes }, given);
    const roleDefinitionId = roleDefinitionResourceId(subscriptionId, "Microsoft Sentinel Reader");
    // `named-principals` asks whose the group is.
    assert.deepEqual(say({ roleDefinitionId }), []);
    assert.equal(say({ roleDefinitionId: azureRoles.Owner }).length, 1);
    assert.equal(say({ roleDefinitionId, principalType: "User" }).length, 1);
    assert.notEqual(say({ roleDefinitionId, scope: `/subscriptions/${subscriptionId}` }).length, 0);
    assert.notEqual(judge(rule, azureRoleAssignment, { ...assignment, roleDefinitionId }, { settings }).length, 0);
  });

  it("takes a remote group's role for one that the settings name for this group", () => {
    const first = "0a0b0c0d-0000-4000-8000-000000000001";
    const second = "0a0b0c0d-0000-4000-8000-000000000002";
    const roles = {
      [`remote-${first}`]: ["Microsoft Sentinel Reader" as const],
      [`remote-${second}`]: ["Microsoft Sentinel Contributor" as const],
    };
    const place = { subscriptionId, resourceGroup: "sentinel", workspaceName: "soc" };
    const say = (principalId: string | undefined, role: SentinelRole, principalType = "ForeignGroup") =>
      judge(
        rule,
        azureRoleAssignment,
        { principalId, principalType, scope, roleDefinitionId: roleDefinitionResourceId(subscriptionId, role) },
        { settings: { ...settings, sentinelAccess: { ...place, roles } } },
      );
    assert.deepEqual(say(first.toUpperCase(), "Microsoft Sentinel Reader"), []);
    assert.equal(say(first, "Microsoft Sentinel Contributor").length, 1);
    assert.equal(say(first, "Microsoft Sentinel Contributor", "Group").length, 1);
    assert.equal(say(stranger, "Microsoft Sentinel Reader").length, 1);
  });
});
