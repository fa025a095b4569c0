/**
 * Catalogs, access packages and assignment policies: beta, as used by the official azuread plugin.
 * https://learn.microsoft.com/graph/api/resources/entitlementmanagement-overview?view=graph-rest-beta
 */
import { randomUUID } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { createdEntity, entity, list } from "../answers";
import { assignmentPolicyFrom } from "../assignmentPolicies";
import { get } from "../directory";
import { contextName, createdStamp, entitlementPath, modified } from "../entitlements";
import { refused } from "../errors";
import { licensed } from "../licences";
import type { EntitlementSetName } from "../entities";
import { innerOf, jsonText, type JsonObject } from "../json";
import { complete, update } from "../objects";
import { permissions } from "../permissions";
import { callBody, noContent, ok, context, parameter, type RouteAnswer, type Call, type Route } from "../route";
import { checkCreate, checkUpdate } from "../validate";
import { shape } from "../odata/shape";
import { forgetResources, forgetRoleScopes } from "./accessPackageResources";

const versions = ["beta"] as const;
const write = permissions.writeEntitlements;
const catalogs = "accessPackageCatalogs";
const packages = "accessPackages";
const policies = "accessPackageAssignmentPolicies";

export const accessPackageRoutes = licensed("entitlementManagement", [
  ...readRoutes(catalogs),
  {
    method: "POST",
    path: `${entitlementPath}/${catalogs}`,
    versions,
    permissions: write,
    handle: (call) => add(call, catalogs, checkCreate(catalogs, callBody(call), call.version).values),
  },
  {
    method: "PATCH",
    path: `${entitlementPath}/${catalogs}/{id}`,
    versions,
    permissions: write,
    handle: (call) => change(call, catalogs, callBody(call)),
  },
  {
    method: "DELETE",
    path: `${entitlementPath}/${catalogs}/{id}`,
    versions,
    permissions: write,
    handle: removeCatalog,
  },

  ...readRoutes(packages),
  { method: "POST", path: `${entitlementPath}/${packages}`, versions, permissions: write, handle: createPackage },
  {
    method: "PATCH",
    path: `${entitlementPath}/${packages}/{id}`,
    versions,
    permissions: write,
    handle: (call) => change(call, packages, withoutCatalog(callBody(call))),
  },
  {
    method: "DELETE",
    path: `${entitlementPath}/${packages}/{id}`,
    versions,
    permissions: write,
    handle: removePackage,
  },

  ...readRoutes(policies),
  {
    method: "POST",
    path: `${entitlementPath}/${policies}`,
    versions,
    permissions: write,
    handle: (call) => add(call, policies, assignmentPolicyFrom(call, callBody(call))),
  },
  { method: "PUT", path: `${entitlementPath}/${policies}/{id}`, versions, permissions: write, handle: replacePolicy },
  {
    method: "DELETE",
    path: `${entitlementPath}/${policies}/{id}`,
    versions,
    permissions: write,
    handle: (call) => {
      call.tenant.objects(policies).delete(subject(call, policies).id);
      call.cloud.changed();
      return noContent;
    },
  },
]);

function readRoutes(entitySet: EntitlementSetName): Route[] {
  return [
    {
      method: "GET",
      path: `${entitlementPath}/${entitySet}`,
      versions,
      permissions: permissions.readEntitlements,
      handle: (call) => list(call, entitySet, call.tenant.objects(entitySet).values(), contextName(entitySet)),
    },
    {
      method: "GET",
      path: `${entitlementPath}/${entitySet}/{id}`,
      versions,
      permissions: permissions.readEntitlements,
      handle: (call) => entity(call, entitySet, subject(call, entitySet), contextName(entitySet)),
    },
  ];
}

function subject(call: Call, entitySet: EntitlementSetName): StoredObject {
  return get(call.tenant, entitySet, parameter(call, "id"));
}

function add(call: Call, entitySet: EntitlementSetName, values: JsonObject): RouteAnswer {
  const object = complete(entitySet, { ...values, ...createdStamp(call), id: randomUUID() });
  call.tenant.objects(entitySet).set(object.id, object);
  call.cloud.changed();
  return createdEntity(call, entitySet, object, contextName(entitySet));
}

function change(call: Call, entitySet: EntitlementSetName, body: JsonObject): RouteAnswer {
  const object = subject(call, entitySet);
  const { values } = checkUpdate(entitySet, body, call.version, object);
  update(entitySet, object, values);
  modified(call, object);
  call.cloud.changed();
  return noContent;
}

function createPackage(call: Call): RouteAnswer {
  const body = callBody(call);
  const catalogId = body["catalogId"] ?? innerOf(body["accessPackageCatalog"], "id");
  const named = catalogId === undefined ? body : { ...body, catalogId };
  const { values } = checkCreate(packages, withoutCatalog(named), call.version);
  get(call.tenant, catalogs, jsonText(values["catalogId"]));
  return add(call, packages, values);
}

/**
 * The official plugin names the catalog by `accessPackageCatalog` alone; Microsoft documents
 * `catalogId`. Both are accepted.
 */
function withoutCatalog(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== "accessPackageCatalog"));
}

function removeCatalog(call: Call): RouteAnswer {
  const { id } = subject(call, catalogs);
  const held = [...call.tenant.objects(packages).values()].some((one) => one["catalogId"] === id);
  // The portal says that a catalog with access packages can't be deleted; the text is the sandbox's
  // own.
  if (held) throw refused("CatalogHasAccessPackages", "The catalog cannot be deleted because it has access packages.");
  forgetResources(call.tenant, id);
  call.tenant.objects(catalogs).delete(id);
  call.cloud.changed();
  return noContent;
}

/**
 * Its policies and role scopes are deleted with it. One that somebody holds can't be deleted:
 * https://learn.microsoft.com/graph/api/accesspackage-delete?view=graph-rest-beta. Code and words
 * of the refusal are the sandbox's own.
 */
function removePackage(call: Call): RouteAnswer {
  const { id } = subject(call, packages);
  const held = [...call.tenant.objects("accessPackageAssignments").values()].some(
    ({ accessPackageId, assignmentState }) => accessPackageId === id && assignmentState !== "Expired",
  );
  if (held)
    throw refused("AccessPackageHasAssignments", "The access package cannot be deleted because it has assignments.");
  for (const policy of [...call.tenant.objects(policies).values()]) {
    if (policy["accessPackageId"] === id) call.tenant.objects(policies).delete(policy.id);
  }
  forgetRoleScopes(call.tenant, id);
  call.tenant.objects(packages).delete(id);
  call.cloud.changed();
  return noContent;
}

/** A property that the body omits gets its default. */
function replacePolicy(call: Call): RouteAnswer {
  const before = subject(call, policies);
  const { id, createdBy = null, createdDateTime = null } = before;
  const values = assignmentPolicyFrom(call, callBody(call), before);
  const policy = complete(policies, { ...values, ...createdStamp(call), createdBy, createdDateTime, id });
  call.tenant.objects(policies).set(id, policy);
  call.cloud.changed();
  return ok({
    "@odata.context": context(call, `${contextName(policies)}/$entity`),
    ...shape(policies, policy, call.version),
  });
}
