/**
 * A catalog's resources and their roles in access packages. Only groups (`AadGroup`) are emulated.
 * Beta, as used by the official azuread plugin, and v1.0's names of the same.
 *
 * Links: `accessPackageCatalogs.accessPackageResources`,
 * `accessPackageResources.accessPackageResourceRoles` and `…Scopes`,
 * `accessPackages.accessPackageResourceRoleScopes`, and from those to one role and one scope.
 */
import { randomUUID } from "node:crypto";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { createdEntity, list } from "../answers";
import { addLink, get, linked, linkedFrom, removeLink } from "../directory";
import { contextName, createdStamp, entitlementPath, nameIn } from "../entitlements";
import { licensed } from "../licences";
import { notFound, refused } from "../graphErrors";
import { wholeSeconds } from "../identifiers";
import { innerOf, isObject, jsonText, type JsonObject } from "../json";
import { complete } from "../objects";
import { isDelegated, passes, permissions } from "../permissions";
import { bothVersions, type Call, callBody, done, parameter, type Route, type RouteAnswer } from "../route";
import { checkCreate, checkUpdate } from "../validate";

const catalogs = "accessPackageCatalogs";
const packages = "accessPackages";
const requests = "accessPackageResourceRequests";
const resources = "accessPackageResources";
const roles = "accessPackageResourceRoles";
const scopes = "accessPackageResourceScopes";
const roleScopes = "accessPackageResourceRoleScopes";

export const accessPackageResourceRoutes = licensed(
  "entitlementManagement",
  bothVersions.flatMap((version): Route[] => {
    const named = (name: string) => nameIn(version, name);
    const reading = { versions: [version], permissions: permissions.readEntitlements };
    const writing = { versions: [version], permissions: permissions.writeEntitlements };
    const given = `${entitlementPath}/${packages}/{id}/${named(roleScopes)}`;
    return [
      {
        ...reading,
        method: "GET",
        path: `${entitlementPath}/${named(catalogs)}/{id}/${named(resources)}`,
        handle: (call) => {
          const { id } = get(call.tenant, catalogs, parameter(call, "id"));
          const name = contextName(named(catalogs), `('${id}')/${named(resources)}`);
          return list(call, resources, resourcesOf(call.tenant, id), name);
        },
      },
      { ...writing, method: "POST", path: `${entitlementPath}/${named(requests)}`, handle: request },
      { ...writing, method: "POST", path: given, handle: addRoleScope },
      { ...writing, method: "DELETE", path: `${given}/{roleScope}`, handle: done(removeRoleScope) },
    ];
  }),
);

/** Removes a catalog's resources with their roles and scopes. */
export function forgetResources(tenant: Tenant, catalogId: string): void {
  for (const resource of resourcesOf(tenant, catalogId)) forgetResource(tenant, catalogId, resource);
}

/** Removes the role scopes of an access package. */
export function forgetRoleScopes(tenant: Tenant, packageId: string): void {
  for (const id of linked(tenant, `${packages}.${roleScopes}`, packageId)) forgetRoleScope(tenant, packageId, id);
}

function resourcesOf(tenant: Tenant, catalogId: string): StoredObject[] {
  return linked(tenant, `${catalogs}.${resources}`, catalogId).flatMap((id) => tenant.objects(resources).get(id) ?? []);
}

/** Executed at once. The service keeps the request as a record; the sandbox does not. */
function request(call: Call): RouteAnswer {
  const { [nameIn(call.version, "accessPackageResource")]: added, catalog, ...body } = callBody(call);
  const { values } = checkCreate(requests, body, call.version);
  const check = values["requestType"] === "AdminAdd" ? checkCreate : checkUpdate;
  const { values: resource } = check(resources, isObject(added) ? added : {}, call.version);
  const { id } = get(call.tenant, catalogs, jsonText(values["catalogId"] ?? innerOf(catalog, "id")));
  if (values["requestType"] === "AdminAdd") addResource(call, id, resource);
  else removeResource(call, id, innerOf(added, "id"), resource);
  call.cloud.changed();
  const createdDateTime = wholeSeconds(call.cloud.now());
  const made = complete(requests, { ...values, id: randomUUID(), createdDateTime });
  return createdEntity(call, requests, made, contextName(nameIn(call.version, requests)));
}

