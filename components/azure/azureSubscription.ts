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
  await requireAzureTenant(provider, { tenantId, subscriptionId });
  return provider;
}

/** A provider that the program has already, or the parent of a new one. */
export interface AzureProviderChoice {
  readonly provider?: Provider;
  readonly parent?: pulumi.Resource;
}

/**
 * The provider that the program has already, or a new one. Both have signed in to the tenant.
 * @throws pulumi.RunError as `azureSubscription`, and if the program's provider acts in another
 * subscription.
 */
export async function azureProvider(
  name: string,
  args: AzureSubscriptionArgs,
  { provider, parent }: AzureProviderChoice,
): Promise<Provider> {
  if (provider === undefined) return azureSubscription(name, args, { parent });
  const { tenantId, subscriptionId } = args;
  const acting = await requireAzureTenant(provider, args);
  if (acting.toLowerCase() === subscriptionId.toLowerCase()) return provider;
  throw new pulumi.RunError(
    `The azure-native provider acts in subscription ${acting}, but subscriptionId is ${subscriptionId} (tenant ${tenantId}). ` +
      "Nothing was created.\nGive the provider that subscription.",
  );
}

/** Returns the subscription in which the provider acts. @throws pulumi.RunError */
async function requireAzureTenant(
  provider: Provider,
  { tenantId, subscriptionId }: AzureSubscriptionArgs,
): Promise<string> {
  const reached = await reachedBy(provider, tenantId);
  if (reached.tenantId.toLowerCase() === tenantId.toLowerCase()) return reached.subscriptionId;
  throw new pulumi.RunError(
    `The credentials reach tenant ${reached.tenantId}, but the Azure subscription ${subscriptionId} is used in tenant ${tenantId}. ` +
      "Nothing was created.\nSign in to that tenant, or correct the setting.",
  );
}

async function reachedBy(
  provider: Provider,
  tenantId: string,
): Promise<{ readonly tenantId: string; readonly subscriptionId: string }> {
  try {
    return await getClientConfig({ provider });
  } catch (error) {
    const reason = messageOf(error);
    throw new pulumi.RunError(
      `Cannot sign in to tenant ${tenantId} for Azure. Nothing was created.\n${reason}\n` +
        "Check the setting of the tenant ID and the credentials in the environment (ARM_CLIENT_ID with a secret, a certificate or " +
        "a federated token; or az login).",
    );
  }
}
