import type { CloudName } from "@defender-mssp/microsoft";
import { getClientConfig } from "@pulumi/azure-native/authorization";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";

export interface AzureSubscriptionArgs {
  /** The tenant that the subscription belongs to, a UUID. */
  readonly tenantId: string;
  /** The subscription, a UUID. */
  readonly subscriptionId: string;
  /** @default "public" */
  readonly cloud?: CloudName;
}

/**
 * The azure-native provider for one subscription of one tenant, proven as `customerTenant` proves azuread's: it is signed in, and to that
 * tenant, before it is handed out. An MSSP's vault and a customer's Sentinel workspace are in different tenants: each feature has a
 * provider of its own, and none uses a default one.
 *
 * Whoever imports this file loads azure-native: take it from `azure.ts`, which loads it when it is needed.
 *
 * @param name resource name of the provider.
 * @throws pulumi.RunError, before any resource is created, where the credentials don't reach the tenant.
 *
 * ## Least privileges
 * None. Its credentials come from the environment, as the azuread provider's do (ARM_CLIENT_ID with a secret, a certificate or a federated
 * token; or the Azure CLI).
 *
 * @example
 * const provider = await azureSubscription("handover", { tenantId: msspTenantId, subscriptionId });
 */
export async function azureSubscription(
  name: string,
  { tenantId, subscriptionId, cloud = "public" }: AzureSubscriptionArgs,
  opts?: pulumi.ResourceOptions,
): Promise<Provider> {
  const provider = new Provider(
    name,
    {
      tenantId,
      subscriptionId,
      environment: cloud === "gccHigh" || cloud === "dod" ? "usgovernment" : "public",
      // A managed identity's token is for the tenant that the identity lives in, whatever tenant it is asked for.
      useMsi: false,
    },
    opts,
  );
  const reached = await reachedTenant(provider, tenantId);
  if (reached.toLowerCase() === tenantId.toLowerCase()) return provider;
  throw new pulumi.RunError(
    `The credentials reach tenant ${reached}, but the Azure subscription ${subscriptionId} is to be used in tenant ${tenantId}. ` +
      "Nothing was created.\nSign in to that tenant, or correct the setting.",
  );
}

async function reachedTenant(provider: Provider, tenantId: string): Promise<string> {
  try {
    return (await getClientConfig({ provider })).tenantId;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new pulumi.RunError(
      `Cannot sign in to tenant ${tenantId} for Azure. Nothing was created.\n${reason}\n` +
        "Check the tenant's setting, and the credentials in the environment (ARM_CLIENT_ID with its secret, certificate or federated " +
        "token, or az login).",
    );
  }
}
