import assert from "node:assert/strict";
import { microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { apiPermissions as rule } from "../../../policy/rules/apiPermissions";
import { contoso, judge } from "../support";

describe("policy: api-permissions", () => {
  const access = azuread("ApplicationApiAccess");
  const { appRoles, scopes } = microsoftGraph;

  it("passes the connector's permissions to read alerts", () => {
    assert.deepEqual(judge(rule, access, { scopeIds: [windowsDefenderAtp.scopes["Alert.Read"]] }), []);
    assert.deepEqual(judge(rule, access, { roleIds: [appRoles["SecurityAlert.Read.All"]] }), []);
    assert.deepEqual(judge(rule, azuread("AppRoleAssignment"), { appRoleId: appRoles["SecurityAlert.Read.All"] }), []);
    assert.deepEqual(
      judge(rule, azuread("ServicePrincipalDelegatedPermissionGrant"), { claimValues: ["Alert.Read"] }),
      [],
    );
    assert.deepEqual(judge(rule, dynamic("AppRoleGrant"), { appRole: "SecurityAlert.Read.All" }), []);
  });

  it("refuses every other API permission, given by ID or by name", () => {
    const directory = "Directory.Read.All is not allowed; allowed: Alert.Read, SecurityAlert.Read.All";
    assert.deepEqual(judge(rule, access, { roleIds: [appRoles["Directory.Read.All"]] }), [directory]);
    assert.deepEqual(judge(rule, access, { scopeIds: [scopes["Directory.Read.All"].toUpperCase()] }), [directory]);
    assert.deepEqual(judge(rule, azuread("AppRoleAssignment"), { appRoleId: appRoles["Directory.Read.All"] }), [
      directory,
    ]);
    assert.deepEqual(judge(rule, dynamic("AppRoleGrant"), { appRole: "Directory.Read.All" }), [directory]);
    const grant = { claimValues: ["Alert.Read", "offline_access"] };
    assert.equal(judge(rule, azuread("ServicePrincipalDelegatedPermissionGrant"), grant).length, 1);
    assert.match(judge(rule, access, { roleIds: ["11111111-2222-4333-8444-555555555555"] })[0]!, /unknown/);
  });

  it("allows more permissions by its parameter, but none that writes", () => {
    const parameters = { allowed: ["Directory.Read.All", "SecurityAlert.ReadWrite.All", "Alert.ReadWrite"] };
    assert.deepEqual(judge(rule, access, { roleIds: [appRoles["Directory.Read.All"]] }, { parameters }), []);
    for (const permission of [appRoles["SecurityAlert.ReadWrite.All"], windowsDefenderAtp.scopes["Alert.ReadWrite"]]) {
      assert.match(judge(rule, access, { roleIds: [permission] }, { parameters })[0]!, /allows changes/);
    }
  });

  it("passes the roles of the connector's profile; a change only until its last day", () => {
    const connectorOf = (contract: object) => ({
      settings: { ...contoso, connector: { ...contoso.connector, ...contract } },
    });
    const role = (appRoleId: string, contract: object) =>
      judge(rule, azuread("AppRoleAssignment"), { appRoleId }, connectorOf(contract));
    const hunting = appRoles["ThreatHunting.Read.All"];
    assert.deepEqual(role(hunting, { profile: "hunt" }), []);
    assert.match(role(hunting, {})[0]!, /ThreatHunting\.Read\.All is not allowed/);
    const isolate = windowsDefenderAtp.appRoles["Machine.Isolate"];
    const respond = { profile: "respond", actions: ["isolate"], approvedBy: "Dana Reyes" };
    assert.deepEqual(role(isolate, { ...respond, writesEndOn: "2999-12-31" }), []);
    assert.deepEqual(role(isolate, { ...respond, writesEndOn: "2020-12-31" }), [
      "Machine.Isolate allows changes; connector.writesEndOn was 2020-12-31",
    ]);
    for (const contract of [{}, respond, { ...respond, actions: ["scan"], writesEndOn: "2999-12-31" }]) {
      assert.deepEqual(role(isolate, contract), ["Machine.Isolate allows changes"], JSON.stringify(contract));
    }
  });
});
