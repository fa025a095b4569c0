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
import { createdEntity, entity, list } from "../answers";
import { find, findDirectoryObject, get } from "../directory";
import type { EntitySetName } from "../entities";
import { badRequest, missingValue, notFound, unreadableRequest } from "../errors";
import { innerOf, objectsIn, jsonText, textsIn, type JsonObject } from "../json";
import { asReadBack, complete, update } from "../objects";
import { permissions } from "../permissions";
import { callBody, noContent, ok, parameter, type RouteAnswer, type Call, type Route } from "../route";
import { checkCreate, checkUpdate } from "../validate";

const definitions = "defenderRoleDefinitions";
const assignments = "defenderRoleAssignments";
const root = "/roleManagement/defender";
const contextNames = {
  [definitions]: "roleManagement/defender/roleDefinitions",
  [assignments]: "roleManagement/defender/roleAssignments",
} as const;
const versions = ["beta"] as const;
const read = permissions.readDefenderRoles;
const write = permissions.writeDefenderRoles;

export const defenderRoleRoutes: readonly Route[] = [
  ...readRoutes(definitions, `${root}/roleDefinitions`),
  { method: "POST", path: `${root}/roleDefinitions`, versions, permissions: write, handle: createDefinition },
  { method: "PATCH", path: `${root}/roleDefinitions/{id}`, versions, permissions: write, handle: patchDefinition },
  { method: "DELETE", path: `${root}/roleDefinitions/{id}`, versions, permissions: write, handle: deleteDefinition },
  ...readRoutes(assignments, `${root}/roleAssignments`),
  { method: "POST", path: `${root}/roleAssignments`, versions, permissions: write, handle: createAssignment },
  { method: "PATCH", path: `${root}/roleAssignments/{id}`, versions, permissions: write, handle: patchAssignment },
  { method: "DELETE", path: `${root}/roleAssignments/{id}`, versions, permissions: write, handle: deleteAssignment },
];

function readRoutes(entitySet: typeof definitions | typeof assignments, path: string): Route[] {
  const name = contextNames[entitySet];
  return [
    {
      method: "GET",
      path,
      versions,
      permissions: read,
      handle: (call) => list(call, entitySet, call.tenant.objects(entitySet).values(), name),
    },
    {
      method: "GET",
      path: `${path}/{id}`,
      versions,
      permissions: read,
      handle: (call) => entity(call, entitySet, existing(call, entitySet), name),
    },
  ];
}

function createDefinition(call: Call): RouteAnswer {
  const { values } = checkCreate(definitions, callBody(call), call.version);
  const id = randomUUID();
  const definition = complete(definitions, { ...kept(values), id, templateId: id });
  if (objectsIn(definition["rolePermissions"]).length === 0) throw missingValue("rolePermissions", "RoleDefinition");
  call.tenant.objects(definitions).set(id, definition);
  call.cloud.changed();
  return createdEntity(call, definitions, definition, contextNames[definitions]);
}

function patchDefinition(call: Call): RouteAnswer {
  const definition = existing(call, definitions);
  const { values } = checkUpdate(definitions, callBody(call), call.version, definition);
  update(definitions, definition, kept(values));
  call.cloud.changed();
  return noContent;
}

/** The sandbox's own rule: whether the service deletes an assigned role is not documented. */
function deleteDefinition(call: Call): RouteAnswer {
  const { id } = existing(call, definitions);
  const isGiven = [...call.tenant.objects(assignments).values()].some((one) => one["roleDefinitionId"] === id);
  if (isGiven) throw badRequest("The role definition can't be deleted while there are role assignments of it.");
  call.tenant.objects(definitions).delete(id);
  call.cloud.changed();
  return noContent;
}

function createAssignment(call: Call): RouteAnswer {
  const body = callBody(call);
  // Measured in public code (KnudsenMorten/PIM4EntraPS, 2026-09-19), though Graph's examples for
  // other providers name it.
  if (body["@odata.type"] !== undefined) {
    throw unreadableRequest("The input was not valid. roleAssignment: The roleAssignment field is required.");
  }
  const { values } = checkCreate(assignments, body, call.version);
  if (find(call.tenant, definitions, jsonText(values["roleDefinitionId"])) === undefined) {
    throw notFound(jsonText(values["roleDefinitionId"]));
  }
  checkAssignment(call, values);
  const assignment = complete(assignments, { ...asReadBack(assignments, values), id: randomUUID() });
  call.tenant.objects(assignments).set(assignment.id, assignment);
  call.cloud.changed();
  return createdEntity(call, assignments, assignment, contextNames[assignments]);
}

/**
 * Unlike that of a role definition, this update returns the object:
 * https://learn.microsoft.com/graph/api/unifiedroleassignmentmultiple-update
 */
function patchAssignment(call: Call): RouteAnswer {
  const assignment = existing(call, assignments);
  const { values } = checkUpdate(assignments, callBody(call), call.version, assignment);
  checkAssignment(call, { ...assignment, ...values });
  update(assignments, assignment, asReadBack(assignments, values));
  call.cloud.changed();
  return ok(entity(call, assignments, assignment, contextNames[assignments]).body ?? {});
}

function deleteAssignment(call: Call): RouteAnswer {
  call.tenant.objects(assignments).delete(existing(call, assignments).id);
  call.cloud.changed();
  return noContent;
}

function existing(call: Call, entitySet: EntitySetName): StoredObject {
  return get(call.tenant, entitySet, parameter(call, "id"));
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
