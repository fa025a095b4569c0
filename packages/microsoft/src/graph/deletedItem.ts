/**
 * Applications, groups, service principals and users that can be restored for 30 days.
 * https://learn.microsoft.com/graph/api/resources/directory#deleted-items
 */
const base = "/v1.0/directory/deletedItems";

/** A deleted object of any type. */
export function deletedItemPath(id: string): string {
  return `${base}/${encodeURIComponent(id)}`;
}

/** The deleted objects of a type. */
export function deletedItemsPath(type: "application" | "user"): string {
  return `${base}/microsoft.graph.${type}`;
}
