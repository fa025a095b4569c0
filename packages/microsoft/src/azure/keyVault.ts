/** Azure Key Vault: names, and the address of a vault's data plane. */
import { clouds, type CloudName } from "../clouds";
import type { Endpoints } from "../endpoints";
import { isLoopback } from "../http";

/** The audience of a token for the data plane (`resource`; with `/.default` the scope). */
export function keyVaultAudience(cloud: CloudName): string {
  return clouds[cloud].keyVaultEndpoint;
}

/**
 * Base URL of a vault's data plane, without a trailing slash: append
 * `/secrets/<name>?api-version=7.4`. On the sandbox, which has no DNS names to give, all vaults are
 * below the resource manager's own address.
 */
export function keyVaultEndpoint(endpoints: Endpoints, vaultName: string): string {
  const { cloud, metadataHost, resourceManagerEndpoint } = endpoints;
  const isSandbox = metadataHost !== undefined && isLoopback(new URL(resourceManagerEndpoint).hostname);
  return isSandbox
    ? `${resourceManagerEndpoint}/keyvault/${vaultName}`
    : clouds[cloud].keyVaultEndpoint.replace("://", `://${vaultName}.`);
}

/**
 * The parts of the ID of a resource in a resource group; undefined for another ID. Azure's IDs are
 * case-insensitive.
 */
export function vaultOfResourceId(
  id: string,
): { readonly subscriptionId: string; readonly resourceGroupName: string; readonly vaultName: string } | undefined {
  const pattern =
    /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([^/]{1,90})\/providers\/Microsoft\.KeyVault\/vaults\/([a-z][a-z0-9-]{1,22}[a-z0-9])$/i;
  const [, subscriptionId, resourceGroupName, vaultName] = pattern.exec(id) ?? [];
  if (subscriptionId === undefined || resourceGroupName === undefined || vaultName === undefined) return undefined;
  return { subscriptionId: subscriptionId.toLowerCase(), resourceGroupName, vaultName };
}
