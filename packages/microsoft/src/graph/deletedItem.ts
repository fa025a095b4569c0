/**
 * Applications, groups, service principals and users that can be restored for 30 days.
 * https://learn.microsoft.com/graph/api/resources/directory#deleted-items
 */
import type { GraphCall } from "./call";
import { goneStatuses } from "./gone";

const base = "/v1.0/directory/deletedItems";

/** A deleted object of any type. */
export function deletedItemPath(id: string): string {
  return `${base}/${encodeURIComponent(id)}`;
}

/** Whether the service shows a deleted object: a proof, where an object that is not found is none. */
export async function isDeletedItem(call: GraphCall, id: string): Promise<boolean> {
  return (await call(deletedItemPath(id), { accept: [...goneStatuses, 400, 403] })).status === 200;
}

/** The deleted objects of a type. */
export function deletedItemsPath(type: "application" | "user"): string {
  return `${base}/microsoft.graph.${type}`;
}
