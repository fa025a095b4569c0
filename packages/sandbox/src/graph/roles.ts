/**
 * A directory role assignment in the scope of the whole tenant and a membership of the activated
 * directory role are the same thing; these functions keep both consistent.
 */
import type { StoredObject, Tenant } from "../cloud/model";
import { addLink, find, removeLink } from "./directory";
import { roleAssignmentId } from "./identifiers";
import { complete } from "./objects";
import { jsonText } from "./json";

/** After a member was added to an activated role. */
export function rememberAssignment(tenant: Tenant, role: StoredObject, principalId: string): void {
  const roleDefinitionId = jsonText(role["roleTemplateId"]);
  if (findAssignment(tenant, roleDefinitionId, principalId, "/") !== undefined) return;
  const id = roleAssignmentId(roleDefinitionId, principalId, "/");
  const assignment = complete("roleAssignments", { id, principalId, directoryScopeId: "/", roleDefinitionId });
  tenant.objects("roleAssignments").set(id, assignment);
}

/** After a member was removed from an activated role. */
export function forgetAssignment(tenant: Tenant, role: StoredObject, principalId: string): void {
  const assignment = findAssignment(tenant, jsonText(role["roleTemplateId"]), principalId, "/");
  if (assignment !== undefined) tenant.objects("roleAssignments").delete(assignment.id);
}

/** After an assignment was created: the holder of an activated role is its member. */
export function rememberMember(tenant: Tenant, assignment: StoredObject): void {
  const role = activatedRole(tenant, assignment);
  if (role !== undefined) addLink(tenant, "directoryRoles.members", role.id, jsonText(assignment["principalId"]));
}

/** After an assignment was deleted. */
export function forgetMember(tenant: Tenant, assignment: StoredObject): void {
  const role = activatedRole(tenant, assignment);
  if (role !== undefined) removeLink(tenant, "directoryRoles.members", role.id, jsonText(assignment["principalId"]));
}

/** The assignment of a role to a principal in a scope. */
export function findAssignment(
  tenant: Tenant,
  roleDefinitionId: string,
  principalId: string,
  scope: string,
): StoredObject | undefined {
  return [...tenant.objects("roleAssignments").values()].find(
    (assignment) =>
      assignment["roleDefinitionId"] === roleDefinitionId &&
      assignment["principalId"] === principalId &&
      (assignment["directoryScopeId"] ?? assignment["appScopeId"]) === scope,
  );
}

function activatedRole(tenant: Tenant, assignment: StoredObject): StoredObject | undefined {
  if (assignment["directoryScopeId"] !== "/") return undefined;
  return find(tenant, "directoryRoles", `(roleTemplateId='${jsonText(assignment["roleDefinitionId"])}')`);
}
