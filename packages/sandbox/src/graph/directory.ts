/**
 * The directory of one tenant: objects and links, deletion and restoration with all dependent
 * objects.
 */
import { isUuid } from "@defender-mssp/microsoft";
import type { Cloud, DeletedObject, Json, StoredObject, Tenant } from "../cloud/model";
import { directoryObjectSets, entitySets, type EntitySetName } from "./entities";
import { badRequest, conflictingValue, notFound } from "./graphErrors";
import { wholeSeconds } from "./identifiers";

export interface DirectoryEntry {
  entitySet: EntitySetName;
  object: StoredObject;
}

/**
 * The object that a path's segment names: by ID, `(appId='…')`, or a user's principal name. Throws
 * Graph's 404.
 */
export function get(tenant: Tenant, entitySet: EntitySetName, key: string): StoredObject {
  const object = find(tenant, entitySet, key);
  const alternate = alternateKey(key);
  // Reported of groups (AzureAD/microsoft-authentication-library-for-dotnet #1321, microsoft-graph-docs-contrib #3854).
  if (entitySet === "groups" && alternate === undefined && !isUuid(key))
    throw badRequest(`Invalid object identifier '${key}'.`);
  if (object === undefined) throw notFound(alternate?.value ?? key);
  return object;
}

/** Like `get`, without the 404. */
export function find(tenant: Tenant, entitySet: EntitySetName, key: string): StoredObject | undefined {
  const objects = tenant.objects(entitySet);
  const alternate = alternateKey(key);
  if (alternate !== undefined) {
    if (alternate.property !== entitySets[entitySet].alternateKey) return undefined;
    return [...objects.values()].find((object) => sameText(object[alternate.property], alternate.value));
  }
  const byId = objects.get(key) ?? objects.get(key.toLowerCase());
  if (byId !== undefined || entitySet !== "users" || isUuid(key)) return byId;
  return [...objects.values()].find((user) => sameText(user["userPrincipalName"], key));
}

/** A directory object of any type. */
export function findDirectoryObject(tenant: Tenant, id: string): DirectoryEntry | undefined {
  for (const entitySet of directoryObjectSets) {
    const object = tenant.objects(entitySet).get(id.toLowerCase());
    if (object !== undefined) return { entitySet, object };
  }
  return undefined;
}

/** Like `findDirectoryObject`; throws Graph's 404. */
export function getDirectoryObject(tenant: Tenant, id: string): DirectoryEntry {
  const found = findDirectoryObject(tenant, id);
  if (found === undefined) throw notFound(id);
  return found;
}

/** Target IDs of a link, in the order of their addition. */
export function linked(tenant: Tenant, link: string, from: string): readonly string[] {
  return tenant.links(link).get(from) ?? [];
}

/** Adds a link; `false` if it exists. */
export function addLink(tenant: Tenant, link: string, from: string, to: string): boolean {
  const there = linked(tenant, link, from);
  if (there.includes(to)) return false;
  tenant.links(link).set(from, [...there, to]);
  return true;
}

/** Removes a link; `false` if it does not exist. */
export function removeLink(tenant: Tenant, link: string, from: string, to: string): boolean {
  const there = linked(tenant, link, from);
  if (!there.includes(to)) return false;
  const left = there.filter((id) => id !== to);
  if (left.length > 0) tenant.links(link).set(from, left);
  else tenant.links(link).delete(from);
  return true;
}

/** IDs from which a link leads to an object, such as the groups that it is a member of. */
export function linkedFrom(tenant: Tenant, link: string, to: string): string[] {
  return [...tenant.links(link)].filter(([, ids]) => ids.includes(to)).map(([from]) => from);
}

/** Names of all possible links, including those to federated identity credentials. */
export const linkNames: readonly string[] = [
  ...Object.entries(entitySets).flatMap(([name, { links }]) => Object.keys(links).map((link) => `${name}.${link}`)),
  "applications.federatedIdentityCredentials",
];

/**
 * Deletes an object with its links, grants and assignments. A soft-deleted one is stored with what
 * `restore` needs.
 */
export function remove(cloud: Cloud, tenant: Tenant, entitySet: EntitySetName, object: StoredObject): void {
  tenant.objects(entitySet).delete(object.id);
  const links = detach(tenant, object.id);
  const objects = removeDependents(tenant, entitySet, object.id, links);
  if (!entitySets[entitySet].softDelete) return;
  const deletedDateTime = wholeSeconds(cloud.now());
  tenant.deleted.set(object.id, {
    collection: entitySet,
    object: { ...object, deletedDateTime, [restoreKey]: { links, objects } },
    deletedDateTime,
  });
}

/**
 * Restores a soft-deleted object with links to existing objects. Throws if another object has its
 * name.
 */
export function restore(tenant: Tenant, deleted: DeletedObject): DirectoryEntry {
  const { [restoreKey]: kept, ...rest } = deleted.object;
  const object: StoredObject = { ...rest, id: deleted.object.id, deletedDateTime: null };
  const entitySet = deleted.collection as EntitySetName;
  refuseTaken(tenant, entitySet, object);
  tenant.deleted.delete(object.id);
  tenant.objects(entitySet).set(object.id, object);
  const { links, objects } = (kept ?? { links: [], objects: [] }) as unknown as Kept;
  for (const [collection, dependent] of objects) {
    if (isComplete(tenant, collection, dependent)) tenant.objects(collection).set(dependent.id, dependent);
  }
  for (const [link, from, to] of links) {
    if (exists(tenant, from) && exists(tenant, to)) addLink(tenant, link, from, to);
  }
  return { entitySet, object };
}

