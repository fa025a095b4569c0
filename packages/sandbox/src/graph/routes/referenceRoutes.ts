/**
 * References to directory objects: `owners`, `members`, and the `$ref` requests that change them.
 */
import type { StoredObject } from "../../cloud/model";
import { directoryObjects } from "../answers";
import { addLink, find, findDirectoryObject, get, linked, removeLink, type DirectoryEntry } from "../directory";
import { entitySets, isEntitySet, type EntitySetName } from "../entities";
import { badRequest, denied, notFound, unreadableRequest } from "../graphErrors";
import { navigations } from "../expand";
import { decodeSegment } from "../match";
import { access, mayManageRoles, passes, type RoutePermissions } from "../permissions";
import { callBody, bothVersions, noContent, parameter, route, type RouteAnswer, type Call, type Route } from "../route";

/** The limit of owners of an application, a service principal or a new group. */
const mostBindings = 20;

/** List, add and remove of one link. `path` is the entity set's, such as `/groups`. */
export function referenceRoutes(
  entitySet: EntitySetName,
  link: string,
  permissions: { read: RoutePermissions; write: RoutePermissions },
  hooks: ReferenceHooks & { readonly searchable?: boolean } = {},
): Route[] {
  const path = `/${entitySets[entitySet].path ?? entitySet}/{id}/${link}`;
  const common = { versions: bothVersions };
  return [
    route("GET", path, permissions.read, (call) => listReferences(call, entitySet, link), {
      ...common,
      searchable: hooks.searchable ?? false,
      castable: "always",
    }),
    route("POST", `${path}/$ref`, permissions.write, (call) => addReference(call, entitySet, link, hooks), {
      ...common,
    }),
    route(
      "DELETE",
      `${path}/{target}/$ref`,
      permissions.write,
      (call) => removeReference(call, entitySet, link, hooks),
      { ...common },
    ),
  ];
}

/** Additional effects and checks of a reference. */
export interface ReferenceHooks {
  beforeAdd?: (call: Call, object: StoredObject, target: DirectoryEntry) => void;
  beforeRemove?: (call: Call, object: StoredObject) => void;
  added?: (call: Call, object: StoredObject, target: DirectoryEntry) => void;
  removed?: (call: Call, object: StoredObject, targetId: string) => void;
}

/** The object of a request. A token for owned objects only is checked against its owners. */
export function subject(call: Call, entitySet: EntitySetName): StoredObject {
  const object = get(call.tenant, entitySet, parameter(call, "id"));
  if (
    call.access === "owned" &&
    !linked(call.tenant, `${entitySet}.owners`, object.id).includes(call.caller.objectId)
  ) {
    throw denied();
  }
  return object;
}

/** Changing a role-assignable group requires the right to assign roles. */
export function guardRoleAssignable(call: Call, group: StoredObject): void {
  if (group["isAssignableToRole"] === true && !mayManageRoles(call.caller))
    throw denied(["RoleManagement.ReadWrite.Directory"]);
}

/**
 * "The Application.ReadWrite.OwnedBy permission isn't sufficient to add another owner".
 * https://learn.microsoft.com/graph/api/application-post-owners
 */
export function guardOwners(call: Call): void {
  if (call.access === "owned" && !passes(call.caller, ["Directory.Read.All"]))
    throw denied(["Application.ReadWrite.All"]);
}

/**
 * Adds the references that a body binds (`owners@odata.bind`). All references are resolved before
 * the first is added.
 */
export function bind(
  call: Call,
  entitySet: EntitySetName,
  from: string,
  bindings: ReadonlyMap<string, readonly string[]>,
): void {
  for (const [link, to] of resolveBindings(call, entitySet, bindings)) {
    for (const { object } of to) addLink(call.tenant, `${entitySet}.${link}`, from, object.id);
  }
}

/**
 * The references that a body binds. Throws Graph's errors for too many, duplicate or unknown ones.
 */
