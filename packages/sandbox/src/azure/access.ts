/**
 * Which tenant a subscription belongs to, and what a caller may do in it: role assignments and
 * Lighthouse delegations.
 */
import { recordOf, textOf } from "@defender-mssp/errors/json";
import { isUuid } from "@defender-mssp/microsoft";
import type { Caller, Cloud, Json, StoredObject, Tenant } from "../cloud/model";
import { apiNames } from "../cloud/permissionUse";
import { sawLag, seenBy, truthOf } from "../cloud/replicas";
import { parseCondition, type ConditionRequest } from "./parseCondition";
import { armErrors, KeyVaultError } from "./armErrors";
import { isWithin, keyOf } from "./resourceId";
import { allows, allowsData, findRole, type RolePermissions } from "./azureRoles";
import { addSubscription, azureResources, subscriptions } from "./subscriptions";

const noSubscription = "00000000-0000-0000-0000-000000000000";

/**
 * The tenant of a subscription. An unused subscription ID belongs to the caller's tenant: any UUID
 * is a subscription, as any UUID is a tenant, but not to a request that only asks whether it is there.
 */
export function tenantOfSubscription(cloud: Cloud, caller: Caller, subscriptionId: string, makes = true): Tenant {
  const known = cloud.tenants().find((tenant) => tenant.objects(subscriptions).has(subscriptionId));
  if (known !== undefined) return known;
  if (!makes || !isUuid(subscriptionId) || subscriptionId === noSubscription)
    throw armErrors.subscriptionNotFound(subscriptionId);
  addSubscription(caller.tenant, subscriptionId);
  cloud.changed(true);
  return caller.tenant;
}

/**
 * Refuses a caller without the right to the action. A caller from another tenant needs a
 * delegation.
 * @param attributes what the conditions of the caller's roles are asked about.
 * @throws EmulatedServiceError 401 InvalidAuthenticationTokenTenant or 403 AuthorizationFailed, which names
 * the missing action.
 */
export function demand(
  tenant: Tenant,
  caller: Caller,
  action: string,
  scope: string,
  attributes: Omit<ConditionRequest, "action"> = { request: {}, resource: {} },
): void {
  const roles = rolesAt(tenant, caller, scope).filter(({ condition }) => holds(condition, { action, ...attributes }));
  if (
    passes(
      caller,
      action,
      roles.filter(({ permits }) => allows(permits, action)),
    )
  )
    return;
  sayLag(tenant, caller, scope, ({ permits }) => allows(permits, action));
  if (caller.tenant !== tenant && roles.length === 0) throw armErrors.wrongTenant(caller, tenant.id);
  throw armErrors.authorizationFailed(caller, action, scope);
}

/** The caller and the vault of a request to Key Vault's data plane. */
export interface VaultCall {
  readonly cloud: Cloud;
  readonly caller: Caller;
  readonly tenant: Tenant;
  readonly vault: StoredObject;
}

/** The same for a data action of Key Vault, with Key Vault's error. */
export function demandData({ tenant, caller, vault }: Omit<VaultCall, "cloud">, action: string, scope: string): void {
  const roles = caller.tenant === tenant ? rolesAt(tenant, caller, scope) : [];
  if (
    passes(
      caller,
      action,
      roles.filter(({ permits }) => allowsData(permits, action)),
    )
  )
    return;
  sayLag(tenant, caller, scope, ({ permits }) => allowsData(permits, action));
  const vaultText = (name: string): string => (typeof vault[name] === "string" ? vault[name] : "");
  throw new KeyVaultError(
    403,
    "Forbidden",
    "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed " +
      `recently, please observe propagation time.\r\nCaller: appid=${caller.applicationId};oid=${caller.objectId};` +
      `iss=https://sts.windows.net/${caller.tenant.id}/\r\nAction: '${action}'\r\n` +
      `Resource: '${keyOf(scope)}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\n` +
      `Vault: ${vaultText("name")};location=${vaultText("location")}\r\n`,
    "ForbiddenByRbac",
  );
}

/** A role without a condition is for every request. */
function holds(condition: string | undefined, request: ConditionRequest): boolean {
  return condition === undefined || parseCondition(condition)?.(request) === true;
}

/** A role, and the scope at which it is assigned or delegated. */
interface AssignedRole {
  readonly role: string;
  readonly permits: RolePermissions;
  readonly at: string;
  readonly condition?: string;
}

function passes(caller: Caller, action: string, roles: readonly AssignedRole[]): boolean {
  if (roles.length === 0) return false;
  const enough = [...new Set(roles.map(({ role, at }) => `${role} at ${at}`))];
  caller.passed.push({ api: apiNames.resourceManager, enough, operation: action });
  return true;
}

/** Counts a refusal whose role is there, and not yet in force. */
function sayLag(tenant: Tenant, caller: Caller, scope: string, allowsIt: (role: AssignedRole) => boolean): void {
  if (rolesAt(tenant, caller, scope, truthOf(tenant)).some(allowsIt)) sawLag("Azure role not in force");
}

/** The roles that a caller has at a scope, inherited ones included. */
function rolesAt(
  tenant: Tenant,
  caller: Caller,
  scope: string,
  inForce = seenBy("azureRoles", tenant),
): AssignedRole[] {
  if (caller.tenant !== tenant) return delegatedRoles(tenant, caller, scope);
  return roleAssignmentsOf(inForce)
    .filter(({ at }) => isWithin(scope, at))
    .filter(({ principalId }) => isPrincipal(inForce, caller, principalId));
}

/** Every assignment of a role in a tenant's subscriptions. */
export function roleAssignmentsOf(tenant: Tenant): (AssignedRole & { readonly principalId: string })[] {
  return resourcesOfType(tenant, "Microsoft.Authorization/roleAssignments").flatMap((assignment) => {
    const role = findRole(tenant, textAt(assignment, "roleDefinitionId"));
    const [at, principalId] = [textAt(assignment, "scope"), textAt(assignment, "principalId")];
    const condition = textAt(assignment, "condition");
    const limit = condition === "" ? {} : { condition };
    return role === undefined ? [] : [{ role: role.name, permits: role.permissions, at, principalId, ...limit }];
  });
}

/** The roles that the tenant has delegated to the caller's tenant (Azure Lighthouse). */
function delegatedRoles(tenant: Tenant, caller: Caller, scope: string): AssignedRole[] {
  return resourcesOfType(tenant, "Microsoft.ManagedServices/registrationAssignments")
    .filter((assignment) => isWithin(scope, scopeOf(assignment.id)))
    .flatMap((assignment) => {
      const id = keyOf(textAt(assignment, "registrationDefinitionId"));
      const definition = tenant.objects(azureResources).get(id);
      return definition === undefined ? [] : [{ definition, at: scopeOf(assignment.id) }];
    })
    .filter(({ definition }) => textAt(definition, "managedByTenantId").toLowerCase() === caller.tenant.id)
    .flatMap(({ definition, at }) => authorizationsOf(definition).map((authorization) => ({ ...authorization, at })))
    .filter(({ principalId }) => isPrincipal(caller.tenant, caller, principalId))
    .flatMap(({ roleDefinitionId, at }) => {
      const role = findRole(tenant, roleDefinitionId);
      return role === undefined ? [] : [{ role: role.name, permits: role.permissions, at }];
    });
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
  return recordOf(resource["properties"]) as Record<string, Json>;
}

export function textAt(resource: StoredObject, property: string): string {
  return textOf(propertiesOf(resource)[property]);
}

function scopeOf(id: string): string {
  return id.slice(0, keyOf(id).lastIndexOf("/providers/"));
}