/** The object without the values that only `restore` needs. */
export function withoutRestore(object: StoredObject): StoredObject {
  const rest = Object.entries(object).filter(([name]) => name !== restoreKey);
  return { id: object.id, ...Object.fromEntries(rest) };
}

/** Whether two strings are equal for the directory, which ignores case. */
export function sameText(left: Json | undefined, right: string): boolean {
  return typeof left === "string" && left.toLowerCase() === right.toLowerCase();
}

/** A tenant's initial domain (`….onmicrosoft.com`), or its default one. */
export function domainOf(tenant: Tenant, which: "isInitial" | "isDefault"): string {
  const domains = [...tenant.objects("domains").values()];
  return (domains.find((domain) => domain[which] === true) ?? domains[0])?.id ?? "";
}

/**
 * Holds the links and dependents of a soft-deleted object. Not a property of Graph: never returned.
 */
const restoreKey = "@sandbox.restore";

interface Kept {
  links: [link: string, from: string, to: string][];
  objects: [collection: EntitySetName, object: StoredObject][];
}

const dependents: readonly [EntitySetName, readonly string[]][] = [
  ["oauth2PermissionGrants", ["clientId", "resourceId", "principalId"]],
  ["appRoleAssignments", ["principalId", "resourceId"]],
  ["roleAssignments", ["principalId"]],
  ["roleEligibilitySchedules", ["principalId"]],
  ["roleEligibilityScheduleRequests", ["principalId"]],
  ["eligibilitySchedules", ["groupId", "principalId"]],
  ["eligibilityScheduleRequests", ["groupId", "principalId"]],
  ["assignmentSchedules", ["groupId", "principalId"]],
  ["assignmentScheduleRequests", ["groupId", "principalId"]],
  ["roleManagementPolicies", ["scopeId"]],
  ["roleManagementPolicyAssignments", ["scopeId"]],
];

function alternateKey(key: string): { property: string; value: string } | undefined {
  const match = /^\((\w+)='(.*)'\)$/s.exec(key);
  if (match === null) return undefined;
  return { property: match[1] ?? "", value: (match[2] ?? "").replaceAll("''", "'") };
}

function detach(tenant: Tenant, id: string): Kept["links"] {
  const removed: Kept["links"] = [];
  for (const link of linkNames) {
    for (const [from, targets] of [...tenant.links(link)]) {
      for (const to of targets) {
        if (from !== id && to !== id) continue;
        removed.push([link, from, to]);
        removeLink(tenant, link, from, to);
      }
    }
  }
  return removed;
}

function removeDependents(tenant: Tenant, entitySet: EntitySetName, id: string, links: Kept["links"]): Kept["objects"] {
  const removed: Kept["objects"] = [];
  const take = (collection: EntitySetName, object: StoredObject): void => {
    tenant.objects(collection).delete(object.id);
    removed.push([collection, object]);
  };
  for (const [collection, references] of dependents) {
    for (const object of [...tenant.objects(collection).values()]) {
      if (references.some((reference) => object[reference] === id)) take(collection, object);
    }
  }
  if (entitySet !== "applications") return removed;
  for (const [link, , to] of links) {
    const credential = tenant.objects("federatedIdentityCredentials").get(to);
    if (link === "applications.federatedIdentityCredentials" && credential !== undefined) {
      take("federatedIdentityCredentials", credential);
    }
  }
  return removed;
}

function refuseTaken(tenant: Tenant, entitySet: EntitySetName, object: StoredObject): void {
  const unique: Partial<Record<EntitySetName, string>> = { users: "userPrincipalName", servicePrincipals: "appId" };
  const property = unique[entitySet];
  if (property === undefined) return;
  const value = object[property];
  const taken = [...tenant.objects(entitySet).values()].some(
    (other) => typeof value === "string" && sameText(other[property], value),
  );
  if (taken) throw conflictingValue(property);
}

/** A `uniqueName` stays taken while a deleted object that has it can be restored. */
export function refuseTakenName(tenant: Tenant, entitySet: EntitySetName, name: Json | undefined): void {
  if (typeof name !== "string") return;
  const deleted = [...tenant.deleted.values()].filter(({ collection }) => collection === entitySet);
  const all = [...tenant.objects(entitySet).values(), ...deleted.map(({ object }) => object)];
  if (all.some((other) => sameText(other["uniqueName"], name))) throw conflictingValue("uniqueName");
}

/** Whether all objects of a grant or assignment exist. */
function isComplete(tenant: Tenant, collection: EntitySetName, object: StoredObject): boolean {
  const references = dependents.find(([name]) => name === collection)?.[1] ?? [];
  return references.every((reference) => {
    const id = object[reference];
    return typeof id !== "string" || findDirectoryObject(tenant, id) !== undefined;
  });
}

function exists(tenant: Tenant, id: string): boolean {
  return findDirectoryObject(tenant, id) !== undefined || tenant.objects("federatedIdentityCredentials").has(id);
}
