/**
 * Partners of a tenant's cross-tenant access policy.
 * https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationpartner
 *
 * A null property inherits the tenant's default. **Unverified**: the status of a create where the
 * partner exists (409 is expected), and how long a deleted partner is still returned.
 */
import { VisibleError } from "@defender-mssp/errors";
import { graphApplications } from "./application";
import { graphList, type CallContext, type GraphCall } from "./call";
import { graphCollection } from "./collection";
import { goneStatuses, isGone } from "./gone";
import { graphGroups } from "./group";
import { untilSeen, waits } from "../waits";
import { markedStack, parseStackMark } from "../stackMark";

export interface InboundTrust {
  readonly isMfaAccepted?: boolean | null;
  readonly isCompliantDeviceAccepted?: boolean | null;
  readonly isHybridAzureADJoinedDeviceAccepted?: boolean | null;
}

export interface AutomaticUserConsent {
  readonly inboundAllowed?: boolean | null;
  readonly outboundAllowed?: boolean | null;
}

export interface AccessTarget {
  /** An ID, or `AllUsers`, `AllApplications`, `Office365`, `AllMicrosoftApps`. */
  readonly target: string;
  readonly targetType: "user" | "group" | "application";
}

export interface AccessTargets {
  readonly accessType: "allowed" | "blocked";
  readonly targets: readonly AccessTarget[];
}

export interface B2BSetting {
  readonly usersAndGroups?: AccessTargets | null;
  readonly applications?: AccessTargets | null;
}

/** The properties that this program may change, of a partner and of the default. */
export interface AccessConfiguration {
  readonly inboundTrust: InboundTrust | null;
  readonly automaticUserConsentSettings: AutomaticUserConsent | null;
  /** Exactly so spelled: Graph refuses `b2BCollaborationInbound`. */
  readonly b2bCollaborationInbound: B2BSetting | null;
}

export type AccessProperty = keyof AccessConfiguration;

/** A partner as Graph has it, other properties included. */
export type AccessPartner = AccessConfiguration & Readonly<Record<string, unknown>>;

const base = "/v1.0/policies/crossTenantAccessPolicy";

/** An entry for each other tenant. */
export const graphAccessPartners = graphCollection(`${base}/partners`, {
  read: ["Policy.Read.All"],
  write: ["Policy.ReadWrite.CrossTenantAccess"],
});

/** The partner's configuration; undefined if the tenant has none for it. */
export async function getAccessPartner(call: GraphCall, partner: string): Promise<AccessPartner | undefined> {
  const answer = await call(graphAccessPartners.item(partner), { accept: goneStatuses });
  return isGone(answer) ? undefined : (answer.body as AccessPartner);
}

/** What applies to every tenant without a partner's value. */
export async function getAccessDefault(call: GraphCall): Promise<AccessConfiguration> {
  return (await call(`${base}/default`)).body as AccessConfiguration;
}

/**
 * False if there is one already, or a deleted one has not gone yet. After a failure that `isCut`
 * names there may be one.
 */
export async function createAccessPartner(
  call: GraphCall,
  partner: string,
  values: Partial<AccessConfiguration>,
): Promise<boolean> {
  const json = { tenantId: partner, ...values };
  const { status } = await call(graphAccessPartners.path, {
    method: "POST",
    json,
    accept: [409],
    idempotent: false,
  });
  return status !== 409;
}

export async function updateAccessPartner(
  call: GraphCall,
  partner: string,
  values: Partial<AccessConfiguration>,
): Promise<void> {
  await call(graphAccessPartners.item(partner), { method: "PATCH", json: values });
}

/** Waits until the partner has gone: a create conflicts with a deleted one that is still there. */
export async function deleteAccessPartner(call: GraphCall, partner: string, context: CallContext): Promise<void> {
  await call(graphAccessPartners.item(partner), { method: "DELETE", accept: goneStatuses });
  const hasGone = async () => (await getAccessPartner(call, partner)) === undefined;
  const isDeleted = await untilSeen(waits.partnerDeletion, hasGone, context);
  if (isDeleted === true) return;
  throw new VisibleError(
    `Graph accepted the deletion of the partner ${partner}, and still returns it after ten minutes. Run this again with --refresh.`,
  );
}

/** https://learn.microsoft.com/graph/api/resources/crosstenantidentitysyncpolicypartner */
export interface IdentitySynchronization {
  readonly userSyncInbound?: { readonly isSyncAllowed?: boolean | null } | null;
}

export function identitySynchronizationPath(partner: string): string {
  return `${graphAccessPartners.item(partner)}/identitySynchronization`;
}

/** How the tenant synchronizes users from the partner; undefined if it does not. */
export async function getIdentitySynchronization(
  call: GraphCall,
  partner: string,
): Promise<IdentitySynchronization | undefined> {
  const answer = await call(identitySynchronizationPath(partner), { accept: goneStatuses });
  return isGone(answer) ? undefined : (answer.body as IdentitySynchronization);
}

/** Whether the tenant synchronizes users from the partner. Such a partner cannot be deleted. */
export async function hasIdentitySynchronization(call: GraphCall, partner: string): Promise<boolean> {
  return (await getIdentitySynchronization(call, partner)) !== undefined;
}

/**
 * The mark of another stack of the same MSSP in this tenant: those in the descriptions of its
 * applications and groups. Undefined if there is none, or this identity may not look.
 *
 * @param own the stack's own mark, `<project>/<stack>#<stack ID>`.
 */
export async function otherStackOf(call: GraphCall, msspTenantId: string, own: string): Promise<string | undefined> {
  const [, ownId = ""] = own.split("#");
  for (const { path } of [graphApplications, graphGroups]) {
    const found = await graphList<{ description?: string | null }>(
      call,
      `${path}?$select=id,description&$top=999`,
    ).catch(() => []);
    for (const { description } of found) {
      const mark = parseStackMark(description);
      if (mark?.msspTenantId !== msspTenantId || mark.stackId === "" || mark.stackId === ownId) continue;
      return markedStack(mark);
    }
  }
  return undefined;
}
