import { azuread, dynamic, dynamicTypes, keyVault, registrationDefinition } from "../../domain/resourceTypes";
import { knownText, problems, resourceRule, valueAt, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

export const namedOrganizations = resourceRule<object>({
  name: "named-organizations",
  severity: "critical",
  level: "mandatory",
  why: "Access goes to one organization, the MSSP of the settings, and to one application of it, in one tenant: the customer's.",
  remedy:
    "Set tenantId, msspTenantId, portalAccess.identitySource and connector.applicationId, or remove the resource.",
  link: "https://learn.microsoft.com/defender-xdr/mssp-access",
  parameters: {},
  types: [...dynamicTypes, azuread("ServicePrincipal"), keyVault, registrationDefinition],
  check: (resource, { settings }) => {
    const { type, properties } = resource;
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
      type === dynamic("MsspServicePrincipal") ? applicationProblem(resource, settings) : undefined,
      type === dynamic("ConnectedOrganization") ? organizationProblem(resource, settings) : undefined,
    );
  },
});

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
