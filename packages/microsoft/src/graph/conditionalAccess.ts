/**
 * Conditional Access policies of a tenant, and What If.
 * https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy,
 * …/conditionalaccessroot-evaluate
 */
import { defenderPortalAppId } from "../identifiers";
import { graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";

export interface GuestCondition {
  /** Joined by commas: `b2bCollaborationGuest,serviceProvider`. */
  readonly guestOrExternalUserTypes?: string | null;
  readonly externalTenants?: { readonly membershipKind?: string | null; readonly members?: readonly string[] } | null;
}

export interface PolicyUsers {
  readonly includeUsers?: readonly string[];
  readonly excludeUsers?: readonly string[];
  readonly includeGroups?: readonly string[];
  readonly excludeGroups?: readonly string[];
  readonly includeRoles?: readonly string[];
  readonly excludeRoles?: readonly string[];
  readonly includeGuestsOrExternalUsers?: GuestCondition | null;
  readonly excludeGuestsOrExternalUsers?: GuestCondition | null;
}

export interface PolicyConditions {
  readonly users?: PolicyUsers | null;
  readonly applications?: {
    readonly includeApplications?: readonly string[];
    readonly excludeApplications?: readonly string[];
    readonly applicationFilter?: object | null;
  } | null;
  readonly clientAppTypes?: readonly string[];
  readonly platforms?: object | null;
  readonly locations?: object | null;
  readonly devices?: object | null;
  readonly authenticationFlows?: object | null;
  readonly insiderRiskLevels?: string | null;
  readonly signInRiskLevels?: readonly string[];
  readonly userRiskLevels?: readonly string[];
}

export interface GrantControls {
  readonly operator?: string | null;
  readonly builtInControls?: readonly string[];
  readonly customAuthenticationFactors?: readonly string[];
  readonly termsOfUse?: readonly string[];
  readonly authenticationStrength?: { readonly id?: string; readonly displayName?: string | null } | null;
}

export interface AccessPolicy {
  readonly id: string;
  readonly displayName?: string | null;
  readonly state?: string;
  /** ISO 8601, UTC. */
  readonly createdDateTime?: string | null;
  readonly conditions?: PolicyConditions | null;
  readonly grantControls?: GrantControls | null;
}

const base = "/v1.0/identity/conditionalAccess";

export const graphAccessPolicies = graphCollection(`${base}/policies`, {
  read: ["Policy.Read.All"],
  // Writing a policy requires reading policies.
  write: ["Policy.ReadWrite.ConditionalAccess", "Policy.Read.All"],
});

export async function listAccessPolicies(call: GraphCall): Promise<AccessPolicy[]> {
  return graphList<AccessPolicy>(call, graphAccessPolicies.path);
}

/**
 * IDs of the policies that, by What If, apply to a guest of a tenant in the Defender portal;
 * undefined where the call does not answer for such a guest, or is not permitted.
 *
 * **Unverified**: that What If answers for an external identity without a user's ID. Microsoft
 * documents the properties and has no example.
 */
export async function whatIfAccess(call: GraphCall, externalTenantId: string): Promise<readonly string[] | undefined> {
  const json = {
    signInIdentity: {
      "@odata.type": "#microsoft.graph.userSignIn",
      externalUserType: "b2bCollaborationGuest",
      externalTenantId,
    },
    signInContext: {
      "@odata.type": "#microsoft.graph.applicationContext",
      includeApplications: [defenderPortalAppId],
    },
    signInConditions: { clientAppType: "browser", devicePlatform: "windows" },
    appliedPoliciesOnly: true,
  };
  const accept = [400, 403, 404, 501];
  const { status, body } = await call(`${base}/evaluate`, { method: "POST", json, accept, idempotent: true });
  if (accept.includes(status)) return undefined;
  const { value } = (body ?? {}) as { readonly value?: readonly AccessPolicy[] };
  return value?.map(({ id }) => id);
}
