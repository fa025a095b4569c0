/**
 * Which tenant a subscription belongs to, and what a caller may do in it: role assignments and
 * Lighthouse delegations.
 */
import type { AzureRoleName } from "@defender-mssp/microsoft";
import { isUuid } from "../cloud/identity";
import type { Caller, Cloud, Json, StoredObject, Tenant } from "../cloud/model";
import { ServiceError } from "../cloud/serviceError";
import { armErrors } from "./errors";
import { isWithin, keyOf } from "./resourceId";
import { allows, allowsData, roleOfDefinition } from "./roles";
import { addSubscription, azureResources, subscriptions } from "./subscriptions";

const noSubscription = "00000000-0000-0000-0000-000000000000";

/**
 * The tenant of a subscription. An unused subscription ID belongs to the caller's tenant: any UUID
 * is a subscription, as any UUID is a tenant.
 */
export function tenantOfSubscription(cloud: Cloud, caller: Caller, subscriptionId: string): Tenant {
  const known = cloud.tenants().find((tenant) => tenant.objects(subscriptions).has(subscriptionId));
  if (known !== undefined) return known;
  if (!isUuid(subscriptionId) || subscriptionId === noSubscription)
    throw armErrors.subscriptionNotFound(subscriptionId);
  addSubscription(caller.tenant, subscriptionId);
  cloud.changed();
  return caller.tenant;
}

/**
 * Refuses a caller without the right to the action. A caller from another tenant needs a
 * delegation.
 * @throws ServiceError 401 InvalidAuthenticationTokenTenant or 403 AuthorizationFailed, which names
 * the missing action.
 */
export function demand(tenant: Tenant, caller: Caller, action: string, scope: string): void {
  const roles = rolesAt(tenant, caller, scope);
  if (roles.some((role) => allows(role, action))) return;
  if (caller.tenant !== tenant && roles.length === 0) throw armErrors.wrongTenant(caller, tenant.id);
  throw armErrors.authorizationFailed(caller, action, scope);
}

/** The same for a data action of Key Vault, with Key Vault's error. */
export function demandData(tenant: Tenant, caller: Caller, action: string, scope: string): void {
  const roles = caller.tenant === tenant ? rolesAt(tenant, caller, scope) : [];
  if (roles.some((role) => allowsData(role, action))) return;
  throw new ServiceError(
    403,
    "Forbidden",
    "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed " +
      `recently, please observe propagation time.\r\nCaller: appid=${caller.applicationId};oid=${caller.objectId}\r\nAction: '${action}'\r\n` +
      `Resource: '${keyOf(scope)}'\r\nAssignment: (not found)`,
  );
}

/** The built-in roles that a caller has at a scope, inherited ones included. */
function rolesAt(tenant: Tenant, caller: Caller, scope: string): AzureRoleName[] {
  const ids = caller.tenant === tenant ? assignedIds(tenant, caller, scope) : delegatedIds(tenant, caller, scope);
  return ids.map(roleOfDefinition).filter((role) => role !== undefined);
}

function assignedIds(tenant: Tenant, caller: Caller, scope: string): string[] {
  return resourcesOfType(tenant, "Microsoft.Authorization/roleAssignments")
    .filter((assignment) => isWithin(scope, textAt(assignment, "scope")))
    .filter((assignment) => isPrincipal(tenant, caller, textAt(assignment, "principalId")))
    .map((assignment) => textAt(assignment, "roleDefinitionId"));
}

/** The roles that the tenant has delegated to the caller's tenant (Azure Lighthouse). */
function delegatedIds(tenant: Tenant, caller: Caller, scope: string): string[] {
  return resourcesOfType(tenant, "Microsoft.ManagedServices/registrationAssignments")
    .filter((assignment) => isWithin(scope, scopeOf(assignment.id)))
    .map((assignment) => tenant.objects(azureResources).get(keyOf(textAt(assignment, "registrationDefinitionId"))))
    .filter((definition) => definition !== undefined)
    .filter((definition) => textAt(definition, "managedByTenantId").toLowerCase() === caller.tenant.id)
    .flatMap((definition) => authorizationsOf(definition))
    .filter(({ principalId }) => isPrincipal(caller.tenant, caller, principalId))
    .map(({ roleDefinitionId }) => roleDefinitionId);
}

function authorizationsOf(definition: StoredObject): { principalId: string; roleDefinitionId: string }[] {
  const { authorizations } = propertiesOf(definition);
  return Array.isArray(authorizations)
    ? (authorizations as unknown as { principalId: string; roleDefinitionId: string }[])
    : [];
}

/** Whether the caller is that principal, or a member of that group. */
function isPrincipal(tenant: Tenant, caller: Caller, principalId: string): boolean {
  const id = principalId.toLowerCase();
  return id === caller.objectId || (tenant.links("groups.members").get(id) ?? []).includes(caller.objectId);
}

export function resourcesOfType(tenant: Tenant, type: string): StoredObject[] {
  return [...tenant.objects(azureResources).values()].filter((resource) => resource["type"] === type);
}

export function propertiesOf(resource: StoredObject): Record<string, Json> {
  const { properties } = resource;
  return typeof properties === "object" && properties !== null && !Array.isArray(properties) ? properties : {};
}

export function textAt(resource: StoredObject, property: string): string {
  const value = propertiesOf(resource)[property];
  return typeof value === "string" ? value : "";
}

function scopeOf(id: string): string {
  return id.slice(0, keyOf(id).lastIndexOf("/providers/"));
}
