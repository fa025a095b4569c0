/** Membership through nested groups. */
import type { StoredObject, Tenant } from "../cloud/model";
import { findDirectoryObject, linked, type DirectoryEntry } from "./directory";
import { memberships } from "./expand";

export function transitiveMembers(tenant: Tenant, groupId: string): DirectoryEntry[] {
  return reach(groupId, (id) =>
    linked(tenant, "groups.members", id).flatMap((member) => findDirectoryObject(tenant, member) ?? []),
  );
}

/** Groups and directory roles of which an object is a direct or transitive member. */
export function transitiveMemberships(tenant: Tenant, id: string): DirectoryEntry[] {
  return reach(id, (from) => memberships(tenant, from));
}

/** The groups among `transitiveMemberships`. */
export function transitiveGroups(tenant: Tenant, id: string): StoredObject[] {
  return transitiveMemberships(tenant, id)
    .filter(({ entitySet }) => entitySet === "groups")
    .map(({ object }) => object);
}

function reach(start: string, next: (id: string) => readonly DirectoryEntry[]): DirectoryEntry[] {
  const found = new Map<string, DirectoryEntry>();
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const target of next(id)) {
      if (found.has(target.object.id) || target.object.id === start) continue;
      found.set(target.object.id, target);
      waiting.push(target.object.id);
    }
  }
  return [...found.values()];
}
