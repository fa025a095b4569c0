import * as pulumi from "@pulumi/pulumi";
import { azuread } from "../../domain/resourceTypes";

/**
 * Refuses a component without a provider: azuread's default provider would fail for each of its
 * resources, with an error that does not name the component.
 * @param component its class.
 * @param name its resource name.
 * @throws pulumi.ResourceError where neither the component nor its parents have a provider, and no
 * setting or variable names a tenant for the default one.
 */
export function requireTenantProvider(resource: pulumi.ComponentResource, component: string, name: string): void {
  if (resource.getProvider(azuread("Application")) !== undefined) return;
  if (new pulumi.Config("azuread").get("tenantId") || process.env["ARM_TENANT_ID"]) return;
  throw new pulumi.ResourceError(
    `${component} "${name}" needs the provider of the customer's tenant: pass { provider } with ` +
      "provider = await customerTenant(name, tenantId).",
    resource,
  );
}