function addResource(call: Call, catalogId: string, { originId, originSystem }: JsonObject): void {
  if (originSystem !== "AadGroup") {
    throw refused(
      "InvalidOriginSystem",
      `The sandbox has resources of originSystem AadGroup, not ${jsonText(originSystem)}.`,
    );
  }
  const group = call.tenant.objects("groups").get(jsonText(originId).toLowerCase());
  if (group === undefined) throw refused("ResourceNotFoundInOriginSystem", "The resource is not in the origin system.");
  if (resourcesOf(call.tenant, catalogId).some((one) => one["originId"] === group.id)) {
    throw refused("ResourceAlreadyOnboarded", "The resource is already onboarded to ELM.");
  }
  if (!mayChange(call, group.id)) throw refused("CallerNotResourceOwner", "The caller is not the resource owner.");
  const { displayName = null, description = null } = group;
  const isUnified = Array.isArray(group["groupTypes"]) && group["groupTypes"].includes("Unified");
  const common = { originId: group.id, originSystem };
  const id = keep(call.tenant, resources, {
    ...common,
    displayName,
    description,
    resourceType: isUnified ? "O365 Group" : "Security Group",
    addedBy: call.caller.objectId,
    addedOn: wholeSeconds(call.cloud.now()),
    createdDateTime: wholeSeconds(call.cloud.now()),
  });
  addLink(call.tenant, `${catalogs}.${resources}`, catalogId, id);
  for (const role of ["Member", "Owner"]) {
    const roleId = keep(call.tenant, roles, { ...common, displayName: role, originId: `${role}_${group.id}` });
    addLink(call.tenant, `${resources}.${roles}`, id, roleId);
  }
  const root = { ...common, displayName: "Root", description: "Root Scope", isRootScope: true };
  addLink(call.tenant, `${resources}.${scopes}`, id, keep(call.tenant, scopes, root));
}

function keep(tenant: Tenant, entitySet: typeof resources | typeof roles | typeof scopes, values: JsonObject): string {
  const object = complete(entitySet, { ...values, id: randomUUID() });
  tenant.objects(entitySet).set(object.id, object);
  return object.id;
}

/**
 * Adding a group requires the right to change it (microsoft-graph-docs-contrib 8474): an
 * application needs Group.ReadWrite.All, also for its own group (Microsoft, "Create
 * accessPackageResourceRequest"); a person may be the owner (microsoft-graph-docs 12204).
 */
function mayChange({ tenant, caller }: Call, groupId: string): boolean {
  if (passes(caller, ["Group.ReadWrite.All"])) return true;
  return isDelegated(caller) && linked(tenant, "groups.owners", groupId).includes(caller.objectId);
}

/** By its origin, or by its ID as in the page's example. */
function removeResource(call: Call, catalogId: string, resourceId: Json | undefined, { originId }: JsonObject): void {
  const resource = resourcesOf(call.tenant, catalogId).find((candidate) =>
    typeof resourceId === "string"
      ? candidate.id === resourceId.toLowerCase()
      : candidate["originId"] === jsonText(originId).toLowerCase(),
  );
  if (resource === undefined) throw refused("ResourceNotFound", "The resource is not in the catalog.");
  const isUsed = linked(call.tenant, `${resources}.${roles}`, resource.id).some(
    (role) => linkedFrom(call.tenant, `${roleScopes}.${roles}`, role).length > 0,
  );
  if (isUsed) {
    throw refused(
      "InvalidDeleteResourceHasEntitlements",
      `The resource: ${jsonText(resource["displayName"])} can not be deleted because there are active entitlements.`,
    );
  }
  forgetResource(call.tenant, catalogId, resource);
}

