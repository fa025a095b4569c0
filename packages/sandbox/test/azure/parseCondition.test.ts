/** Conditions of role assignments: an automation with one assigns these roles to groups, and nothing else. */
import assert from "node:assert/strict";
import { assignmentCondition, azureRoles, type AzureRoleName } from "@defender-mssp/microsoft";
import { parseCondition } from "../../src/azure/parseCondition";

const groups = ["11111111-0000-4000-8000-000000000001"];
const roles = ["Microsoft Sentinel Reader", "Microsoft Sentinel Responder"] as const;

function allows(condition: string, action: string, role: AzureRoleName, changes: object = {}): boolean | undefined {
  const attributes = {
    ...{ RoleDefinitionId: azureRoles[role].toUpperCase(), PrincipalType: "group", PrincipalId: groups[0] ?? "" },
    ...changes,
  };
  const isWrite = action === "write";
  return parseCondition(condition)?.({
    action: `Microsoft.Authorization/roleAssignments/${action}`,
    request: isWrite ? attributes : {},
    resource: isWrite ? {} : attributes,
  });
}

describe("sandbox/azure: conditions", () => {
  const condition = assignmentCondition({ roles });
  const tight = assignmentCondition({ roles, groups });

  for (const action of ["write", "delete"]) {
    it(`limit a ${action} to the roles, to groups, and to these groups`, () => {
      assert.equal(allows(condition, action, "Microsoft Sentinel Reader"), true);
      for (const role of ["Owner", "User Access Administrator", "Contributor"] as const)
        assert.equal(allows(condition, action, role), false);
      assert.equal(allows(condition, action, "Microsoft Sentinel Reader", { PrincipalType: "User" }), false);
      assert.equal(allows(condition, action, "Microsoft Sentinel Reader", { PrincipalId: "other" }), true);
      assert.equal(allows(tight, action, "Microsoft Sentinel Reader"), true);
      assert.equal(allows(tight, action, "Microsoft Sentinel Reader", { PrincipalId: "other" }), false);
    });
  }

  it("say nothing of other actions", () => assert.equal(allows(condition, "read", "Owner"), true));

  it("read Microsoft's form, its other operators and nothing else", () => {
    const role = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]";
    assert.equal(allows(`${role} ForAnyOfAllValues:GuidNotEquals {${azureRoles.Owner}}`, "write", "Owner"), false);
    assert.equal(allows(`${role} ForAnyOfAllValues:GuidNotEquals {${azureRoles.Owner}}`, "write", "Reader"), true);
    for (const text of ["", "(", "()", `${role} Contains {x}`, "@Request[x] Equals {y}", `${condition} AND`, "hello"])
      assert.equal(parseCondition(text), undefined, text);
  });
});
