/**
 * The subscriptions of the emulated cloud: one in each tenant from the start, others on first use.
 */
import { azureRoles, type AzureRoleName } from "@defender-mssp/microsoft";
import { automationApplicationId, derivedId, msspTenantId, sandboxCustomerTenantId } from "../cloud/identity";
import type { StoredObject, Tenant } from "../cloud/model";
import { keyOf } from "./resourceId";

/** The MSSP's own subscription in every sandbox. */
export const msspSubscriptionId = "5ec0de00-5ab5-4000-8000-000000000001";
/** The subscription of the sandbox customer of `Pulumi.dev.yaml`. */
export const sandboxCustomerSubscriptionId = "c0570500-5ab5-4000-8000-00000000000a";
/** The resource group of a customer's subscription that has a Sentinel workspace from the start. */
export const sentinelResourceGroup = "sentinel";

/** Collections of `Tenant.objects`. Resources are by their ID in lower case. */
export const subscriptions = "azureSubscriptions";
export const azureResources = "azureResources";

/**
 * The automation's roles in a subscription: in the MSSP's own for vaults and secrets, in a
 * customer's for the delegation.
 */
const automationRoles: Readonly<Record<"mssp" | "customer", readonly AzureRoleName[]>> = {
  mssp: ["Contributor", "Role Based Access Control Administrator", "Key Vault Secrets Officer"],
  customer: ["Contributor", "Role Based Access Control Administrator"],
};

/** The subscription that a tenant has from the start. */
export function subscriptionIdOf(tenantId: string): string {
  if (tenantId === msspTenantId) return msspSubscriptionId;
  return tenantId === sandboxCustomerTenantId ? sandboxCustomerSubscriptionId : derivedId(tenantId, "subscriptions");
}

/**
 * A new tenant's Azure: a subscription, in a customer's with a Sentinel workspace, and the
 * automation's roles in it.
 */
export function fillSubscriptions(tenant: Tenant): void {
  const subscriptionId = subscriptionIdOf(tenant.id);
  addSubscription(tenant, subscriptionId);
  if (tenant.id === msspTenantId) return;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${sentinelResourceGroup}`;
  addResource(tenant, {
    id: group,
    name: sentinelResourceGroup,
    type: "Microsoft.Resources/resourceGroups",
    location: "westeurope",
    tags: {},
    properties: { provisioningState: "Succeeded" },
  });
  addResource(tenant, {
    id: `${group}/providers/Microsoft.OperationalInsights/workspaces/sentinel`,
    name: "sentinel",
    type: "Microsoft.OperationalInsights/workspaces",
    location: "westeurope",
    properties: { customerId: derivedId(tenant.id, "workspaces/sentinel"), provisioningState: "Succeeded" },
  });
  addResource(tenant, {
    id: `${group}/providers/Microsoft.OperationalInsights/workspaces/sentinel/providers/Microsoft.SecurityInsights/onboardingStates/default`,
    name: "default",
    type: "Microsoft.SecurityInsights/onboardingStates",
    properties: { customerManagedKey: false },
  });
}

/** Adds a subscription to a tenant, with the automation's roles in it. */
export function addSubscription(tenant: Tenant, subscriptionId: string): StoredObject {
  const subscription: StoredObject = {
    id: subscriptionId,
    displayName: tenant.id === msspTenantId ? "MSSP" : "Security",
    state: "Enabled",
  };
  tenant.objects(subscriptions).set(subscriptionId, subscription);
  // The same derivation as in `seed.ts`.
  const principalId = derivedId(tenant.id, `servicePrincipals/${automationApplicationId}`);
  assignRoles(tenant, subscriptionId, principalId, automationRoles[tenant.id === msspTenantId ? "mssp" : "customer"]);
  return subscription;
}

/** @param of part of the assignments' names, which the automation's do not have */
function assignRoles(
  tenant: Tenant,
  subscriptionId: string,
  principalId: string,
  roles: readonly AzureRoleName[],
  of = "",
): void {
  const scope = `/subscriptions/${subscriptionId}`;
  for (const role of roles) {
    const name = derivedId(tenant.id, `${scope}/roleAssignments/${role}${of}`);
    addResource(tenant, {
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      name,
      type: "Microsoft.Authorization/roleAssignments",
      properties: {
        principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`,
        scope,
      },
    });
  }
}

/** What a keeper has of Azure: it reads, and writes secrets in the MSSP's vaults. */
export function assignKeeperRoles(tenant: Tenant, principalId: string): void {
  const roles: readonly AzureRoleName[] = tenant.id === msspTenantId ? ["Reader", "Key Vault Contributor"] : ["Reader"];
  for (const { id } of tenant.objects(subscriptions).values()) assignRoles(tenant, id, principalId, roles, principalId);
}

export function addResource(tenant: Tenant, resource: StoredObject): void {
  tenant.objects(azureResources).set(keyOf(resource.id), resource);
}
