/**
 * Catalogs, access packages and assignment policies: beta, as used by the official azuread plugin.
 * https://learn.microsoft.com/graph/api/resources/entitlementmanagement-overview?view=graph-rest-beta
 */
import { entity } from "../answers";
import { assignmentPolicyFrom } from "../assignmentPolicies";
import { get } from "../directory";
import { contextName, createdStamp, entitlementPath, modifiedStamp } from "../entitlements";
import { missingValue, refused } from "../errors";
import { licensed } from "../licences";
import { innerOf, jsonText, type JsonObject } from "../json";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { StoredObject } from "../../cloud/model";
import { bothVersions, callBody, parameter, type RouteAnswer, type Call } from "../route";
import { checkCreate } from "../validate";
import { forgetResources, forgetRoleScopes } from "./accessPackageResources";
import { alone, entityRoutes } from "./entityRoutes";

const catalogs = "accessPackageCatalogs";
const packages = "accessPackages";
const policies = "accessPackageAssignmentPolicies";
const common = {
  versions: ["beta"],
  read: permissions.readEntitlements,
  write: permissions.writeEntitlements,
  change: (call: Call, values: JsonObject) => ({ ...values, ...modifiedStamp(call) }),
} as const;

export const accessPackageRoutes = licensed("entitlementManagement", [
  // v1.0's names: https://learn.microsoft.com/graph/api/resources/entitlementmanagement-overview?view=graph-rest-1.0
  ...(
    [
      ["beta", catalogs],
      ["v1.0", "catalogs"],
    ] as const
  ).flatMap(([version, name]) =>
    entityRoutes({
      ...common,
      versions: [version],
      entitySet: catalogs,
      path: contextName(name),
      create: (call, values) => ({ ...withBothNames(values), ...createdStamp(call) }),
      change: (call, values) => ({ ...withBothNames(values), ...modifiedStamp(call) }),
      remove: removeCatalog,
    }),
  ),
  ...entityRoutes({
    ...common,
    versions: bothVersions,
    entitySet: packages,
    path: contextName(packages),
    body: withoutCatalog,
    create: (call, values) => {
      const catalogId = jsonText(values["catalogId"] ?? innerOf(callBody(call)["catalog"], "id"));
      if (catalogId === "") throw missingValue("catalog", "AccessPackage");
      get(call.tenant, catalogs, catalogId);
      return { ...values, catalogId, ...createdStamp(call) };
    },
    remove: removePackage,
  }),
  ...entityRoutes({
    entitySet: "accessPackageAssignments",
    path: contextName("assignments"),
    versions: ["v1.0"],
    read: common.read,
  }),
  ...entityRoutes({
    ...common,
    entitySet: policies,
    path: contextName(policies),
    create: (call, values) => ({ ...assignmentPolicyFrom(call, values), ...createdStamp(call) }),
    change: undefined,
    remove: alone,
  }),
  {
    method: "PUT",
    path: `${entitlementPath}/${policies}/{id}`,
    versions: common.versions,
    permissions: common.write,
    handle: replacePolicy,
  },
]);

/**
 * The official plugin names the catalog by `accessPackageCatalog` alone; Microsoft documents
 * `catalogId`. Both are accepted.
 */
function withoutCatalog({ version }: Call, { accessPackageCatalog, ...body }: JsonObject): JsonObject {
  if (version === "v1.0") return Object.fromEntries(Object.entries(body).filter(([name]) => name !== "catalog"));
  const catalogId = innerOf(accessPackageCatalog, "id");
  return catalogId === undefined ? body : { catalogId, ...body };
}

/** Beta's `catalogStatus` is v1.0's `state`, with a small first letter. */
function withBothNames(values: JsonObject): JsonObject {
  const [catalogStatus, state] = [jsonText(values["catalogStatus"]), jsonText(values["state"])];
  if (catalogStatus !== "") return { ...values, state: catalogStatus.toLowerCase() };
  return state === "" ? values : { ...values, catalogStatus: state.replace(/^./, (first) => first.toUpperCase()) };
}

function removeCatalog({ tenant }: Call, { id }: StoredObject): void {
  const held = [...tenant.objects(packages).values()].some((accessPackage) => accessPackage["catalogId"] === id);
  // The portal says that a catalog with access packages can't be deleted; the text is the sandbox's
  // own.
  if (held) throw refused("CatalogHasAccessPackages", "The catalog cannot be deleted because it has access packages.");
  forgetResources(tenant, id);
}

/**
 * Its policies and role scopes are deleted with it. One that somebody holds can't be deleted:
 * https://learn.microsoft.com/graph/api/accesspackage-delete?view=graph-rest-beta. Code and words
 * of the refusal are the sandbox's own.
 */
function removePackage({ tenant }: Call, { id }: StoredObject): void {
  const held = [...tenant.objects("accessPackageAssignments").values()].some(
    ({ accessPackageId, assignmentState }) => accessPackageId === id && assignmentState !== "Expired",
  );
  if (held)
    throw refused("AccessPackageHasAssignments", "The access package cannot be deleted because it has assignments.");
  for (const policy of [...tenant.objects(policies).values()]) {
    if (policy["accessPackageId"] === id) tenant.objects(policies).delete(policy.id);
  }
  forgetRoleScopes(tenant, id);
}

/** A property that the body omits gets its default. */
function replacePolicy(call: Call): RouteAnswer {
  const before = get(call.tenant, policies, parameter(call, "id"));
  const { id, createdBy = null, createdDateTime = null } = before;
  const values = assignmentPolicyFrom(call, checkCreate(policies, callBody(call), call.version).values, before);
  const policy = complete(policies, { ...values, ...createdStamp(call), createdBy, createdDateTime, id });
  call.tenant.objects(policies).set(id, policy);
  call.cloud.changed();
  return entity(call, policies, policy, contextName(policies));
}
