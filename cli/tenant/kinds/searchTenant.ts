/** Searches a tenant for what is a stack's or an MSSP's, kind by kind, and asks what it grants now. */
import { isCallError } from "@defender-mssp/errors";
import { applicable, type AccessKind } from "../../../domain/kinds/accessKind";
import { kinds, type KindKey } from "../../../domain/kinds/kinds";
import { unreadReason } from "../unreadReason";
import { callsByKind } from "./callsByKind";
import type { HeldGrant, KindTenant, AccessPrincipal, Sighting } from "./kindCalls";

/** A sighting with what it grants now. */
export interface GrantingSighting extends Sighting {
  readonly grants: readonly HeldGrant[];
  /** What of it could not be looked at, and why. */
  readonly notLooked: readonly UnreadKind[];
}

/** A kind that could not be looked at. "Not permitted to look" is never "nothing there". */
export interface UnreadKind {
  readonly kind: KindKey;
  /** Begins with `not permitted: ` or `not checked: `. */
  readonly reason: string;
}

export interface TenantSearch {
  readonly sightings: readonly GrantingSighting[];
  readonly notLooked: readonly UnreadKind[];
}

/** Searches every kind that can be searched. Reads only. */
export async function searchTenant(tenant: KindTenant): Promise<TenantSearch> {
  const notLooked: UnreadKind[] = [];
  const sightings: GrantingSighting[] = [];
  for (const kind of kinds) {
    const search = callsByKind[kind.key as KindKey].search;
    if (search === undefined) continue;
    const answer = await looked(kind, () => search(tenant));
    if ("reason" in answer) notLooked.push(answer);
    else for (const sighting of answer.value) sightings.push(await withGrants(tenant, sighting));
  }
  return { sightings, notLooked };
}

async function withGrants(tenant: KindTenant, sighting: Sighting): Promise<GrantingSighting> {
  if (sighting.principal === undefined) return { ...sighting, grants: [], notLooked: [] };
  return { ...sighting, ...(await heldBy(tenant, sighting.principal)) };
}

/** What a principal has in the tenant, of every kind. */
export async function heldBy(
  tenant: KindTenant,
  principal: AccessPrincipal,
): Promise<Pick<GrantingSighting, "grants" | "notLooked">> {
  const grants: HeldGrant[] = [];
  const notLooked: UnreadKind[] = [];
  for (const kind of kinds) {
    const held = callsByKind[kind.key as KindKey].held;
    if (held === undefined) continue;
    const answer = await looked(kind, () => held(tenant, principal));
    if ("reason" in answer) notLooked.push(answer);
    else grants.push(...answer.value);
  }
  return { grants, notLooked };
}

/** Runs a look; a refusal is an answer of its own. */
export async function looked<Value>(
  kind: AccessKind,
  look: () => Promise<Value>,
): Promise<{ readonly value: Value } | UnreadKind> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!isCallError(error)) throw error;
    return {
      kind: kind.key as KindKey,
      reason: unreadReason(error, (applicable(kind.read) ?? ["another permission"]).join(", ")),
    };
  }
}
