/**
 * Licences and policies that a stack's settings need of the customer's tenant, for the program and
 * `mssp doctor`.
 */
import { defaultConnectorAccess, type TenantFeatures } from "@defender-mssp/microsoft";
import { isJustInTime, type PrerequisiteSettings } from "./prerequisiteSettings";

/** What a stack's settings need of the customer's tenant. */
export interface TenantNeeds {
  /** A group that can be given a directory role (`portalAccess` `basic`, assigned to the group). */
  readonly roleAssignableGroup?: boolean;
  /** Access packages (`portalAccess` `entitlement`). */
  readonly entitlementManagement?: boolean;
  /** Eligible members of groups (`portalAccess.activation`). */
  readonly justInTime?: boolean;
  /** Addresses of the analysts who are to be guests. */
  readonly guests?: readonly string[];
  /** Names of the settings that need Microsoft Entra ID P1. */
  readonly premiumSettings?: readonly string[];
  /** Life of the client secret in days, where the connector gets one. */
  readonly clientSecretDays?: number;
}

/** What a stack with these settings needs of the customer's tenant. */
export function tenantNeeds(settings: PrerequisiteSettings): TenantNeeds {
  const { portalAccess, analysts, connector = defaultConnectorAccess } = settings;
  const { kind, credential } = connector;
  return {
    roleAssignableGroup: portalAccess.model === "basic" && portalAccess.assignTo === "group",
    entitlementManagement: portalAccess.model === "entitlement",
    justInTime: isJustInTime(settings),
    guests: analysts.map(({ email }) => email),
    premiumSettings: premiumSettings(settings),
    clientSecretDays: kind === "customerApp" && credential.type === "secret" ? credential.days : undefined,
  };
}

/** Trust, limits and Conditional Access need P1; automatic consent alone does not. */
function premiumSettings({ crossTenantTrust, conditionalAccess }: PrerequisiteSettings): string[] {
  const { automaticConsent: _, ...trust } = crossTenantTrust ?? {};
  return [
    ...(Object.values(trust).some((value) => value !== false) ? ["crossTenantTrust"] : []),
    ...(conditionalAccess === undefined ? [] : ["conditionalAccess"]),
  ];
}

/**
 * A sentence for each need that the tenant does not meet. `guests` are the analysts who must be
 * invited.
 */
export function missingFeatures(needs: TenantNeeds, features: TenantFeatures): string[] {
  return featureChecks.map((check) => check(needs, features)).filter((sentence) => sentence !== undefined);
}

type FeatureCheck = (needs: TenantNeeds, features: TenantFeatures) => string | undefined;

/**
 * Each returns what is missing and what to do, or undefined. In the order in which they are listed
 * for people.
 */
const featureChecks: readonly FeatureCheck[] = [
  ({ roleAssignableGroup }, { roleAssignableGroups }) =>
    roleAssignableGroup && roleAssignableGroups === false
      ? "A group can only be given a directory role with Microsoft Entra ID P1, which the tenant doesn't have: " +
        "set portalAccess.assignTo to guests, or portalAccess.model to rbac."
      : undefined,
  (needs, { entitlementManagement }) =>
    needs.entitlementManagement && entitlementManagement === false
      ? "Access packages need Microsoft Entra ID P2 or ID Governance, which the tenant doesn't have: " +
        "set portalAccess.model to rbac."
      : undefined,
  ({ premiumSettings: named = [] }, { roleAssignableGroups: hasPremium }) =>
    named.length > 0 && hasPremium === false
      ? `${named.join(" and ")} ${named.length === 1 ? "needs" : "need"} Microsoft Entra ID P1, which the tenant doesn't have: ` +
        `remove ${named.length === 1 ? "the setting" : "the settings"}.`
      : undefined,
  // Microsoft Entra ID P2 and ID Governance have both features.
  ({ justInTime }, { entitlementManagement }) =>
    justInTime && entitlementManagement === false
      ? "Just-in-time access needs Microsoft Entra ID P2 or ID Governance, which the tenant doesn't have: " +
        "set portalAccess.activation to standing."
      : undefined,
  ({ guests = [] }, { invitations }) =>
    guests.length > 0 && invitations === false
      ? `The tenant lets nobody invite guests, and these analysts aren't there yet: ${guests.join(", ")}. ` +
        "Its administrator allows it in Entra, External Identities > External collaboration settings, " +
        "or invites them by hand: who is there is used."
      : undefined,
  secretLifetime,
];

function secretLifetime(
  { clientSecretDays = 0 }: TenantNeeds,
  { longestSecretDays = Infinity }: TenantFeatures,
): string | undefined {
  if (clientSecretDays <= longestSecretDays) return undefined;
  if (longestSecretDays === 0)
    return "The tenant's app management policy forbids client secrets: set connector.credential to certificate or federated.";
  return (
    `The tenant's app management policy allows client secrets of ${longestSecretDays} days at most, and this one ` +
    `is to last ${clientSecretDays}: shorten it, or set connector.credential to certificate or federated.`
  );
}
