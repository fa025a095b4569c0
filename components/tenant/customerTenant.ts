import { clouds, type CloudName } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { deployedResources } from "./deployedResources";

/**
 * The azuread provider for one customer's tenant, proven: it is signed in, and to that tenant, before it is handed out. What is
 * declared with it can't end up in the tenant of whoever is signed in on this machine.
 *
 * A stack stays in its tenant. With another tenant ID its objects would only be forgotten, and the access that they give left
 * behind, so the engine is told to stop when the provider's tenant changes while the stack has resources in it.
 *
 * @param name resource name of the provider.
 * @param tenantId the customer's tenant, a UUID in lower case.
 * @param cloud the cloud that the tenant is in.
 * @throws pulumi.RunError, before any resource is created, where the credentials don't reach the tenant.
 *
 * ## Least privileges
 * None in the tenant: an identity that the tenant knows. Its credentials come from the environment, as the azuread provider's
 * documentation says (ARM_CLIENT_ID with a secret, a certificate or a federated token; or the Azure CLI).
 *
 * @example
 * const provider = await customerTenant("contoso", "c0570500-0000-4000-8000-00000000000a");
 */
export async function customerTenant(
  name: string,
  tenantId: string,
  cloud: CloudName = "public",
  opts?: pulumi.ResourceOptions,
): Promise<azuread.Provider> {
  const provider = new azuread.Provider(
    name,
    {
      tenantId,
      environment: clouds[cloud].environment,
      // A managed identity's token is for the tenant that the identity lives in, whatever tenant it is asked for.
      useMsi: false,
    },
    { ...opts, hooks: { beforeUpdate: [stayInTenant(name)] } },
  );
  const reached = await reachedTenant(provider, tenantId);
  if (reached.toLowerCase() === tenantId.toLowerCase()) return provider;
  throw new pulumi.RunError(
    `The credentials reach tenant ${reached}, but this stack is for tenant ${tenantId}. Nothing was created.\n` +
      "Sign in to the stack's tenant, or correct its setting tenantId.",
  );
}

async function reachedTenant(provider: azuread.Provider, tenantId: string): Promise<string> {
  try {
    return (await azuread.getClientConfig({ provider })).tenantId;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new pulumi.RunError(
      `Cannot sign in to the customer's tenant ${tenantId}. Nothing was created.\n${reason}\n` +
        "Check the setting tenantId, the credentials in the environment (ARM_CLIENT_ID with its secret, certificate or " +
        "federated token, or az login), and that the customer has consented to that application.",
    );
  }
}

/** Asked by the engine before it changes the provider, in a preview as well. It costs nothing while the tenant is the same. */
function stayInTenant(name: string): pulumi.ResourceHook {
  const check = async ({ oldInputs, newInputs }: pulumi.ResourceHookArgs): Promise<void> => {
    const before = tenantOf(oldInputs);
    const now = tenantOf(newInputs);
    if (before === now || !(await hasDeployedResources())) return;
    throw new Error(
      `this stack's resources are in tenant ${before}, but its setting tenantId is now ${now}. Nothing was changed. ` +
        "Put the setting back; or destroy the stack first; or give the other customer a stack of its own (pulumi stack init).",
    );
  };
  return new pulumi.ResourceHook(`${name}-stays-in-its-tenant`, check, { onDryRun: true });
}

function tenantOf(inputs: unknown): string {
  return String((inputs as { readonly tenantId?: unknown } | undefined)?.tenantId);
}

/** A first `up` that couldn't sign in leaves a provider in the state, and no more: its tenant ID may be corrected. */
async function hasDeployedResources(): Promise<boolean> {
  const resources = Object.values(await deployedResources());
  return resources.some(({ type }) => !type.startsWith("pulumi:") && !type.startsWith("defender-mssp:"));
}
