/** https://learn.microsoft.com/rest/api/authorization/role-assignments */
import { azureRoles, type AzureRoleName } from "@defender-mssp/microsoft";
import { isUuid } from "../cloud/identity";
import type { StoredObject, Tenant } from "../cloud/model";
import { resourcesOfType, textAt } from "./access";
import { armErrors } from "./errors";
import {
  demandScope,
  existing,
  found,
  nameOf,
  nothing,
  ok,
  recordOf,
  textOf,
  type ArmRequest,
  type ResourceHandler,
} from "./handler";
import { isWithin, keyOf } from "./resourceId";
import { roleDefinition, roleOfDefinition } from "./roles";
import { addResource, azureResources } from "./subscriptions";

const type = "Microsoft.Authorization/roleAssignments";

export const roleAssignments: ResourceHandler = {
  type,
  put(request) {
    demandScope(request);
    const { tenant, path, body, caller, cloud } = request;
    const given = recordOf(body["properties"]);
    const principalId = textOf(given["principalId"]).toLowerCase();
    const role = roleOfDefinition(textOf(given["roleDefinitionId"]));
    if (!isUuid(nameOf(path))) {
      throw armErrors.badRequest(
        "InvalidRoleAssignmentId",
        `The role assignment ID '${nameOf(path)}' is not valid. It must be a GUID.`,
      );
    }
    if (role === undefined) {
      throw armErrors.badRequest(
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${textOf(given["roleDefinitionId"]).split("/").at(-1) ?? ""}' does not exist.`,
      );
    }
    const principalType = principalTypeOf(tenant, principalId, textOf(given["principalType"]));
    const roleDefinitionId = `/subscriptions/${path.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`;
    const before = found(request);
    refuseUpdate(before, principalId, roleDefinitionId);
    refuseSecond(request, principalId, roleDefinitionId);
    const now = cloud.now().toISOString();
    const assignment: StoredObject = {
      id: path.id,
      name: nameOf(path),
      type,
      properties: {
        roleDefinitionId,
        principalId,
        principalType,
        scope: path.scope,
        ...(textOf(given["description"]) === "" ? {} : { description: textOf(given["description"]) }),
        createdOn: before === undefined ? now : textAt(before, "createdOn"),
        createdBy: before === undefined ? caller.objectId : textAt(before, "createdBy"),
        updatedOn: now,
        updatedBy: caller.objectId,
      },
    };
    addResource(tenant, assignment);
    cloud.changed();
    return ok(assignment, 201);
  },
  get: (request) => ok(existing(request, type)),
  list: ({ tenant, path }) => ok({ value: resourcesOfType(tenant, type).filter(({ id }) => isWithin(id, path.scope)) }),
  delete(request) {
    const assignment = found(request);
    if (assignment === undefined) return nothing;
    request.tenant.objects(azureResources).delete(keyOf(request.path.id));
    request.cloud.changed();
    return ok(assignment);
  },
};

export const roleDefinitions: ResourceHandler = {
  type: "Microsoft.Authorization/roleDefinitions",
  get({ path }) {
    const role = roleOfDefinition(nameOf(path));
    if (role === undefined)
      throw armErrors.resourceNotFound("Microsoft.Authorization/roleDefinitions", nameOf(path), undefined);
    return ok(roleDefinition(path.subscriptionId, role));
  },
  list: ({ path }) =>
    ok({
      value: (Object.keys(azureRoles) as AzureRoleName[]).map((role) => roleDefinition(path.subscriptionId, role)),
    }),
};

/** `principalType` allows a principal that the directory does not know yet. */
function principalTypeOf(tenant: Tenant, principalId: string, given: string): string {
  const types = { users: "User", groups: "Group", servicePrincipals: "ServicePrincipal" } as const;
  const collection = (Object.keys(types) as (keyof typeof types)[]).find((name) =>
    tenant.objects(name).has(principalId),
  );
  const known = collection === undefined ? undefined : types[collection];
  if (known === undefined && (given === "" || !isUuid(principalId))) {
    throw armErrors.badRequest(
      "PrincipalNotFound",
      `Principal ${principalId} does not exist in the directory ${tenant.id}. Check that you have the correct principal ID. If you are creating ` +
        "this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role " +
        "assignment principalType property to a value, such as ServicePrincipal, User, or Group.",
    );
  }
  if (known !== undefined && given !== "" && given !== known) {
    throw armErrors.badRequest(
      "UnmatchedPrincipalType",
      `The PrincipalId '${principalId.replaceAll("-", "")}' has type '${known}' , which is different from specified PrinciaplType '${given}'.`,
    );
  }
  return known ?? given;
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
    `The role assignment already exists. The ID of the existing role assignment is ${textOf(other["name"]).replaceAll("-", "")}.`,
  );
}
