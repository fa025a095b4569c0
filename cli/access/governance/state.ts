/** Where the governance relationship of a stack stands, and whose move it is. */
import {
  grantSentences,
  isGovernanceDenied,
  policyDifferences,
  TenantGovernance,
  type GovernancePolicy,
  type GovernanceRequest,
  type GraphCall,
} from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { governancePolicy } from "../../../settings/governance";
import { oneLook, seenInAny, type Rereads } from "../../tenant/rereads";
import type { Actor } from "../actor";

/**
 * `active`: it grants what the settings say. `differs`: it grants something else. `unwanted`: it grants
 * something, and the settings ask for no relationship.
 */
export type GovernanceStateName =
  "active" | "differs" | "unwanted" | "terminationRequested" | "requested" | "invited" | "none";

export interface GovernanceState {
  readonly stack: string;
  readonly state: GovernanceStateName;
  readonly found: string;
  /** Whose move it is; undefined where nothing is left to do. */
  readonly actor?: Actor;
  /** What the actor does next; empty where nothing is left. */
  readonly next: string;
  /** How the relationship differs from the settings. */
  readonly differences: readonly string[];
  /** What the relationship grants, a sentence for each grant. */
  readonly grants: readonly string[];
}

/** What the sentences need. */
export interface GovernanceSubject {
  readonly stack: string;
  /** What the settings ask for; undefined with another model. */
  readonly wanted: GovernancePolicy | undefined;
}

/** Where the relationship of a stack stands, as an identity that `call` is of. */
export async function stackGovernanceState(
  stack: string,
  settings: Settings,
  call: GraphCall,
  now: Date,
  rereads?: Rereads,
): Promise<GovernanceState> {
  return governanceState(governanceOf(call, settings), { stack, wanted: governancePolicy(settings) }, now, rereads);
}

/** The pair of a stack's tenants, as an identity that `call` is of. */
export function governanceOf(
  call: GraphCall,
  { tenantId, msspTenantId }: Pick<Settings, "tenantId" | "msspTenantId">,
): TenantGovernance {
  return new TenantGovernance(call, { governingTenantId: msspTenantId, governedTenantId: tenantId });
}

/**
 * Reads the relationship, and what leads to it where none of the looks shows one.
 * @throws ServiceError where this identity may not read relationships.
 */
export async function governanceState(
  governance: TenantGovernance,
  subject: GovernanceSubject,
  now: Date,
  rereads: Rereads = oneLook,
): Promise<GovernanceState> {
  const { stack, wanted } = subject;
  const current = await seenInAny(rereads, () => governance.current());
  const common = { stack, differences: [], grants: [] };
  if (current !== undefined) {
    const grants = grantSentences(current.policy);
    if (current.status === "terminationRequestedByGoverningTenant") {
      const found = "the MSSP has asked to end the relationship; until the customer confirms it, it grants access";
      return { ...common, state: "terminationRequested", found, ...customerMoves(stack, "terminate"), grants };
    }
    if (wanted === undefined) {
      const found = "a relationship is active, and the settings ask for none";
      return { ...common, state: "unwanted", found, ...customerMoves(stack, "terminate"), grants };
    }
    const differences = policyDifferences(wanted, current.policy);
    if (differences.length === 0) {
      return { ...common, state: "active", found: `active since ${day(current.creationDateTime)}`, next: "", grants };
    }
    const open = await unlessDenied(openRequest(governance, wanted, now));
    const found = "a relationship is active, and differs from the settings";
    const move = open === undefined ? msspMoves(stack) : customerMoves(stack, "accept");
    return { ...common, state: "differs", found, ...move, differences, grants };
  }
  if (wanted === undefined) return { ...common, state: "none", found: "none, and the settings ask for none", next: "" };
  return { ...common, ...(await beforeRelationship(governance, { stack, wanted }, now)) };
}

async function beforeRelationship(
  governance: TenantGovernance,
  { stack, wanted }: { readonly stack: string; readonly wanted: GovernancePolicy },
  now: Date,
): Promise<Pick<GovernanceState, "state" | "found" | "actor" | "next">> {
  const request = await unlessDenied(openRequest(governance, wanted, now));
  if (request !== undefined) {
    const found = `the MSSP's request waits for the customer until ${day(request.expirationDateTime)}`;
    return { state: "requested", found, ...customerMoves(stack, "accept") };
  }
  const invitation = await unlessDenied(governance.openInvitation(now));
  if (invitation !== undefined) {
    const found = `the customer has invited the MSSP's tenant, until ${day(invitation.expirationDateTime)}`;
    return { state: "invited", found, ...msspMoves(stack) };
  }
  const next =
    `Run \`npx mssp governance invite --stack ${stack}\`, or send the invitation in the Entra admin center (Tenant governance > ` +
    `Governing tenants > Sent invitations). The MSSP's \`npx mssp governance request\` lets its tenant receive invitations first.`;
  return {
    state: "none",
    found: "no relationship, request or invitation was found",
    actor: "customerAdministrator",
    next,
  };
}

/** The newest request that asks for exactly this. */
export async function openRequest(
  governance: TenantGovernance,
  wanted: GovernancePolicy,
  now: Date,
): Promise<GovernanceRequest | undefined> {
  return (await governance.openRequests(now)).find(({ policy }) => policyDifferences(wanted, policy).length === 0);
}

/** Places in the customer's Entra admin center. */
export const portalSteps = {
  accept: "Tenant governance > Governing tenants > Received requests",
  terminate: "Tenant governance > Governing tenants > the tenant > Terminate governance, or Confirm termination",
} as const;

function customerMoves(stack: string, command: keyof typeof portalSteps): Pick<GovernanceState, "actor" | "next"> {
  const next = `Run \`npx mssp governance ${command} --stack ${stack}\`, or use the Entra admin center: ${portalSteps[command]}.`;
  return { actor: "customerAdministrator", next };
}

function msspMoves(stack: string): Pick<GovernanceState, "actor" | "next"> {
  return { actor: "platformEngineer", next: `Run \`npx mssp governance request --stack ${stack}\`.` };
}

/** Who may read relationships may lack the permission for what leads to them. */
async function unlessDenied<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch((error: unknown) => {
    if (isGovernanceDenied(error)) return undefined;
    throw error;
  });
}

/** A date that comes from a tenant, as a day. */
export function day(moment: string): string {
  return moment.slice(0, 10);
}
