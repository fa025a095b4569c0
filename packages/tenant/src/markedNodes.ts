/** Objects whose description has a mark: the search of every kind that has one there. */
import type { KindKey } from "./kindKey";
import { deletion } from "./presence";
import type { Principal, TenantReader, OwnedNode, Gift } from "./reader";
import { ownerByMark } from "./owner";

/** What the search needs of an object. */
interface DescribedObject {
  readonly id: string;
  readonly displayName: string | null;
  readonly description?: string | null;
  readonly createdDateTime?: string | null;
}

interface MarkedSearch {
  readonly kind: KindKey;
  /** Collection of Graph, to delete an object of. */
  readonly collection: string;
  /** @default the whole collection */
  readonly read?: (tenant: TenantReader) => Promise<readonly DescribedObject[]>;
  /** What an object gives by itself. @default nothing */
  readonly gives?: readonly Gift[];
  /** Set where an object can hold roles, groups and permissions. */
  readonly principal?: Principal["type"];
}

/** Finds the objects of the stack by its random ID, and those of the MSSP by its tenant. */
export function markedNodes(search: MarkedSearch) {
  const { kind, collection, gives = [], principal } = search;
  const read = search.read ?? (({ list }: TenantReader) => list<DescribedObject>(collection));
  return async (tenant: TenantReader): Promise<OwnedNode[]> =>
    (await read(tenant)).flatMap(({ id, displayName, description, createdDateTime }) => {
      const owner = ownerByMark(tenant.owner, description);
      if (owner === undefined) return [];
      return [
        {
          kind,
          id,
          name: displayName ?? id,
          ...owner,
          gives,
          ...(principal === undefined ? {} : { principal: { type: principal, id } }),
          ...(typeof createdDateTime === "string" ? { createdOn: createdDateTime } : {}),
          ...deletion(tenant, `${collection}/${encodeURIComponent(id)}`),
        },
      ];
    });
}
