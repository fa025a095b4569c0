import { graphApplications } from "./application";
import { graphGroups } from "./group";
import { graphServicePrincipals } from "./servicePrincipal";
import { graphUsers } from "./user";

/** Collections of objects that can hold roles, groups and permissions. */
export const graphPrincipals = {
  user: graphUsers,
  group: graphGroups,
  servicePrincipal: graphServicePrincipals,
} as const;

/** Collections of objects that have owners, by name. */
const ownedCollections = {
  applications: graphApplications,
  groups: graphGroups,
  servicePrincipals: graphServicePrincipals,
} as const;

export const ownedCollectionNames = Object.keys(ownedCollections) as readonly OwnedCollection[];

/** `$expand` answers no more of a relationship. https://learn.microsoft.com/graph/query-parameters */
export const mostExpanded = 20;

/** Every object of a collection with its owners, `mostExpanded` at most. */
export function withOwnersPath(collection: OwnedCollection): string {
  return `${ownedCollections[collection].path}?$select=id,displayName&$expand=owners($select=id)`;
}

export type OwnedCollection = keyof typeof ownedCollections;

/** Owners of an object. */
export function ownersPath(collection: OwnedCollection, id: string): string {
  return `${ownedCollections[collection].item(id)}/owners`;
}

/** Whether the object at a path has owners that Graph shows. */
export function hasOwners(path: string): boolean {
  return Object.values(ownedCollections).some((collection) => path.startsWith(`${collection.path}/`));
}
