/**
 * Azure Lighthouse: https://learn.microsoft.com/rest/api/managedservices. Error codes and texts of
 * refused roles are those of public reports (Azure/Azure-Lighthouse-samples issues 31 and 137,
 * MicrosoftDocs/azure-docs issues 80795 and 117760).
 */
import { azureRolesWithDataActions, isUuid } from "@defender-mssp/microsoft";
import type { Cloud, Json, StoredObject, Tenant } from "../cloud/model";
import { propertiesOf, resourcesOfType, textAt } from "./access";
import { armErrors } from "./armErrors";
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
import { roleOfDefinition } from "./azureRoles";
import { started } from "./operations";
import { addResource, azureResources } from "./subscriptions";

const definitionType = "Microsoft.ManagedServices/registrationDefinitions";
const assignmentType = "Microsoft.ManagedServices/registrationAssignments";

interface Authorization {
  readonly principalId: string;
  readonly principalIdDisplayName?: string;
  readonly roleDefinitionId: string;
  readonly delegatedRoleDefinitionIds?: readonly string[];
}

/** Tenants to which the subscription, or a group in it, is delegated. */
export function managingTenants(tenant: Tenant, subscriptionId: string): string[] {
  const assigned = resourcesOfType(tenant, assignmentType)
    .filter(({ id }) => isWithin(id, `/subscriptions/${subscriptionId}`))
    .map((assignment) => keyOf(textAt(assignment, "registrationDefinitionId")));
  const definitions = resourcesOfType(tenant, definitionType).filter(({ id }) => assigned.includes(keyOf(id)));
  return [...new Set(definitions.map((definition) => textAt(definition, "managedByTenantId")))];
}

export const registrationDefinitions: ResourceHandler = {
  type: definitionType,
  put(request) {
    const { tenant, path, body, cloud } = request;
    if (path.resourceGroup !== undefined) {
      throw armErrors.badRequest(
        "InvalidRegistrationDefinitionUri",
        `The registration definition request scope '${path.scope}' should be '/subscriptions/<subscriptionId>'.`,
      );
    }
    demandGuid(armName(path));
    const given = recordOf(body["properties"]);
    const managedByTenantId = armText(given["managedByTenantId"]).toLowerCase();
    if (!isUuid(managedByTenantId) || managedByTenantId === tenant.id) {
      throw invalid("The managedByTenantId must be the ID of another tenant than the subscription's own.");
    }
    const authorizations = authorizationsOf(given["authorizations"], armName(path));
    const before = found(request);
    const definition: StoredObject = {
      properties: {
        registrationDefinitionName: armText(given["registrationDefinitionName"]),
        description: armText(given["description"]),
        managedByTenantId,
        authorizations: authorizations as unknown as Json,
        provisioningState: "Succeeded",
        managedByTenantName: tenantName(cloud, managedByTenantId),
        manageeTenantId: tenant.id,
        manageeTenantName: tenantName(cloud, tenant.id),
      },
      id: path.id,
      type: definitionType,
      name: armName(path),
    };
    addResource(tenant, definition);
    cloud.changed();
    return ok(definition, before === undefined ? 201 : 200);
  },
  get: (request) => ok(existing(request, definitionType)),
  list: ({ tenant, path }) =>
    ok({ value: resourcesOfType(tenant, definitionType).filter(({ id }) => isWithin(id, path.scope)) }),
  delete(request) {
    const definition = found(request);
    if (definition === undefined) return nothing;
    const used = resourcesOfType(request.tenant, assignmentType).some(
      (assignment) => keyOf(textAt(assignment, "registrationDefinitionId")) === keyOf(definition.id),
    );
    // The code is the sandbox's own: Azure's is not in any public report.
    if (used)
      throw armErrors.conflict(
        "RegistrationDefinitionInUse",
        `The registration definition '${armName(request.path)}' is assigned.`,
      );
    return remove(request, 200);
  },
};

