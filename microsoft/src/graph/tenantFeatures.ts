/**
 * What a tenant is licensed for and what its policies allow, as far as an onboarding depends on it.
 * Microsoft Graph v1.0: `GET /subscribedSkus`, `/policies/authorizationPolicy`, `/policies/defaultAppManagementPolicy`.
 */
import { ServiceError } from "../http.js";
import { graphList, type GraphCall } from "../resource.js";

/** Whether a tenant has something, or who may not look. */
export type Finding =
  | { readonly state: "available" }
  | { readonly state: "missing"; readonly reason: string }
  /** The caller may not look; `reason` says what it would take. */
  | { readonly state: "unchecked"; readonly reason: string };

/**
 * Service plans by what they allow. Names: Microsoft, "Product names and service plan identifiers for licensing".
 * Groups that can be given roles need Entra ID P1, entitlement management P2 or Entra ID Governance.
 */
const plans = {
  p1: ["AAD_PREMIUM", "AAD_PREMIUM_P2"],
  governance: ["AAD_PREMIUM_P2", "ENTRA_IDENTITY_GOVERNANCE", "Entra_Identity_Governance"],
} as const;

/** Microsoft Entra ID P1: groups that can be given directory roles. */
export function roleAssignableGroups(call: GraphCall): Promise<Finding> {
  return withPlan(call, plans.p1, "Microsoft Entra ID P1");
}

/** Microsoft Entra ID P2 or Governance: access packages. */
export function entitlementManagement(call: GraphCall): Promise<Finding> {
  return withPlan(call, plans.governance, "Microsoft Entra ID P2 or Microsoft Entra ID Governance");
}

function withPlan(call: GraphCall, names: readonly string[], licence: string): Promise<Finding> {
  return looked("Organization.Read.All", async () => {
    const skus = await graphList(call, "/v1.0/subscribedSkus");
    const active = skus
      .filter(({ capabilityStatus }) => capabilityStatus === "Enabled" || capabilityStatus === "Warning")
      .flatMap(({ servicePlans }) => servicePlans as { servicePlanName?: string; provisioningStatus?: string }[])
      .filter(({ provisioningStatus }) => provisioningStatus !== "Disabled")
      .map(({ servicePlanName }) => servicePlanName?.toUpperCase());
    const has = names.some((name) => active.includes(name.toUpperCase()));
    return has ? { state: "available" } : { state: "missing", reason: `the tenant has no licence for ${licence}` };
  });
}

/** Whether guests can be invited at all. */
export function invitations(call: GraphCall): Promise<Finding> {
  return looked("Policy.Read.All", async () => {
    const { body } = await call("/v1.0/policies/authorizationPolicy");
    const { allowInvitesFrom } = (body ?? {}) as { allowInvitesFrom?: string };
    if (allowInvitesFrom !== "none") return { state: "available" };
    return { state: "missing", reason: "the tenant's external collaboration settings let nobody invite guests" };
  });
}

/** Whether an application may have a client secret that lives for so many days. */
export function clientSecrets(call: GraphCall, days: number): Promise<Finding> {
  return looked("Policy.Read.All", async () => {
    const { body } = await call("/v1.0/policies/defaultAppManagementPolicy");
    const policy = (body ?? {}) as AppManagementPolicy;
    if (policy.isEnabled !== true) return { state: "available" };
    const restrictions = (policy.applicationRestrictions?.passwordCredentials ?? []).filter(
      ({ state }) => state !== "disabled",
    );
    if (restrictions.some(({ restrictionType }) => restrictionType === "passwordAddition")) {
      return { state: "missing", reason: "the tenant's app management policy forbids client secrets" };
    }
    const caps = restrictions.flatMap(({ restrictionType, maxLifetime }) =>
      restrictionType === "passwordLifetime" ? daysOf(maxLifetime) : [],
    );
    const cap = Math.min(...caps);
    if (days <= cap) return { state: "available" };
    const reason = `the tenant's app management policy lets a client secret live for ${cap} days, and ${days} are asked for`;
    return { state: "missing", reason };
  });
}

interface AppManagementPolicy {
  isEnabled?: boolean;
  applicationRestrictions?: {
    passwordCredentials?: { restrictionType?: string; maxLifetime?: string | null; state?: string }[];
  };
}

/** The days of an ISO 8601 duration such as `P90D` or `P1Y`; nothing where there is none. */
function daysOf(duration: string | null | undefined): number[] {
  const parts = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?$/.exec(duration ?? "");
  if (parts === null) return [];
  const [years = 0, months = 0, weeks = 0, days = 0] = parts
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return [years * 365 + months * 30 + weeks * 7 + days];
}

/** Reads; who is refused gets to know what it takes to look. */
async function looked(permission: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 403) throw error;
    return { state: "unchecked", reason: `to look, the identity needs ${permission}` };
  }
}
