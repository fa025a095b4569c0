/** One look at a tenant: what the MSSP can do, what of it was agreed to, and who else has a way in. */
import {
  alertReaders,
  looked,
  notLookedWays,
  readGraph,
  tenantKinds,
  unlookedInReport,
  type AlertReader,
  type Chain,
  type Edge,
  type GrantingNode,
  servicePrincipalsPath,
  type KindKey,
  type Ownership,
  type ServicePrincipalEntry,
  type TenantReader,
  type UnreadKind,
} from "@defender-mssp/tenant";
import type { DomainTenants } from "../access/domainTenants";
import type { AgreedObject, HandOut } from "../access/handOut";
import { readStrangers, type Stranger } from "../access/strangers";

/** `agreed`: in the hand-out. `notAgreed`: not in it. `unknown`: there is no hand-out. */
export type Agreement = "agreed" | "notAgreed" | "unknown";

export interface LookedGrant {
  readonly kind: KindKey;
  readonly id: string;
  readonly what: string;
  readonly agreement: Agreement;
  /** The command that ends it. */
  readonly step: string;
}

export interface LookedObject {
  readonly kind: KindKey;
  readonly id: string;
  readonly name: string;
  /** Application (client) ID, of a service principal. */
  readonly appId?: string;
  readonly whose: Ownership["whose"];
  /** Why it counts as the MSSP's. */
  readonly evidence: string;
  readonly agreement: Agreement;
  /** ISO 8601, UTC; absent where nothing says it. */
  readonly since?: string;
  readonly until?: string;
  /** What it gives by itself. */
  readonly gives: readonly string[];
  readonly grants: readonly LookedGrant[];
  /** What of it this program does not know. */
  readonly unsure: readonly string[];
  readonly mayBeOthers: boolean;
  /** Who can do something by it. */
  readonly chains: readonly Chain[];
  readonly step: string;
}

export interface UnlookedKind {
  /** Kinds that it hides, in the plural. */
  readonly what: readonly string[];
  readonly reason: string;
}

export interface TenantLook {
  /** ISO 8601, UTC. */
  readonly lookedOn: string;
  readonly tenantId: string;
  readonly msspTenantIds: readonly string[];
  readonly msspDomains: readonly string[];
  readonly objects: readonly LookedObject[];
  /** Agreed, and no look found it. */
  readonly missing: readonly (AgreedObject & { readonly notLooked?: string })[];
  readonly strangers: readonly Stranger[];
  /** Applications of nobody known that may read alerts. */
  readonly alertReaders: readonly AlertReader[];
  /** What this sign-in may not read. */
  readonly unread: readonly UnlookedKind[];
  /** Ways that no program looks at, with where a person looks. */
  readonly notLooked: typeof notLookedWays;
}

/** The customer's own tenant shows no relationship of the partner center. */
const shownElsewhere: ReadonlySet<KindKey> = new Set(["gdapRelationship"]);

export async function takeLook(
  tenant: TenantReader,
  domains: DomainTenants,
  handOut: HandOut | undefined,
  now: Date,
): Promise<TenantLook> {
  const graph = await readGraph(tenant);
  const known = new Set(graph.nodes.map(({ id }) => id.toLowerCase()));
  const others = await readStrangers(tenant, domains, known);
  const readers = await looked(tenantKinds.applicationPermission, () => alertReaders(tenant));
  const unread = [...graph.unread, ...graph.nodes.flatMap(({ notLooked }) => notLooked), ...others.unread];
  if ("reason" in readers) unread.push(readers);
  const foreign = new Set(others.strangers.flatMap(({ ways }) => ways.map(({ id }) => id)));
  const { owner } = tenant;
  const entries = await looked(tenantKinds.servicePrincipal, () =>
    tenant.list<ServicePrincipalEntry>(servicePrincipalsPath),
  );
  const appIds = new Map(("value" in entries ? entries.value : []).map(({ id, appId }) => [id, appId]));
  return {
    lookedOn: now.toISOString(),
    tenantId: owner.tenantId,
    msspTenantIds: [owner.msspTenantId, ...(owner.furtherMsspTenantIds ?? [])],
    msspDomains: owner.domains,
    objects: graph.nodes.map((node) => lookedObject(node, handOut, appIds.get(node.id))),
    missing: missingObjects(graph.nodes, handOut, unread),
    strangers: others.strangers,
    alertReaders: "value" in readers ? readers.value.filter(({ id }) => !known.has(id) && !foreign.has(id)) : [],
    unread: joinedReasons(unread, tenant.customerAzure.unread()),
    notLooked: [...unlookedInReport, ...notLookedWays],
  };
}