export const registrationAssignments: ResourceHandler = {
  type: assignmentType,
  put(request) {
    demandScope(request);
    demandGuid(armName(request.path));
    const { tenant, path, cloud } = request;
    const wanted = armText(recordOf(request.body["properties"])["registrationDefinitionId"]);
    const definition = tenant.objects(azureResources).get(keyOf(wanted));
    if (definition?.["type"] !== definitionType) {
      throw armErrors.badRequest(
        "RegistrationDefinitionNotFound",
        `The registration definition '${wanted}' of the registration assignment could not be found.`,
      );
    }
    const assignment: StoredObject = {
      properties: { registrationDefinitionId: definition.id, provisioningState: "Succeeded" },
      id: path.id,
      type: assignmentType,
      name: armName(path),
    };
    // Azure-Lighthouse-samples 85; the code is the sandbox's own.
    const isSecond = resourcesOfType(tenant, assignmentType).some(
      (other) =>
        keyOf(other.id) !== keyOf(path.id) &&
        keyOf(textAt(other, "registrationDefinitionId")) === keyOf(definition.id) &&
        keyOf(other.id.slice(0, other.id.lastIndexOf("/providers/"))) === keyOf(path.scope),
    );
    if (isSecond)
      throw armErrors.conflict(
        "MultipleRegistrationAssignmentsNotAllowed",
        "Another registration assignment present at this scope. Multiple registration assignments are not allowed.",
      );
    const status = found(request) === undefined ? 201 : 200;
    addResource(tenant, assignment);
    cloud.changed();
    const body = { ...assignment, properties: { ...propertiesOf(assignment), provisioningState: "Accepted" } };
    return { status, body, headers: started(request, "status") };
  },
  get: (request) => ok(withDefinition(request, existing(request, assignmentType))),
  list: (request) =>
    ok({
      value: resourcesOfType(request.tenant, assignmentType)
        .filter(({ id }) => isWithin(id, request.path.scope))
        .map((assignment) => withDefinition(request, assignment)),
    }),
  delete(request) {
    if (found(request) === undefined) return nothing;
    return { ...remove(request, 202), headers: started(request, "location") };
  },
};

/** https://learn.microsoft.com/rest/api/managedservices/registration-assignments/list */
function withDefinition({ tenant, query }: ArmRequest, assignment: StoredObject): StoredObject {
  if (query["$expandRegistrationDefinition"] !== "true") return assignment;
  const definition = tenant.objects(azureResources).get(keyOf(textAt(assignment, "registrationDefinitionId")));
  const properties = {
    ...propertiesOf(assignment),
    ...(definition === undefined ? {} : { registrationDefinition: definition }),
  };
  return { ...assignment, properties };
}

function remove({ tenant, path, cloud }: ArmRequest, status: number): { status: number } {
  tenant.objects(azureResources).delete(keyOf(path.id));
  cloud.changed();
  return { status };
}

function demandGuid(name: string): void {
  if (!isUuid(name))
    throw armErrors.badRequest("InvalidResourceName", `The name '${name}' is not valid. It must be a GUID.`);
}

function authorizationsOf(given: unknown, definition: string): Authorization[] {
  const authorizations = (Array.isArray(given) ? (given as unknown[]) : []).map(recordOf);
  if (authorizations.length === 0) throw invalid("At least one authorization is required.");
  return authorizations.map((one) => {
    const [principalId, roleDefinitionId] = [
      armText(one["principalId"]).toLowerCase(),
      armText(one["roleDefinitionId"]).toLowerCase(),
    ];
    const delegated = one["delegatedRoleDefinitionIds"];
    const delegatedIds = Array.isArray(delegated) ? delegated.map(armText) : [];
    if (!isUuid(principalId)) throw invalid(`The PrincipalId '${principalId}' must be a valid Guid.`);
    refuseRole(roleDefinitionId, delegatedIds, definition);
    for (const id of delegatedIds) refuseRole(id, [], definition);
    return {
      principalId,
      ...(armText(one["principalIdDisplayName"]) === ""
        ? {}
        : { principalIdDisplayName: armText(one["principalIdDisplayName"]) }),
      roleDefinitionId,
      ...(delegatedIds.length === 0 ? {} : { delegatedRoleDefinitionIds: delegatedIds }),
    };
  });
}

function refuseRole(roleDefinitionId: string, delegatedIds: readonly string[], definition: string): void {
  const role = roleOfDefinition(roleDefinitionId);
  if (role === undefined || azureRolesWithDataActions.includes(role)) {
    throw invalid(
      `The role definition '${roleDefinitionId}' with data actions not allowed for registration definition '${definition}'. Only built in role ` +
        "definitions without any data and notData actions are allowed.",
    );
  }
  const isAllowed = role === "User Access Administrator" ? delegatedIds.length > 0 : role !== "Owner";
  if (!isAllowed) {
    throw invalid(
      `The role definition '${roleDefinitionId}' is not allowed for registration definition '${definition}' because of restricted actions.`,
    );
  }
}

function invalid(message: string) {
  return armErrors.badRequest("InvalidRegistrationDefinitionCreateRequest", message);
}

function tenantName(cloud: Cloud, id: string): string {
  const tenant: Tenant | undefined = cloud.tenants().find((one) => one.id === id);
  return armText(tenant?.objects("organization").get(id)?.["displayName"]);
}
