/** A way in which somebody of the MSSP can do something in the tenant, as a value: two looks compare its keys. */
import type { KindKey } from "./kindKey";
import type { Edge, OwnedNode, Whose } from "./reader";
import { ways } from "./ways/ways";

export interface Chain {
  /** Kind, principal, object and way: the same chain has the same key in each look. */
  readonly key: string;
  readonly kind: KindKey;
  /** Row of the catalogue of ways. */
  readonly way: string;
  /** Object ID of who has it; the MSSP's tenant ID where the tenant itself is named. */
  readonly principal: string;
  /** ID of the assignment, or of the object where nothing stands between. */
  readonly object: string;
}

type ChainParts = Pick<Chain, "kind" | "principal" | "object"> & { readonly way?: string | undefined };

const wayByKind = new Map<KindKey, string>();
for (const { id, is } of ways)
  for (const kind of "kinds" in is ? is.kinds : []) if (!wayByKind.has(kind)) wayByKind.set(kind, id);

/** @param parts `way`: where the kind has several; default: the first of its kind */
export function chain({ kind, principal, object, way = wayByKind.get(kind) ?? kind }: ChainParts): Chain {
  return { key: [kind, principal, object, way].join(" ").toLowerCase(), kind, way, principal, object };
}

export function edgeChain(principal: string, { kind, id, way }: Pick<Edge, "kind" | "id" | "way">): Chain {
  return chain({ kind, principal, object: id, way });
}

/** What a node is, gives by itself, and has. */
export function nodeChains(
  { kind, id, principal, gives }: OwnedNode,
  { msspTenantId }: Pick<Whose, "msspTenantId">,
  grants: readonly Edge[] = [],
): Chain[] {
  return [
    ...(principal === undefined ? [] : [chain({ kind, principal: id, object: id })]),
    ...gives.map(({ way, principal: who = msspTenantId, object = id }) => chain({ kind, principal: who, object, way })),
    ...grants.map((edge) => edgeChain(id, edge)),
  ];
}

/** Every chain that a graph shows, once. */
export function chains({ nodes }: { readonly nodes: readonly { readonly chains: readonly Chain[] }[] }): Chain[] {
  return [...new Map(nodes.flatMap((node) => node.chains).map((each) => [each.key, each])).values()];
}