export function resolveBindings(
  call: Call,
  entitySet: EntitySetName,
  bindings: ReadonlyMap<string, readonly string[]>,
): [link: string, targets: DirectoryEntry[]][] {
  return [...bindings].map(([link, references]) => {
    if (references.length > mostBindings) {
      throw badRequest(`The number of references in '${link}@odata.bind' exceeds the limit of ${mostBindings}.`);
    }
    const targets = references.map((reference) => resolveReference(call, entitySet, link, reference));
    // Applications accept their caller as a duplicate, groups refuse each duplicate.
    const ids = new Set(targets.map(({ object }) => object.id));
    if (ids.size < targets.length) throw badRequest("Request contains a property with duplicate values.");
    return [link, targets];
  });
}

/** Throws Graph's error if one of the references is there already: none is added then. */
export function refuseExisting(
  call: Call,
  entitySet: EntitySetName,
  from: string,
  bindings: readonly [link: string, targets: readonly DirectoryEntry[]][],
): void {
  for (const [link, targets] of bindings) {
    const existing = linked(call.tenant, `${entitySet}.${link}`, from);
    if (targets.some(({ object }) => existing.includes(object.id)))
      throw badRequest(
        `One or more added object references already exist for the following modified properties: '${link}'.`,
      );
  }
}

function listReferences(call: Call, entitySet: EntitySetName, link: string): RouteAnswer {
  const object = subject(call, entitySet);
  return directoryObjects(call, navigations[entitySet]?.[link]?.(call.tenant, object.id, object) ?? []);
}

function addReference(call: Call, entitySet: EntitySetName, link: string, hooks: ReferenceHooks): RouteAnswer {
  const object = subject(call, entitySet);
  const reference = callBody(call)["@odata.id"];
  if (typeof reference !== "string") throw unreadableRequest("Entity reference must have an '@odata.id' annotation.");
  const target = resolveReference(call, entitySet, link, reference);
  hooks.beforeAdd?.(call, object, target);
  refuseExisting(call, entitySet, object.id, [[link, [target]]]);
  addLink(call.tenant, `${entitySet}.${link}`, object.id, target.object.id);
  hooks.added?.(call, object, target);
  call.cloud.changed();
  return noContent;
}

function removeReference(call: Call, entitySet: EntitySetName, link: string, hooks: ReferenceHooks): RouteAnswer {
  const object = subject(call, entitySet);
  const targetId = parameter(call, "target").toLowerCase();
  if (!linked(call.tenant, `${entitySet}.${link}`, object.id).includes(targetId)) throw notFound(object.id);
  hooks.beforeRemove?.(call, object);
  removeLink(call.tenant, `${entitySet}.${link}`, object.id, targetId);
  hooks.removed?.(call, object, targetId);
  call.cloud.changed();
  return noContent;
}

/**
 * `https://…/v1.0/directoryObjects/{id}`, `…/users/{id}` and the like; the host is ignored, as in
 * the service.
 */
export function resolveReference(
  call: Call,
  entitySet: EntitySetName,
  link: string,
  reference: string,
): DirectoryEntry {
  const match = /\/(?:v1\.0|beta)\/([A-Za-z]+)(?:\/([^/?#]+)|\('([^']+)'\))$/.exec(reference);
  const set = match?.[1] ?? "";
  const key = decodeSegment(match?.[2] ?? match?.[3] ?? "");
  if (match === null) throw badRequest(`Invalid URL format specified in payload: '${reference}'.`);
  const found =
    set.toLowerCase() === "directoryobjects" ? findDirectoryObject(call.tenant, key) : findIn(call, set, key);
  if (found === undefined) throw notFound(key);
  if (!entitySets[entitySet].links[link]?.targets.includes(found.entitySet)) {
    throw badRequest(`Invalid object identifier '${key}': an object of its type can't be in '${link}'.`);
  }
  return found;
}

function findIn(call: Call, set: string, key: string): DirectoryEntry | undefined {
  if (!isEntitySet(set)) return undefined;
  const object = find(call.tenant, set, key);
  return object === undefined ? undefined : { entitySet: set, object };
}

/** Whether the caller's token also allows another operation. */
export function mayAlso(call: Call, permissions: RoutePermissions): boolean {
  return access(call.caller, permissions) === "all";
}
