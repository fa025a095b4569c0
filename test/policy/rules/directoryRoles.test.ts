import assert from "node:assert/strict";
import { directoryRoleTemplates, type DirectoryRoleName } from "@defender-mssp/microsoft";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { directoryRoles as rule } from "../../../policy/rules/directoryRoles";
import { contoso, judge, type Given } from "../support";

describe("policy: directory-roles", () => {
  const type = azuread("DirectoryRoleAssignment");
  const say = (role: DirectoryRoleName, given?: Given) =>
    judge(rule, type, { roleId: directoryRoleTemplates[role] }, given);
  const asked: Given = {
    settings: { ...contoso, portalAccess: { model: "basic", role: "Security Administrator", assignTo: "group" } },
  };

  it("passes the reader roles, and Security Administrator if the settings ask for it", () => {
    assert.deepEqual(say("Security Reader"), []);
    assert.deepEqual(say("Security Operator"), []);
    assert.deepEqual(say("Security Administrator", asked), []);
  });

  it("refuses Security Administrator if the settings do not ask for it or the parameter forbids it", () => {
    assert.match(say("Security Administrator")[0]!, /^Security Administrator is not allowed/);
    assert.equal(say("Security Administrator", { settings: "wrong" }).length, 1);
    assert.equal(say("Security Administrator", { ...asked, parameters: { securityAdministrator: false } }).length, 1);
  });

  it("refuses Global Administrator and Privileged Role Administrator under all parameters", () => {
    for (const role of ["Global Administrator", "Privileged Role Administrator"] as const) {
      assert.deepEqual(say(role, { ...asked, parameters: { roles: [role] } }), [`${role} is never allowed`]);
    }
  });

  it("refuses unknown directory roles, and checks every resource type that can assign one", () => {
    assert.match(judge(rule, type, { roleId: "11111111-2222-4333-8444-555555555555" })[0]!, /unknown/);
    const eligible = { roleDefinitionId: directoryRoleTemplates["Global Administrator"] };
    assert.equal(judge(rule, azuread("DirectoryRoleEligibilityScheduleRequest"), eligible).length, 1);
    assert.equal(judge(rule, azuread("DirectoryRole"), { displayName: "Global Administrator" }).length, 1);
  });

  it("judges the roles of a governance relationship, which no resource names", () => {
    const groups = [{ objectId: "g", name: "SOC", roles: ["Security Reader", "Security Administrator"] as const }];
    const settings = { ...contoso, portalAccess: { model: "governance", groups, provisionConnector: false } as const };
    const model = (given: Given) => judge(rule, dynamic("PortalAccessModel"), { model: "governance" }, given);
    assert.deepEqual(model({ settings }), []);
    const refused = model({ settings, parameters: { securityAdministrator: false } });
    assert.match(refused.join(), /^Security Administrator is not allowed/);
    assert.deepEqual(judge(rule, dynamic("PortalAccessModel"), { model: "rbac" }), []);
  });
});
