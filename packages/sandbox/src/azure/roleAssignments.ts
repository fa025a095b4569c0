/** https://learn.microsoft.com/rest/api/authorization/role-assignments */
import { listOf } from "@defender-mssp/errors/json";
import { azureRoles, isUuid, type AzureRoleName } from "@defender-mssp/microsoft";
import type { Cloud, Json, StoredObject, Tenant } from "../cloud/model";
import { seenBy } from "../cloud/replicas";
import type { EmulatedServiceError } from "../cloud/serviceError";
import { resourcesOfType, textAt } from "./access";
import { parseCondition, type ConditionRequest } from "./parseCondition";
import { armErrors } from "./armErrors";
import type { Condition } from "./filter";
import {
  demandScope,
  existing,
  found,
  armName,
  nothing,
  ok,
  recordOf,
  armText,
  type ArmRequest,
  type ResourceHandler,
} from "./handler";
import { isWithin, keyOf } from "./resourceId";
import { customRoles, roleDefinition, roleDefinitionType, findRole, roleOfDefinition } from "./azureRoles";
import { addResource, azureResources } from "./subscriptions";

const type = "Microsoft.Authorization/roleAssignments";

export const roleAssignments: ResourceHandler = {
  type,
  put(request) {
    demandScope(request);
    const { tenant, path, body, caller, cloud } = request;
    const sent = recordOf(body["properties"]);
    const principalId = armText(sent["principalId"]).toLowerCase();
    if (!isUuid(armName(path))) {
      throw armErrors.badRequest(
        "InvalidRoleAssignmentId",
        `The role assignment ID '${armName(path)}' is not valid. It must be a GUID.`,
      );
    }
    const roleDefinitionId = definitionId(request, armText(sent["roleDefinitionId"]));
    const { condition, conditionVersion } = givenCondition(sent);
    refuseUnreplicated(request, principalId);
    const principalType = principalTypeOf(request, principalId, armText(sent["principalType"]));
    const before = found(request);
    refuseUpdate(before, principalId, roleDefinitionId);
    refuseSecond(request, principalId, roleDefinitionId);
    if (before === undefined) refuseFull(request);
    const now = cloud.now().toISOString().replace("Z", "0000Z");
    const properties: Record<string, Json> = {
      roleDefinitionId,
      principalId,
      principalType,
      scope: path.scope,
      condition,
      conditionVersion,
      createdOn: before === undefined ? now : textAt(before, "createdOn"),
      updatedOn: now,
      createdBy: before === undefined ? caller.objectId : textAt(before, "createdBy"),
      updatedBy: caller.objectId,
      delegatedManagedIdentityResourceId: null,
      description: armText(sent["description"]) || null,
    };
    const assignment: StoredObject = { properties, id: path.id, type, name: armName(path) };
    addResource(tenant, assignment);
    cloud.changed();
    return ok({ ...assignment, properties: { ...properties, createdBy: null } }, 201);
  },
  get: (request) => ok(existing(request, type)),
  list: (request) => ok({ value: atScope(request, resourcesOfType(request.tenant, type)) }),
  filter: {
    names: ["atScope()", "assignedTo()", "principalId"],
    together: [["atScope()", "assignedTo()"]],
    // Azure/azure-rest-api-specs issue 28255.
    refuse: (filter) =>
      armErrors.badRequest(
        "UnsupportedQuery",
        `The filter '${filter}' is not supported. Supported filters are either 'atScope()' or 'principalId eq '{value}' or ` +
          "assignedTo('{value}')'.",
      ),
  },
  delete(request) {
    const assignment = found(request);
    if (assignment === undefined) return nothing;
    request.tenant.objects(azureResources).delete(keyOf(request.path.id));
    request.cloud.changed();
    return ok(assignment);
  },
};

/** Without a condition: the assignments at, above and below the scope. */
export function atScope({ tenant, path, conditions }: ArmRequest, all: readonly StoredObject[]): StoredObject[] {
  return all.filter((assignment) => {
    const at = textAt(assignment, "scope");
    const isAbove = isWithin(path.scope, at);
    const isListed = isAbove || isWithin(at, path.scope);
    return isListed && conditions.every((condition) => holds(tenant, assignment, condition, isAbove));
  });
}

/** The ID of the role that a body names. @throws EmulatedServiceError 400 */
export function definitionId({ tenant, path }: ArmRequest, given: string): string {
  const role = findRole(tenant, given);
  if (role === undefined) {
    const id = given.split("/").at(-1) ?? "";
    // azurerm 8547.
    if (!isUuid(id))
      throw armErrors.badRequest("InvalidRoleDefinitionId", `The role definition ID '${id}' is not valid.`);
    throw armErrors.roleDefinitionNotFound(id.replaceAll("-", ""));
  }
  return `/subscriptions/${path.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role.id}`;
}

