import assert from "node:assert/strict";
import { azureAccessRoles } from "@defender-mssp/microsoft";
import { azureRoles as rule } from "../../../policy/rules/azureRoles";
import { judge } from "../support";

describe("policy: azure-roles", () => {
  const definition = "azure-native:managedservices:RegistrationDefinition";
  const assignment = "azure-native:authorization:RoleAssignment";
  const { Owner: owner, "User Access Administrator": userAccess } = azureAccessRoles;
  const responder = "3e150937-b8fe-4cfb-8069-0eaf05ecd056";
  const delegated = (...authorizations: unknown[]) => judge(rule, definition, { properties: { authorizations } });

  it("passes Azure roles that cannot grant access", () => {
    assert.deepEqual(delegated({ roleDefinitionId: responder }), []);
    assert.deepEqual(delegated({ roleDefinitionId: userAccess, delegatedRoleDefinitionIds: [responder] }), []);
    assert.deepEqual(judge(rule, assignment, { roleDefinitionId: resourceId(responder) }), []);
  });

  it("refuses Owner and other roles that grant access, whether delegated, eligible, delegable or assigned", () => {
    const problem = "Owner can give access to others";
    assert.deepEqual(delegated({ roleDefinitionId: responder }, { roleDefinitionId: owner.toUpperCase() }), [problem]);
    assert.deepEqual(delegated({ roleDefinitionId: userAccess }).length, 1);
    assert.deepEqual(delegated({ roleDefinitionId: userAccess, delegatedRoleDefinitionIds: [owner] }).length, 1);
    assert.deepEqual(judge(rule, assignment, { roleDefinitionId: resourceId(owner) }), [problem]);
    const properties = { authorizations: [], eligibleAuthorizations: [{ roleDefinitionId: owner }] };
    assert.deepEqual(judge(rule, definition, { properties }), [problem]);
  });

  function resourceId(role: string): string {
    return `/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/${role}`;
  }
});
