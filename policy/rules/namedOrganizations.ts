import { dynamic, dynamicTypes, keyVault, providerType, registrationDefinition } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule, valueAt, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

export const namedOrganizations = resourceRule<object>({
  name: "named-organizations",
  severity: "critical",
  level: "mandatory",
  why:
    "Access goes to one organization, the MSSP of the settings, and to one application of it, in one tenant: the " +
    "customer's. Calls go to the tenants, the subscriptions and the endpoint of the settings.",
  remedy:
    "Set tenantId, msspTenantId, portalAccess.identitySource, connector.applicationId, defenderEndpoint and the " +
    "subscriptions of handover and azureDelegation, or remove the resource.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {},
  types: [...dynamicTypes, keyVault, registrationDefinition, providerType("azuread"), providerType("azure-native")],
  check: (resource, { settings }) => {
    const { type, properties } = resource;
    if (type === providerType("azure-native")) return problems(subscriptionProblem(resource, settings));
    const isAzure = type === keyVault || type === registrationDefinition;
    return problems(
      isAzure ? undefined : other("tenant", properties["tenantId"], settings?.tenantId),
      type === keyVault
        ? other("vault's tenant", valueAt(properties, "properties", "tenantId"), settings?.msspTenantId)
        : undefined,
      type === registrationDefinition
        ? other("managing tenant", valueAt(properties, "properties", "managedByTenantId"), settings?.msspTenantId)
        : undefined,
      type === dynamic("DefenderSiemAuthorization")
        ? other("MSSP's tenant", properties["msspTenantId"], settings?.msspTenantId)
        : undefined,
      isCalled(type) && properties["endpoint"] !== ""
        ? other("endpoint", properties["endpoint"], endpointIn(settings))
        : undefined,
      type === dynamic("DefenderSiemAuthorization") ? legacyProblem(settings) : undefined,
      type === dynamic("MsspServicePrincipal") ? applicationProblem(resource, settings) : undefined,
      type === dynamic("ConnectedOrganization") ? organizationProblem(resource, settings) : undefined,
    );
  },
});

/** Types whose calls send a token of the customer's tenant to `endpoint`. */
function isCalled(type: string): boolean {
  return [dynamic("AlertNotificationRule"), dynamic("DefenderSiemAuthorization")].includes(type);
}

function endpointIn(settings: PolicySettings | undefined): string | undefined {
  const calls = settings?.defenderCalls;
  return calls?.mode === "endpoint" ? calls.endpoint : undefined;
}

function legacyProblem(settings: PolicySettings | undefined): string | undefined {
  const apis: readonly string[] = settings?.connector.alertApis ?? [];
  return apis.includes("legacySiem") ? undefined : "the settings ask for no legacy alert API (connector.alertApis)";
}

/** The MSSP's subscription for the vault, the customer's for the delegation, each in its tenant. */
function subscriptionProblem({ properties }: JudgedResource, settings: PolicySettings | undefined): string | undefined {
  const { tenantId, subscriptionId } = properties;
  const places = [
    { tenant: settings?.msspTenantId, subscription: settings?.handover?.subscriptionId },
    { tenant: settings?.tenantId, subscription: settings?.azureDelegation?.subscriptionId },
  ].filter(({ subscription }) => subscription !== undefined);
  const isNamed = places.some(
    ({ tenant, subscription }) =>
      other("", tenantId, tenant) === undefined && other("", subscriptionId, subscription) === undefined,
  );
  if (isNamed || (knownText(tenantId) === undefined && knownText(subscriptionId) === undefined)) return undefined;
  return `its subscription is ${String(subscriptionId)} in the tenant ${String(tenantId)}, which the settings do not name`;
}

function applicationProblem({ properties }: JudgedResource, settings: PolicySettings | undefined): string | undefined {
  const connector = settings?.connector;
  if (connector?.kind !== "msspApp") return "the settings ask for no application of the MSSP";
  return other("application", properties["applicationId"], connector.applicationId);
}

function organizationProblem({ properties }: JudgedResource, settings: PolicySettings | undefined): string | undefined {
  const access = settings?.portalAccess;
  if (access?.model !== "entitlement") return "the settings ask for no connected organization";
  const named = access.identitySource;
  const expected = "domain" in named ? named.domain : named.tenantId;
  const source = properties["identitySource"];
  const found = valueAt(source, "domain" in named ? "domainName" : "tenantId");
  if (typeof source === "object" && found === undefined) return `its identity source is not ${expected}`;
  return other("identity source", found, expected);
}

/** A known value other than the one that the settings name; upper and lower case are the same. */
function other(what: string, value: unknown, expected: string | undefined): string | undefined {
  const found = knownText(value);
  if (found === undefined || found.toLowerCase() === expected?.toLowerCase()) return undefined;
  return `its ${what} is ${found}; the settings name ${expected ?? "none"}`;
}
