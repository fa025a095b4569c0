/**
 * Licences and policies of a tenant that an onboarding depends on, read from Graph.
 * https://learn.microsoft.com/graph/api/subscribedsku-list (Organization.Read.All),
 * …/authorizationpolicy-get (Policy.Read.All), …/tenantappmanagementpolicy-get (Policy.Read.All)
 */
import { ServiceError, visible } from "@defender-mssp/errors";
import { entraServicePlans } from "../identifiers";
import { graphCall, graphList, type CallContext, type GraphCall } from "./call";
import { findUsersOf } from "./guest";

/** Each is undefined if this identity may not read it, or Graph's answer is unclear. */
export interface TenantFeatures {
  /** Groups that can be given a directory role: Microsoft Entra ID P1. */
  readonly roleAssignableGroups: boolean | undefined;
  /** Access packages: Microsoft Entra ID P2 or ID Governance. */
  readonly entitlementManagement: boolean | undefined;
  /** Whether guests can be invited. False only if nobody may invite. */
  readonly invitations: boolean | undefined;
  /** The longest lifetime of a client secret in days: 0 if forbidden, Infinity if unlimited. */
  readonly longestSecretDays: number | undefined;
}

/** The tenant's licences and policies. Throws an error for people if Graph cannot be called. */
export async function readTenantFeatures(tenantId: string, context: CallContext = {}): Promise<TenantFeatures> {
  return visible("Looking up what the tenant has licences for", async () => {
    const call = await graphCall(tenantId, context);
    const [plans, authorization, management] = await Promise.all([
      servicePlans(call),
      policy(call, "authorizationPolicy?$select=allowInvitesFrom"),
      policy(call, "defaultAppManagementPolicy"),
    ]);
    const { AAD_PREMIUM, AAD_PREMIUM_P2, Entra_Identity_Governance } = entraServicePlans;
    return {
      roleAssignableGroups: plans && [AAD_PREMIUM, AAD_PREMIUM_P2].some((plan) => plans.has(plan)),
      entitlementManagement: plans && [AAD_PREMIUM_P2, Entra_Identity_Governance].some((plan) => plans.has(plan)),
      invitations: invitations(authorization),
      longestSecretDays: management && longestSecretDays(management),
    };
  });
}

/** The addresses without a user in the tenant, which must be invited. */
export async function addressesToInvite(
  tenantId: string,
  emails: readonly string[],
  context: CallContext = {},
): Promise<string[]> {
  return visible("Looking up the analysts", async () => {
    const call = await graphCall(tenantId, context);
    const found = await findUsersOf(call, emails);
    return emails.filter((email) => (found.get(email) ?? []).length === 0);
  });
}

/**
 * IDs of the service plans that are provisioned; undefined where this identity may not read them.
 */
async function servicePlans(call: GraphCall): Promise<ReadonlySet<string> | undefined> {
  const skus = (await graphList(call, "/v1.0/subscribedSkus").catch(unlessDenied)) as SubscribedSku[] | undefined;
  if (skus === undefined) return undefined;
  const usable = skus.filter(({ capabilityStatus }) => ["Enabled", "Warning"].includes(capabilityStatus ?? ""));
  const plans = usable.flatMap(({ servicePlans: of }) =>
    of.filter(({ provisioningStatus }) => provisioningStatus !== "Disabled"),
  );
  return new Set(plans.map(({ servicePlanId }) => servicePlanId));
}

function unlessDenied(failure: unknown): undefined {
  if (failure instanceof ServiceError && failure.status === 403) return undefined;
  throw failure;
}

interface SubscribedSku {
  readonly capabilityStatus: string | null;
  readonly servicePlans: readonly { readonly servicePlanId: string; readonly provisioningStatus: string }[];
}

async function policy(call: GraphCall, path: string): Promise<Policy | undefined> {
  const { status, body } = await call(`/v1.0/policies/${path}`, { accept: [403] });
  return status === 403 ? undefined : (body as Policy);
}

interface Policy {
  readonly allowInvitesFrom?: string;
  readonly isEnabled?: boolean;
  readonly applicationRestrictions?: {
    readonly passwordCredentials?: readonly {
      readonly restrictionType: string;
      readonly state?: string;
      readonly maxLifetime: string | null;
    }[];
  };
}

function invitations(authorization: Policy | undefined): boolean | undefined {
  switch (authorization?.allowInvitesFrom) {
    case "none":
      return false;
    case "everyone":
    case "adminsGuestInvitersAndAllMembers":
      return true;
    default:
      return undefined; // Administrators and guest inviters only: an application may be neither.
  }
}

/**
 * Microsoft: the default policy applies to every application that no policy of its own is assigned
 * to.
 */
function longestSecretDays({ isEnabled, applicationRestrictions }: Policy): number | undefined {
  if (isEnabled !== true) return Infinity;
  const enabled = (applicationRestrictions?.passwordCredentials ?? []).filter(({ state }) => state !== "disabled");
  if (enabled.some(({ restrictionType }) => restrictionType === "passwordAddition")) return 0;
  const limit = enabled.find(({ restrictionType }) => restrictionType === "passwordLifetime");
  if (limit === undefined) return Infinity;
  const days = /^P(\d+)D/.exec(limit.maxLifetime ?? "")?.[1];
  return days === undefined ? undefined : Number(days);
}
