/**
 * The tenant that a stack's state belongs to, and the error for settings that name another one: for
 * the program and for every command.
 */
import { dynamicTypePrefix, providerType } from "./resourceTypes";
import { onboardingName } from "./resourceNames";
import { urnName } from "./urn";

/** What decides the tenant of an entry in a state. */
export interface TenantedResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * IDs in lower case of the customer's tenants that a state names: those of azuread's provider and of
 * each dynamic resource. Empty for a stack that has nothing but providers: an `up` that could not
 * sign in leaves one, and its tenant may be corrected.
 */
export function stateTenants(entries: readonly TenantedResource[]): readonly string[] {
  if (!entries.some(({ type }) => isDeployedType(type))) return [];
  const ids = entries
    .filter(hasCustomersTenant)
    .map(({ inputs, outputs }) => outputs["tenantId"] ?? inputs["tenantId"]);
  return [...new Set(ids.filter((id) => typeof id === "string").map((id) => id.toLowerCase()))];
}

/** Whether a resource of the type may stand for an object of a tenant, or for the stack's identity. */
export function isDeployedType(type: string): boolean {
  return !type.startsWith("pulumi:") && !type.startsWith("defender-mssp:");
}

function hasCustomersTenant({ urn, type }: TenantedResource): boolean {
  return (type === providerType("azuread") && urnName(urn) === onboardingName) || type.startsWith(dynamicTypePrefix);
}

/**
 * The error where state and settings name different tenants.
 * @param stack whose: `this stack's` or `stack contoso's`.
 * @param before tenant of the state.
 * @param now tenant of the settings.
 */
export function otherTenantMessage(stack: string, before: string, now: string): string {
  return (
    `${stack} resources are in tenant ${before}, but its setting tenantId is now ${now}. Nothing was changed. ` +
    "Restore the setting, destroy the stack first, or create a stack for the other customer (pulumi stack init)."
  );
}