/** What conditions compare: of the assignment in the body, and of the one that exists. */
export function assignmentAttributes(request: ArmRequest): Omit<ConditionRequest, "action"> {
  const given = recordOf(request.body["properties"]);
  const before = found(request);
  const uuidIn = (id: string): string => id.split("/").at(-1) ?? "";
  return {
    request: {
      RoleDefinitionId: uuidIn(armText(given["roleDefinitionId"])),
      PrincipalId: armText(given["principalId"]),
      PrincipalType: armText(given["principalType"]),
    },
    resource:
      before === undefined
        ? {}
        : {
            RoleDefinitionId: uuidIn(textAt(before, "roleDefinitionId")),
            PrincipalId: textAt(before, "principalId"),
            PrincipalType: textAt(before, "principalType"),
          },
  };
}

/** The condition of a body, which must be one that the sandbox knows. */
export function givenCondition(given: Readonly<Record<string, unknown>>) {
  const [condition, conditionVersion] = [armText(given["condition"]), armText(given["conditionVersion"])];
  if (condition === "") return { condition: null, conditionVersion: null };
  if (conditionVersion !== "2.0" || parseCondition(condition) === undefined) {
    throw armErrors.badRequest(
      "RoleAssignmentConditionInvalid",
      "The role assignment condition is invalid: the sandbox knows ActionMatches and attributes of roleAssignments, version 2.0.",
    );
  }
  return { condition, conditionVersion };
}

/** How long Azure does not know a new group, in milliseconds; the first request in this time is refused. */
const replication = 60_000;
/** Groups that were asked about once. In memory: after that Azure knows them. */
const asked = new WeakMap<Cloud, Set<string>>();

function refuseUnreplicated({ cloud, tenant }: ArmRequest, principalId: string): void {
  const seen = seenBy("directory", tenant);
  const isBehind = ["users", "groups", "servicePrincipals"].some(
    (name) => tenant.objects(name).has(principalId) && !seen.objects(name).has(principalId),
  );
  if (isBehind) throw principalNotFound(tenant, principalId);
  const created = tenant.objects("groups").get(principalId)?.["createdDateTime"];
  const known = asked.get(cloud) ?? new Set();
  asked.set(cloud, known);
  if (typeof created !== "string" || known.has(principalId)) return;
  known.add(principalId);
  if (cloud.now().getTime() - Date.parse(created) < replication) throw principalNotFound(tenant, principalId);
}

/** The most assignments of a subscription: https://learn.microsoft.com/azure/role-based-access-control/troubleshoot-limits */
const most = 4000;

function refuseFull({ tenant, path }: ArmRequest): void {
  const used = resourcesOfType(tenant, type).filter((assignment) =>
    isWithin(textAt(assignment, "scope"), `/subscriptions/${path.subscriptionId}`),
  );
  if (used.length < most) return;
  throw armErrors.badRequest("RoleAssignmentLimitExceeded", "No more role assignments can be created.");
}

/** https://learn.microsoft.com/rest/api/authorization/role-definitions; the texts of refusals are the sandbox's own. */
export const roleDefinitions: ResourceHandler = {
  type: roleDefinitionType,
  put(request) {
    const { tenant, path, body } = request;
    const name = armName(path);
    const given = recordOf(body["properties"]);
    const roleName = armText(given["roleName"]);
    const [{ actions, notActions = [], dataActions = [], notDataActions = [] } = {}] = listOf(given["permissions"]).map(
      recordOf,
    );
    if (!isUuid(name) || roleName === "" || !Array.isArray(actions) || listOf(given["assignableScopes"]).length === 0)
      throw armErrors.badRequest(
        "InvalidRoleDefinition",
        "A role needs a GUID, roleName, permissions[0].actions and assignableScopes.",
      );
    const isTaken = customRoles(tenant).some((role) => role["name"] !== name && textAt(role, "roleName") === roleName);
    if (roleOfDefinition(name) !== undefined || isTaken)
      throw armErrors.conflict("RoleDefinitionWithSameNameExists", `A role with the name ${roleName} exists.`);
    const properties = {
      roleName,
      type: "CustomRole",
      description: armText(given["description"]),
      assignableScopes: given["assignableScopes"] as Json,
      permissions: [{ actions, notActions, dataActions, notDataActions }] as Json,
    };
    const definition: StoredObject = { properties, id: path.id, type: roleDefinitionType, name };
    addResource(tenant, definition);
    request.cloud.changed();
    return ok(definition, 201);
  },
  delete(request) {
    const definition = found(request);
    if (definition === undefined) return nothing;
    const isUsed = resourcesOfType(request.tenant, type).some(
      (assignment) => textAt(assignment, "roleDefinitionId").split("/").at(-1) === definition["name"],
    );
    if (isUsed) throw armErrors.badRequest("RoleDefinitionHasAssignments", "The role has assignments.");
    request.tenant.objects(azureResources).delete(keyOf(definition.id));
    request.cloud.changed();
    return ok(definition);
  },
  get(request) {
    const { path } = request;
    const custom = found(request);
    if (custom !== undefined) return ok(custom);
    const role = roleOfDefinition(armName(path));
    if (role === undefined) throw armErrors.roleDefinitionNotFound(armName(path).replaceAll("-", ""), 404);
    return ok(roleDefinition(path.subscriptionId, role));
  },
  list: ({ tenant, path, conditions }) =>
    ok({
      value: [
        ...(Object.keys(azureRoles) as AzureRoleName[]).map((role) => roleDefinition(path.subscriptionId, role)),
        ...customRoles(tenant),
      ].filter((role) => conditions.every((condition) => isOfRole(recordOf(role["properties"]), condition))),
    }),
  filter: { names: ["roleName", "type", "atScopeAndBelow()"], together: [["atScopeAndBelow()", "roleName", "type"]] },
};

