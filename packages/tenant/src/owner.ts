/** Whose a node is: by IDs first, then by what it claims. A display name tells nothing. */
import { parseStackMark } from "@defender-mssp/microsoft";
import { isOfDomains } from "./addresses";
import type { Ownership, Whose } from "./reader";

/** What of a node tells whose it is. */
export interface OwnerFacts {
  /** Texts that may have a mark. */
  readonly marks: readonly (string | null | undefined)[];
  /** The tenant that it is of, and the clause that says so. */
  readonly tenant?: { readonly id: string | null | undefined; readonly evidence: string };
  /** What it claims to be the MSSP's by. */
  readonly claim?: string | undefined;
}

/** Undefined for what is nobody's: also for a mark of another MSSP. */
export function owner(whose: Whose, { marks, tenant, claim }: OwnerFacts): Ownership | undefined {
  const marked = marks.map((text) => ownerByMark(whose, text)).find((ownership) => ownership !== undefined);
  if (marked !== undefined) return marked;
  if (isMsspTenant(whose, tenant?.id)) return { whose: "mssp", evidence: tenant?.evidence ?? "" };
  return claim === undefined ? undefined : { whose: "claimed", evidence: claim };
}

/** A stack's mark has its ID, which no other has; another stack's is a claim. */
export function ownerByMark(whose: Whose, text: string | null | undefined): Ownership | undefined {
  const mark = parseStackMark(text);
  // A name alone can be anybody's.
  if (mark === undefined || mark.stackId === "") return undefined;
  if (mark.stackId === whose.stackId)
    return { whose: "stack", evidence: `its mark has the ID of this stack: "${text}"`, mark, markedText: text ?? "" };
  if (!isMsspTenant(whose, mark.msspTenantId)) return undefined;
  return { whose: "claimed", evidence: `its mark names stack ${mark.stack} of the MSSP's tenant`, mark };
}

type MsspTenantNames = "msspTenantId" | "furtherMsspTenantIds";

export function isMsspTenant(whose: Pick<Whose, MsspTenantNames>, id: string | null | undefined): boolean {
  return msspTenants(whose).some((tenantId) => id?.toLowerCase() === tenantId.toLowerCase());
}

/** IDs of the MSSP's tenants: the first is the one that the state names. */
export function msspTenants({ msspTenantId, furtherMsspTenantIds = [] }: Pick<Whose, MsspTenantNames>): string[] {
  return [msspTenantId, ...furtherMsspTenantIds];
}

export function isMsspDomain({ domains }: Whose, domain: string | null | undefined): boolean {
  return isOfDomains(domain?.toLowerCase() ?? "", domains);
}
