import { azuread, dynamic } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule, unknown, valueAt, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

export const trustOfMsspOnly = resourceRule<object>({
  name: "trust-of-mssp-only",
  severity: "critical",
  level: "mandatory",
  why:
    "The tenant trusts the MSSP's tenant only, and only as the settings say; a Conditional Access policy reaches " +
    "guests of the MSSP's tenant and nobody of the customer's.",
  remedy: "Set msspTenantId, crossTenantTrust and conditionalAccess, or remove the resource.",
  link: "https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview",
  parameters: {},
  types: [dynamic("CrossTenantPartner"), azuread("ConditionalAccessPolicy")],
  check: (resource, { settings }) =>
    resource.type === dynamic("CrossTenantPartner")
      ? partnerProblems(resource, settings)
      : policyProblems(resource, settings),
});

const switches = {
  isMfaAccepted: "mfa",
  isCompliantDeviceAccepted: "compliantDevice",
  isHybridAzureADJoinedDeviceAccepted: "hybridJoinedDevice",
  inboundConsentAllowed: "automaticConsent",
} as const;

function partnerProblems({ properties }: JudgedResource, settings: PolicySettings | undefined): readonly string[] {
  return problems(
    otherTenant(properties["partnerTenantId"], settings),
    ...Object.entries(switches).map(([property, setting]) =>
      properties[property] === true && settings?.crossTenantTrust?.[setting] !== true
        ? `it sets ${property}, and crossTenantTrust.${setting} is not true`
        : undefined,
    ),
  );
}

function policyProblems({ properties }: JudgedResource, settings: PolicySettings | undefined): readonly string[] {
  const users = valueAt(properties, "conditions", "users");
  if (users === unknown) return [];
  const others = ["includedUsers", "includedGroups", "includedRoles"].filter((name) => listOf(users, name).length > 0);
  const tenants = listOf(users, "includedGuestsOrExternalUsers").flatMap((one) => {
    const named = listOf(one, "externalTenants");
    const isNamed = named.length > 0 && named.every((tenant) => valueAt(tenant, "membershipKind") === "enumerated");
    return isNamed ? named.flatMap((tenant) => listOf(tenant, "members")) : ["every tenant"];
  });
  const controls = listOf(valueAt(properties, "grantControls"), "builtInControls");
  return problems(
    ...others.map((name) => `it has ${name}; only includedGuestsOrExternalUsers may be set`),
    others.length === 0 && tenants.length === 0 ? "it names no external tenant" : undefined,
    ...tenants.map((tenant) => otherTenant(tenant, settings)),
    controls.includes("block") ? "it blocks the MSSP's people" : undefined,
  );
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const found = valueAt(value, name);
  return Array.isArray(found) ? found : [];
}

function otherTenant(value: unknown, settings: PolicySettings | undefined): string | undefined {
  const found = knownText(value);
  if (found === undefined || found.toLowerCase() === settings?.msspTenantId) return undefined;
  return `it is for ${found}; the settings name the MSSP's tenant ${settings?.msspTenantId ?? "not at all"}`;
}
