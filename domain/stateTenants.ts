/**
 * The tenant that a stack's state belongs to, and the error for settings that name another one: for
 * the program and for every command.
 */
import { parseStackMark } from "@defender-mssp/microsoft";
import { recordOf, textOf } from "@defender-mssp/errors/json";
import { azureNativePrefix, dynamicTypePrefix, isStackIdentity, providerType } from "./resourceTypes";
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

/**
 * IDs in lower case of the MSSP's tenants that a state names: by the marks and the properties of its resources. A mark
 * of another stack, on an adopted object, names nothing.
 */
export function stateMsspTenants(entries: readonly Omit<TenantedResource, "urn">[]): readonly string[] {
  const identity = entries.find(({ type }) => isStackIdentity(type));
  const stackId = textOf(identity?.outputs["stackId"]);
  const ids = entries.filter(({ type }) => isDeployedType(type)).flatMap((entry) => msspTenantsIn(entry, stackId));
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}

function msspTenantsIn({ type, inputs, outputs }: Omit<TenantedResource, "urn">, stackId: string): string[] {
  const valueOf = (name: string): unknown => inputs[name] ?? outputs[name];
  const mark = parseStackMark(textOf(valueOf("description")));
  return [
    ...(type.startsWith(dynamicTypePrefix) ? [valueOf("msspTenantId"), valueOf("partnerTenantId")] : []),
    ...(type.startsWith(azureNativePrefix) ? [recordOf(valueOf("properties"))["managedByTenantId"]] : []),
    mark?.stackId === stackId ? mark.msspTenantId : "",
  ]
    .map(textOf)
    .filter((id) => id !== "");
}

/**
 * The error where state and settings name different tenants of the MSSP.
 * @param stack whose: `this stack's` or `stack contoso's`.
 */
export function otherMsspTenantMessage(stack: string, before: readonly string[], now: string): string {
  return (
    `${stack} resources name tenant ${before.join(" and ")} as the MSSP's, but its setting msspTenantId is now ${now}. Nothing was changed. ` +
    "Restore the setting, or off-board the customer first (npx mssp offboard) and onboard it for the other tenant."
  );
}