function lookedObject(node: GrantingNode, handOut: HandOut | undefined, appId: string | undefined): LookedObject {
  const agreed = handOut?.objects.find(({ objectId }) => objectId === node.id.toLowerCase());
  const { kind, id, name, whose, evidence, createdOn, gives, unsure = [], mayBeOthers = false, chains, step } = node;
  const since = createdOn ?? agreed?.since;
  return {
    kind,
    id,
    name,
    ...(appId === undefined ? {} : { appId }),
    whose,
    evidence,
    agreement: handOut === undefined ? "unknown" : isAgreed(node, appId, handOut) ? "agreed" : "notAgreed",
    ...(since === undefined ? {} : { since }),
    ...(agreed?.until === undefined ? {} : { until: agreed.until }),
    gives: gives.map(({ what }) => what),
    grants: node.grants.map((edge) => ({
      kind: edge.kind,
      id: edge.id,
      what: edge.what,
      agreement: handOut === undefined ? "unknown" : isAgreedGrant(node, edge, appId, handOut) ? "agreed" : "notAgreed",
      step: edge.step,
    })),
    unsure,
    mayBeOthers,
    chains,
    step,
  };
}

/** By IDs: of the object, of what it is a part of, or of its application. */
function isAgreed(
  { id, ownerId }: GrantingNode,
  appId: string | undefined,
  { objects, applications, msspTenantId }: HandOut,
): boolean {
  const ids = new Set([...objects.map(({ objectId }) => objectId), ...applications.map((each) => each.id)]);
  ids.delete("");
  const isEntry = id.toLowerCase() === msspTenantId && objects.some(({ kind }) => /partner|trust/i.test(kind));
  return [id, ownerId, appId].some((each) => ids.has(each?.toLowerCase() ?? "")) || isEntry;
}

/** What the hand-out says that this object reaches: a right that it names for another object is not agreed for this one. */
function isAgreedGrant(node: GrantingNode, edge: Edge, appId: string | undefined, handOut: HandOut): boolean {
  const { objects, paths, applications } = handOut;
  const own = objects.filter(({ objectId }) => objectId !== "" && objectId === node.id.toLowerCase());
  const keys = new Set(own.map(({ key }) => key));
  const reached = objects.filter(({ key }) => paths.some(({ from, to }) => keys.has(from) && to === key));
  const ids = [edge.id, edge.within ?? edge.id].map((id) => id.toLowerCase());
  if (objects.some(({ objectId }) => objectId === ids[0]) || reached.some(({ objectId }) => ids.includes(objectId)))
    return true;
  const agreed = new Set([
    ...reached.flatMap(({ kind, name }) => (/role|permission/i.test(kind) ? [name] : [])),
    ...applications.flatMap(({ id, permissions }) => (id === appId?.toLowerCase() ? permissions : [])),
  ]);
  const rights = rightsIn(edge);
  return rights.length > 0 && rights.every((right) => agreed.has(right));
}

/** Names of the roles or permissions that a grant gives, whole: one is not agreed because another begins like it. */
function rightsIn({ kind, name, what }: Edge): readonly string[] {
  const start = `the ${name} `;
  if (!what.startsWith(start)) return [];
  const text = what.slice(start.length).replace(/ (of|in) .*$/s, "");
  return kind === "delegatedConsent" ? text.split(/\s+/) : [text];
}

/** Objects of the hand-out that have an ID of their own in the tenant, and that no look found. */
function missingObjects(
  nodes: readonly GrantingNode[],
  handOut: HandOut | undefined,
  unread: readonly UnreadKind[],
): TenantLook["missing"] {
  if (handOut === undefined) return [];
  const seen = new Set(
    nodes
      .flatMap(({ id, ownerId, grants }) => [id, ownerId ?? "", ...grants.map((edge) => edge.id)])
      .map((id) => id.toLowerCase()),
  );
  const searched =
    /^(guest|group|application|servicePrincipal|defenderRole|accessPackage|catalog|connectedOrganization)/i;
  return handOut.objects
    .filter(({ kind, objectId }) => objectId !== "" && !seen.has(objectId) && searched.test(kind))
    .map((object) => {
      const refused = unread.find(({ kind }) => object.kind.toLowerCase().startsWith(kind.toLowerCase()));
      return refused === undefined ? object : { ...object, notLooked: refused.reason };
    });
}

/** Kinds that could not be read for the same reason are one line. */
export function joinedReasons(unread: readonly UnreadKind[], further: readonly string[]): readonly UnlookedKind[] {
  const lines = new Map<string, Set<string>>();
  for (const { kind, reason } of unread) {
    if (shownElsewhere.has(kind)) continue;
    lines.set(reason, (lines.get(reason) ?? new Set()).add(tenantKinds[kind].plural));
  }
  return [
    ...[...lines].map(([reason, what]) => ({ what: [...what], reason })),
    ...further.map((reason) => ({ what: ["Azure subscriptions"], reason })),
  ];
}
