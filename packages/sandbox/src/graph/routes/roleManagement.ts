/**
 * Directory roles as role-based access control: definitions and assignments.
 * https://learn.microsoft.com/graph/api/resources/unifiedroleassignment
 */
import type { StoredObject } from "../../cloud/model";
import { createdEntity, entity, list } from "../answers";
import { find, findDirectoryObject, get } from "../directory";
import { badRequest, missingValue, notFound } from "../errors";
import { roleAssignmentId } from "../identifiers";
import { complete } from "../objects";
import { permissions } from "../permissions";
import { callBody, bothVersions, noContent, parameter, type RouteAnswer, type Call, type Route } from "../route";
import { findAssignment, forgetMember, rememberMember } from "../roles";
import { checkCreate } from "../validate";
import { jsonText } from "../json";

const assignments = "roleAssignments";
const definitions = "roleDefinitions";
const path = "/roleManagement/directory";
const name = (entitySet: string): string => `roleManagement/directory/${entitySet}`;
const versions = bothVersions;

export const roleManagementRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${path}/roleAssignments`,
    versions,
    permissions: permissions.readRoles,
    handle: (call) => list(call, assignments, call.tenant.objects(assignments).values(), name(assignments)),
  },
  { method: "POST", path: `${path}/roleAssignments`, versions, permissions: permissions.writeRoles, handle: assign },
  {
    method: "GET",
    path: `${path}/roleAssignments/{id}`,
    versions,
    permissions: permissions.readRoles,
    handle: (call) =>
      entity(call, assignments, get(call.tenant, assignments, parameter(call, "id")), name(assignments)),
  },
  {
    method: "DELETE",
    path: `${path}/roleAssignments/{id}`,
    versions,
    permissions: permissions.writeRoles,
    handle: (call) => {
      const assignment = get(call.tenant, assignments, parameter(call, "id"));
      call.tenant.objects(assignments).delete(assignment.id);
      forgetMember(call.tenant, assignment);
      call.cloud.changed();
      return noContent;
    },
  },
  {
    method: "GET",
    path: `${path}/roleDefinitions`,
    versions,
    permissions: permissions.readRoles,
    handle: (call) => list(call, definitions, call.tenant.objects(definitions).values(), name(definitions)),
  },
  {
    method: "GET",
    path: `${path}/roleDefinitions/{id}`,
    versions,
    permissions: permissions.readRoles,
    handle: (call) =>
      entity(call, definitions, get(call.tenant, definitions, parameter(call, "id")), name(definitions)),
  },
];

function assign(call: Call): RouteAnswer {
  const { values } = checkCreate(assignments, callBody(call), call.version);
  const principalId = jsonText(values["principalId"]).toLowerCase();
  const roleDefinitionId = jsonText(values["roleDefinitionId"]).toLowerCase();
  const scope = values["directoryScopeId"] ?? values["appScopeId"];
  if (typeof scope !== "string") throw missingValue("directoryScopeId", "UnifiedRoleAssignment");
  if (find(call.tenant, definitions, roleDefinitionId) === undefined) throw notFound(roleDefinitionId);
  checkRoleHolder(call, principalId);
  if (findAssignment(call.tenant, roleDefinitionId, principalId, scope) !== undefined) {
    throw badRequest(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  const id = roleAssignmentId(roleDefinitionId, principalId, scope);
  const assignment: StoredObject = complete(assignments, { ...values, id, principalId, roleDefinitionId });
  call.tenant.objects(assignments).set(id, assignment);
  rememberMember(call.tenant, assignment);
  call.cloud.changed();
  return createdEntity(call, assignments, assignment, name(assignments));
}

/** @throws EmulatedGraphError for a principal that the tenant does not have, or a group that may have no role */
export function checkRoleHolder(call: Call, principalId: string): void {
  const found = findDirectoryObject(call.tenant, principalId);
  if (found === undefined) throw notFound(principalId);
  if (found.entitySet === "groups" && found.object["isAssignableToRole"] !== true) {
    throw badRequest("A role can be assigned to a group only if the group was created with isAssignableToRole.");
  }
}
