/** What a tenant needs a licence for, and how the service refuses it without one. */
import type { Tenant } from "../cloud/model";
import { switchValue } from "../cloud/switches";
import { GraphError } from "./errors";
import type { Call } from "./route";

export type LicensedFeature = "roleAssignableGroups" | "entitlementManagement";

/** Whether the tenant has the licence for a feature. */
export function hasLicence(tenant: Tenant, feature: LicensedFeature): boolean {
  const licence = switchValue(tenant, "entraLicence");
  return feature === "roleAssignableGroups" ? licence !== "free" : licence === "p2";
}

/** Throws the service's refusal where the caller's tenant has no licence for a feature. */
export function requireLicence(call: Call, feature: LicensedFeature): void {
  if (!hasLicence(call.tenant, feature)) throw refusals[feature]();
}

const refusals: Readonly<Record<LicensedFeature, () => GraphError>> = {
  // As issue threads show it for a group that is to have a role (aztfmod/terraform-azurerm-caf
  // 1026).
  roleAssignableGroups: () =>
    new GraphError(
      403,
      "Authorization_RequestDenied",
      "Only companies who have purchased AAD Premium may perform this operation.",
    ),
  // As the service answers for the other features of the same licence (privileged identity
  // management); nobody has shown this one's.
  entitlementManagement: () =>
    new GraphError(
      400,
      "AadPremiumLicenseRequired",
      "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
    ),
};
