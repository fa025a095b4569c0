/**
 * Defender's unified RBAC: role definitions and their assignments. Beta only.
 * https://learn.microsoft.com/graph/api/rbacapplication-post-roledefinitions?view=graph-rest-beta
 * ("for a Defender provider") and
 * https://learn.microsoft.com/graph/api/rbacapplicationmultiple-post-roleassignments?view=graph-rest-beta.
 * No built-in roles, since they are not documented.
 */
import { randomUUID } from "node:crypto";
import { effectiveActions, isDefenderAction } from "@defender-mssp/microsoft";
import type { StoredObject } from "../../cloud/model";
import { find, findDirectoryObject } from "../directory";
import { badRequest, missingValue, notFound, unreadableRequest } from "../graphErrors";
import { innerOf, objectsIn, jsonText, textsIn, type JsonObject } from "../json";
import { asReadBack } from "../objects";
import { permissions } from "../permissions";
import type { Call, Route } from "../route";
import { alone, entityRoutes } from "./entityRoutes";

const definitions = "defenderRoleDefinitions";
const assignments = "defenderRoleAssignments";
const common = {
  versions: ["beta"],
  read: permissions.readDefenderRoles,
  write: permissions.writeDefenderRoles,
} as const;

export const defenderRoleRoutes: readonly Route[] = [
  ...entityRoutes({
    ...common,
    entitySet: definitions,
    create: (_call, values) => {
      if (objectsIn(values["rolePermissions"]).length === 0) throw missingValue("rolePermissions", "RoleDefinition");
      const id = randomUUID();
      return { ...kept(values), id, templateId: id };
    },
    change: (_call, values) => kept(values),
    remove: refuseAssigned,
  }),
  ...entityRoutes({
    ...common,
    entitySet: assignments,
    create: createAssignment,
    body: (call, body) => {
      // Measured in public code (KnudsenMorten/PIM4EntraPS, 2026-09-19), though Graph's examples for
      // other providers name it.
      if (body["@odata.type"] === undefined || call.parameters["id"] !== undefined) return body;
      throw unreadableRequest("The input was not valid. roleAssignment: The roleAssignment field is required.");
    },
    change: (call, values, assignment) => {
      checkAssignment(call, { ...assignment, ...values });
      return asReadBack(assignments, values);
    },
    // Unlike that of a role definition: https://learn.microsoft.com/graph/api/unifiedroleassignmentmultiple-update
    answersChange: true,
    remove: alone,
  }),
];

/** The sandbox's own rule: whether the service deletes an assigned role is not documented. */
function refuseAssigned({ tenant }: Call, { id }: StoredObject): void {
  const isGiven = [...tenant.objects(assignments).values()].some((assignment) => assignment["roleDefinitionId"] === id);
  if (isGiven) throw badRequest("The role definition can't be deleted while there are role assignments of it.");
}

function createAssignment(call: Call, values: JsonObject): JsonObject {
  const roleDefinitionId = jsonText(values["roleDefinitionId"]);
  if (find(call.tenant, definitions, roleDefinitionId) === undefined) throw notFound(roleDefinitionId);
  checkAssignment(call, values);
  return asReadBack(assignments, values);
}

/** "You must provide either directoryScopeIds or appScopeIds", says the reference of the type. */
function checkAssignment(call: Call, values: JsonObject): void {
  const scopes = [...textsIn(values["directoryScopeIds"]), ...textsIn(values["appScopeIds"])];
  if (scopes.length === 0) throw missingValue("appScopeIds", "RoleAssignment");
  const principals = textsIn(values["principalIds"]);
  if (principals.length === 0) throw missingValue("principalIds", "RoleAssignment");
  for (const id of principals) {
    if (findDirectoryObject(call.tenant, id) === undefined) throw notFound(id);
  }
}

/** Permissions as the service stores them: without those that another one includes. */
function kept(values: JsonObject): JsonObject {
  if (values["rolePermissions"] === undefined) return values;
  const rolePermissions = objectsIn(values["rolePermissions"]).map((permission) => {
    const actions = textsIn(innerOf(permission, "allowedResourceActions"));
    const wrong = actions.find((action) => !isDefenderAction(action));
    if (wrong !== undefined) throw badRequest(`'${wrong}' is not a valid permission.`);
    return { ...permission, allowedResourceActions: effectiveActions(actions) };
  });
  return { ...values, rolePermissions };
}
