import { messageOf, type CloudName } from "@defender-mssp/microsoft";
import { getClientConfig } from "@pulumi/azure-native/authorization";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";

export interface AzureSubscriptionArgs {
  /** ID of the tenant that the subscription belongs to, a UUID. */
  readonly tenantId: string;
  /** ID of the subscription, a UUID. */
  readonly subscriptionId: string;
  /**
   * Microsoft cloud of the tenant.
   * @default "public"
   */
  readonly cloud?: CloudName;
}

/**
 * The azure-native provider for one subscription of one tenant. Like `customerTenant`, it is
 * returned only after it has signed in to that tenant. The MSSP's vault and the customer's Sentinel
 * workspace are in different tenants, so each feature has its own provider.
 *
 * Importing this file loads azure-native; `prepareHandover` and `prepareDelegation` load it when
 * they are called.
 *
 * @param name resource name of the provider.
 * @throws pulumi.RunError, before a resource is created, if the credentials do not reach the
 * tenant.
 *
 * ## Least privileges
 * None. The credentials are those of the environment, as for the azuread provider (ARM_CLIENT_ID
 * with a secret, a certificate or a federated token; or the Azure CLI).
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
      // The token of a managed identity is always for the identity's own tenant.
      useMsi: false,
    },
    opts,
  );
  const reached = await reachedTenant(provider, tenantId);
  if (reached.toLowerCase() === tenantId.toLowerCase()) return provider;
  throw new pulumi.RunError(
    `The credentials reach tenant ${reached}, but the Azure subscription ${subscriptionId} is used in tenant ${tenantId}. ` +
      "Nothing was created.\nSign in to that tenant, or correct the setting.",
  );
}

async function reachedTenant(provider: Provider, tenantId: string): Promise<string> {
  try {
    return (await getClientConfig({ provider })).tenantId;
  } catch (error) {
    const reason = messageOf(error);
    throw new pulumi.RunError(
      `Cannot sign in to tenant ${tenantId} for Azure. Nothing was created.\n${reason}\n` +
        "Check the setting of the tenant ID and the credentials in the environment (ARM_CLIENT_ID with a secret, a certificate or " +
        "a federated token; or az login).",
    );
  }
}
