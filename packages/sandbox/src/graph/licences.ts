/** Features that require a licence, and the service's errors without it. */
import type { Tenant } from "../cloud/model";
import { hasEntraP2, switchValue } from "../cloud/switches";
import { EmulatedGraphError } from "./graphErrors";
import type { Call, Route } from "./route";

export type LicensedFeature =
  | "roleAssignableGroups"
  | "customRoles"
  | "entitlementManagement"
  | "privilegedAccess"
  | "signInLogs"
  | "conditionalAccess"
  | "riskyUsers"
  | "crossTenantAccess"
  | "governanceRelationships"
  | "governanceApplications";

const needsP2: ReadonlySet<LicensedFeature> = new Set(["entitlementManagement", "privilegedAccess", "riskyUsers"]);

export function hasLicence(tenant: Tenant, feature: LicensedFeature): boolean {
  const licence = switchValue(tenant, "entraLicence");
  if (feature === "governanceApplications") return licence === "governance";
  return needsP2.has(feature) ? hasEntraP2(tenant) : licence !== "free";
}

/** Throws the service's error if the caller's tenant has no licence for a feature. */
export function requireLicence(call: Call, feature: LicensedFeature): void {
  if (!hasLicence(call.tenant, feature)) throw refusals[feature]();
}

/** Routes that check the licence of the caller's tenant first, each of them. */
export function licensed(feature: LicensedFeature, routes: readonly Route[]): Route[] {
  return routes.map((route) => ({
    ...route,
    handle: (call) => {
      requireLicence(call, feature);
      return route.handle(call);
    },
  }));
}

/** The texts of these three are the sandbox's own: the pages document the licences and no errors. */
const governanceLicence = (licence: string) => () =>
  new EmulatedGraphError(403, "Authorization_RequestDenied", `The tenant needs to have ${licence}.`);

const refusals: Readonly<Record<LicensedFeature, () => EmulatedGraphError>> = {
  // The text for a role-assignable group is from an issue thread (aztfmod/terraform-azurerm-caf
  // 1026).
  roleAssignableGroups: () =>
    new EmulatedGraphError(
      403,
      "Authorization_RequestDenied",
      "Only companies who have purchased AAD Premium may perform this operation.",
    ),
  customRoles: governanceLicence("Microsoft Entra ID P1"),
  governanceRelationships: governanceLicence("Microsoft Entra ID P1"),
  governanceApplications: governanceLicence("Microsoft Entra ID Governance"),
  // Code and text from issue threads (microsoftgraph/msgraph-sdk-dotnet 1006).
  signInLogs: () =>
    new EmulatedGraphError(
      403,
      "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
      "Neither tenant is B2C or tenant doesn't have premium license",
    ),
  // The service's own texts of these two are not verified.
  conditionalAccess: () => new EmulatedGraphError(403, "AccessDenied", "Your tenant is not licensed for this feature."),
  riskyUsers: () => new EmulatedGraphError(403, "AccessDenied", "Your tenant is not licensed for this feature."),
  // Microsoft documents that trust and targets need P1; the service's own refusal is not known.
  crossTenantAccess: () =>
    new EmulatedGraphError(403, "AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P1 license."),
  privilegedAccess: premiumP2,
  // The text of another feature of the same licence (privileged identity management); this
  // feature's own is not known.
  entitlementManagement: premiumP2,
};

/** Code and text of privileged identity management, from issue threads. */
function premiumP2(): EmulatedGraphError {
  return new EmulatedGraphError(
    400,
    "AadPremiumLicenseRequired",
    "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
  );
}
