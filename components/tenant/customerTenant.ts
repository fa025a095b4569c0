import { clouds, messageOf, type CloudName } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { inThisRun } from "../hooks";
import { isDeployedType, otherTenantMessage } from "../../domain/stateTenants";
import { stackResources } from "../../program/sdk/stackResources";

/**
 * The azuread provider for one customer's tenant. It is returned only after it has signed in to
 * that tenant, so that nothing is declared in the tenant of whoever is signed in on this machine.
 *
 * A stack stays in its tenant. Another tenant ID would make the engine forget the objects in the
 * old tenant, and the access they grant would stay. The engine stops if the tenant ID changes while
 * the stack has resources.
 *
 * @param name resource name of the provider.
 * @param tenantId the customer's tenant ID, a UUID in lower case.
 * @param cloud Microsoft cloud of the tenant.
 * @throws pulumi.RunError, before a resource is created, if the credentials do not reach the
 * tenant.
 *
 * ## Least privileges
 * None in the tenant; the identity must exist there. The credentials are those of the environment,
 * as the azuread provider's documentation says (ARM_CLIENT_ID with a secret, a certificate or a
 * federated token; or the Azure CLI).
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
  const provider = tenantProvider(name, tenantId, cloud, opts);
  await requireTenant(provider, tenantId);
  return provider;
}

/** The provider without the sign-in: where a preview does not know the tenant ID yet. */
export function tenantProvider(
  name: string,
  tenantId: pulumi.Input<string>,
  cloud: CloudName = "public",
  opts?: pulumi.ResourceOptions,
): azuread.Provider {
  return new azuread.Provider(
    name,
    {
      tenantId,
      environment: clouds[cloud].environment,
      // The token of a managed identity is always for the identity's own tenant.
      useMsi: false,
    },
    { ...opts, hooks: { beforeUpdate: [stayInTenant(name)] } },
  );
}

/** @throws pulumi.RunError if the provider does not reach the tenant. */
export async function requireTenant(provider: pulumi.ProviderResource, tenantId: string): Promise<void> {
  const reached = await reachedTenant(provider, tenantId);
  if (reached.toLowerCase() === tenantId.toLowerCase()) return;
  throw new pulumi.RunError(
    `The credentials reach tenant ${reached}, but this stack is for tenant ${tenantId}. Nothing was created.\n` +
      "Sign in to the stack's tenant, or correct its setting tenantId.",
  );
}

async function reachedTenant(provider: pulumi.ProviderResource, tenantId: string): Promise<string> {
  try {
    return (await azuread.getClientConfig({ provider })).tenantId;
  } catch (error) {
    const reason = messageOf(error);
    throw new pulumi.RunError(
      `Cannot sign in to the customer's tenant ${tenantId}. Nothing was created.\n${reason}\n` +
        "Check the setting tenantId, the credentials in the environment (ARM_CLIENT_ID with a secret, a certificate or a federated " +
        "token; or az login), and that the customer has consented to the application.",
    );
  }
}

/**
 * Runs before the engine changes the provider, in a preview, too. It does nothing if the tenant is
 * the same.
 */
function stayInTenant(name: string): pulumi.ResourceHook {
  const check = async ({ oldInputs, newInputs }: pulumi.ResourceHookArgs): Promise<void> => {
    const before = tenantOf(oldInputs);
    const now = tenantOf(newInputs);
    if (before === now || !(await hasDeployedResources())) return;
    throw new Error(otherTenantMessage("this stack's", before, now));
  };
  return new pulumi.ResourceHook(`${name}-stays-in-its-tenant`, inThisRun(check), { onDryRun: true });
}

function tenantOf(inputs: unknown): string {
  return String((inputs as { readonly tenantId?: unknown } | undefined)?.tenantId);
}

/**
 * A first `up` that could not sign in leaves only a provider in the state; its tenant ID may be
 * corrected.
 */
async function hasDeployedResources(): Promise<boolean> {
  const resources = Object.values(await stackResources());
  return resources.some(({ type }) => isDeployedType(type));
}