/** `isAbove`: the assignment is at the listed scope or above. */
function holds(tenant: Tenant, assignment: StoredObject, { name, value }: Condition, isAbove: boolean): boolean {
  const principalId = textAt(assignment, "principalId");
  switch (name) {
    case "principalId":
      return principalId === value.toLowerCase();
    case "assignedTo()":
      return groupsOf(tenant, value.toLowerCase()).has(principalId);
    default:
      return isAbove;
  }
}

/** A principal and the groups that it is a member of, also through other groups. */
function groupsOf(tenant: Tenant, principalId: string): ReadonlySet<string> {
  const ids = new Set([principalId]);
  const members = tenant.links("groups.members");
  for (const id of ids) for (const [group, of] of members) if (of.includes(id)) ids.add(group);
  return ids;
}

/** All roles are assignable at every scope of the list. */
function isOfRole(role: Readonly<Record<string, unknown>>, { name, value }: Condition): boolean {
  if (name !== "roleName" && name !== "type") return true;
  return armText(role[name]).toLowerCase() === value.toLowerCase();
}

/** `principalType` allows a principal that the directory does not know yet. */
export function principalTypeOf({ cloud, tenant }: ArmRequest, principalId: string, given: string): string {
  if (given === "ForeignGroup") {
    if (isRemoteGroup(cloud, tenant, principalId)) return given;
    throw principalNotFound(tenant, principalId);
  }
  const types = { users: "User", groups: "Group", servicePrincipals: "ServicePrincipal" } as const;
  const collection = (Object.keys(types) as (keyof typeof types)[]).find((name) =>
    tenant.objects(name).has(principalId),
  );
  const known = collection === undefined ? undefined : types[collection];
  if (known === undefined && (given === "" || !isUuid(principalId))) {
    throw principalNotFound(tenant, principalId);
  }
  if (known !== undefined && given !== "" && given !== known) {
    throw armErrors.badRequest(
      "UnmatchedPrincipalType",
      `The PrincipalId '${principalId.replaceAll("-", "")}' has type '${known}' , which is different from specified PrinciaplType '${given}'.`,
    );
  }
  return known ?? given;
}

/**
 * Whether a governance relationship brings the group. Inferred: no document of Microsoft describes a
 * request that assigns a role to a group of another tenant.
 */
function isRemoteGroup(cloud: Cloud, tenant: Tenant, principalId: string): boolean {
  return [...tenant.objects("governanceRelationships").values()].some(
    ({ status, governedTenantId, governingTenantId }) => {
      if (status !== "active" || governedTenantId !== tenant.id || typeof governingTenantId !== "string") return false;
      return cloud.tenant(governingTenantId).objects("groups").has(principalId);
    },
  );
}

function principalNotFound(tenant: Tenant, principalId: string): EmulatedServiceError {
  return armErrors.badRequest(
    "PrincipalNotFound",
    `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${tenant.id}. Check that you have the correct principal ID. If you are creating ` +
      "this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role " +
      "assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
  );
}

function refuseUpdate(before: StoredObject | undefined, principalId: string, roleDefinitionId: string): void {
  if (before === undefined) return;
  if (
    textAt(before, "principalId") === principalId &&
    keyOf(textAt(before, "roleDefinitionId")) === keyOf(roleDefinitionId)
  )
    return;
  throw armErrors.badRequest(
    "RoleAssignmentUpdateNotPermitted",
    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
  );
}

function refuseSecond({ tenant, path }: ArmRequest, principalId: string, roleDefinitionId: string): void {
  const other = resourcesOfType(tenant, type).find(
    (assignment) =>
      keyOf(assignment.id) !== keyOf(path.id) &&
      keyOf(textAt(assignment, "scope")) === keyOf(path.scope) &&
      textAt(assignment, "principalId") === principalId &&
      keyOf(textAt(assignment, "roleDefinitionId")) === keyOf(roleDefinitionId),
  );
  if (other === undefined) return;
  throw armErrors.conflict(
    "RoleAssignmentExists",
    `The role assignment already exists. The ID of the existing role assignment is ${armText(other["name"]).replaceAll("-", "")}.`,
  );
}
