/** The access graph of a tenant: what is the stack's or the MSSP's, what it has, and what could not be read. */
import { nodeChains, type Chain } from "./chain";
import type { TenantKind } from "./kind";
import type { KindKey } from "./kindKey";
import { applicable } from "./kindCell";
import { tenantKinds } from "./kinds";
import type { Edge, OwnedNode, Principal, TenantReader } from "./reader";
import { looked, type UnreadKind } from "./unread";

/** A node with what it has now. */
export interface GrantingNode extends OwnedNode {
  readonly grants: readonly Edge[];
  /** What it is, gives by itself, and has. */
  readonly chains: readonly Chain[];
  /** What of it could not be looked at, and why. */
  readonly notLooked: readonly UnreadKind[];
}

export interface AccessGraph {
  readonly nodes: readonly GrantingNode[];
  /** Kinds whose nodes could not be read. */
  readonly unread: readonly UnreadKind[];
}

const all: readonly TenantKind[] = Object.values(tenantKinds);

/** Searches every kind that can be searched. Reads only. */
export async function readGraph(tenant: TenantReader): Promise<AccessGraph> {
  const unread: UnreadKind[] = [];
  const nodes: GrantingNode[] = [];
  for (const kind of all) {
    const search = applicable(kind.search);
    if (search === undefined) continue;
    const answer = await looked(kind, () => search(tenant));
    if ("reason" in answer) unread.push(answer);
    else for (const node of answer.value) nodes.push(await withGrants(tenant, node));
  }
  return { nodes, unread };
}

export async function withGrants(tenant: TenantReader, node: OwnedNode): Promise<GrantingNode> {
  const held = node.principal === undefined ? { grants: [], notLooked: [] } : await heldBy(tenant, node.principal);
  return { ...node, ...held, chains: nodeChains(node, tenant.owner, held.grants) };
}

/** What a principal has in the tenant, of every kind. */
export async function heldBy(
  tenant: TenantReader,
  principal: Principal,
): Promise<Pick<GrantingNode, "grants" | "notLooked">> {
  const grants: Edge[] = [];
  const notLooked: UnreadKind[] = [];
  for (const kind of all) {
    const held = applicable(kind.held);
    if (held === undefined) continue;
    const answer = await looked(kind, () => held(tenant, principal));
    if ("reason" in answer) notLooked.push(answer);
    else grants.push(...answer.value);
  }
  return { grants, notLooked };
}

/** The nodes of one kind; none where nothing can search it. @throws ServiceError */
export async function searchKind(tenant: TenantReader, key: KindKey): Promise<readonly OwnedNode[]> {
  return (await applicable((tenantKinds[key] as TenantKind).search)?.(tenant)) ?? [];
}
