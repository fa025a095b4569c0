/** Resource IDs of Azure, which are paths of Azure Resource Manager as well. */

export interface AzureScope {
  readonly subscriptionId: string;
  /** The whole subscription without one. */
  readonly resourceGroupName?: string | undefined;
}

export function azureScope({ subscriptionId, resourceGroupName }: AzureScope): string {
  const subscription = `/subscriptions/${subscriptionId}`;
  return resourceGroupName === undefined ? subscription : `${subscription}/resourceGroups/${resourceGroupName}`;
}

/** The subscriptions that the caller sees. */
export const subscriptionsPath = "/subscriptions?api-version=2022-12-01";

/** The scope of a resource that extends another one, such as a role assignment: what stands before its own type. */
export function scopeOfExtension(id: string): string {
  return id.slice(0, id.toLowerCase().lastIndexOf("/providers/"));
}

export function vaultPath(resourceGroup: string, name: string): string {
  return `${resourceGroup}/providers/Microsoft.KeyVault/vaults/${name}`;
}

/** Delegations of Azure Lighthouse at a scope. */
export function delegationsPath(scope: string): string {
  return `${scope}/providers/Microsoft.ManagedServices/registrationAssignments`;
}

/** What the delegations of a subscription delegate. */
export function delegationDefinitionsPath(subscription: string): string {
  return `${subscription}/providers/Microsoft.ManagedServices/registrationDefinitions`;
}

export function roleAssignmentsPath(scope: string): string {
  return `${scope}/providers/Microsoft.Authorization/roleAssignments`;
}

/** Roles that principals may activate at a scope. */
export function roleEligibilitiesPath(scope: string): string {
  return `${scope}/providers/Microsoft.Authorization/roleEligibilitySchedules`;
}

/** The version of the API that has the resource, or the list at a path. */
export function azureApiVersion(id: string): string {
  if (/\/providers\/Microsoft\.Authorization\//i.test(id)) return "2022-04-01";
  return /\/providers\/Microsoft\.ManagedServices\//i.test(id) ? "2022-10-01" : "2024-11-01";
}