function forgetResource(tenant: Tenant, catalogId: string, { id }: StoredObject): void {
  for (const part of [roles, scopes] as const) {
    for (const partId of linked(tenant, `${resources}.${part}`, id)) tenant.objects(part).delete(partId);
    tenant.links(`${resources}.${part}`).delete(id);
  }
  removeLink(tenant, `${catalogs}.${resources}`, catalogId, id);
  tenant.objects(resources).delete(id);
}

/** A role of a resource in the package's catalog; the package grants the role. */
function addRoleScope(call: Call): RouteAnswer {
  const accessPackage = get(call.tenant, packages, parameter(call, "id"));
  const prefix = call.version === "beta" ? "accessPackageResource" : "";
  const [role, scope] = ["Role", "Scope"].map(
    (name) => callBody(call)[prefix === "" ? name.toLowerCase() : prefix + name],
  );
  const { values: sentRole } = checkCreate(roles, withoutResource(role), call.version);
  const { values: sentScope } = checkCreate(scopes, withoutResource(scope), call.version);
  const found = resourcesOf(call.tenant, jsonText(accessPackage["catalogId"])).find((resource) =>
    partOf(call.tenant, resource, scopes, sentScope["originId"]),
  );
  const resource = found ?? refuse("ResourceNotFound", "The resource is not in the access package's catalog.");
  const roleId =
    partOf(call.tenant, resource, roles, sentRole["originId"]) ??
    refuse("RoleNotFound", `The resource has no role ${jsonText(sentRole["originId"])}.`);
  const scopeId = partOf(call.tenant, resource, scopes, sentScope["originId"]) ?? "";
  const given = linked(call.tenant, `${packages}.${roleScopes}`, accessPackage.id);
  if (given.some((one) => linked(call.tenant, `${roleScopes}.${roles}`, one).includes(roleId))) {
    throw refused("RoleScopeAlreadyExists", "The access package has this role already.");
  }
  const roleScope = complete(roleScopes, { ...createdStamp(call), id: `${randomUUID()}_${scopeId}` });
  call.tenant.objects(roleScopes).set(roleScope.id, roleScope);
  addLink(call.tenant, `${packages}.${roleScopes}`, accessPackage.id, roleScope.id);
  addLink(call.tenant, `${roleScopes}.${roles}`, roleScope.id, roleId);
  addLink(call.tenant, `${roleScopes}.${scopes}`, roleScope.id, scopeId);
  call.cloud.changed();
  const name = contextName(packages, `('${accessPackage.id}')/${nameIn(call.version, roleScopes)}`);
  return createdEntity(call, roleScopes, roleScope, name);
}

function removeRoleScope(call: Call): void {
  const accessPackage = get(call.tenant, packages, parameter(call, "id"));
  const id = parameter(call, "roleScope");
  if (!linked(call.tenant, `${packages}.${roleScopes}`, accessPackage.id).includes(id)) throw notFound(id);
  forgetRoleScope(call.tenant, accessPackage.id, id);
}

function forgetRoleScope(tenant: Tenant, packageId: string, id: string): void {
  removeLink(tenant, `${packages}.${roleScopes}`, packageId, id);
  for (const part of [roles, scopes]) tenant.links(`${roleScopes}.${part}`).delete(id);
  tenant.objects(roleScopes).delete(id);
}

/** The ID of a resource's role or scope by its origin. */
function partOf(
  tenant: Tenant,
  resource: StoredObject,
  part: typeof roles | typeof scopes,
  originId: Json | undefined,
): string | undefined {
  return linked(tenant, `${resources}.${part}`, resource.id).find(
    (id) => tenant.objects(part).get(id)?.["originId"] === originId,
  );
}

/** A role or scope of a request, which contains its resource. */
function withoutResource(part: Json | undefined): JsonObject {
  if (!isObject(part)) return {};
  return Object.fromEntries(Object.entries(part).filter(([name]) => !/^(accessPackageR|r)esource$/.test(name)));
}

function refuse(code: string, message: string): never {
  throw refused(code, message);
}
