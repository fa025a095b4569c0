/**
 * Catalogs, access packages and assignment policies: beta, as used by the official azuread plugin, and v1.0's names.
 * https://learn.microsoft.com/graph/api/resources/entitlementmanagement-overview
 */
import { randomUUID } from "node:crypto";
import { createdEntity, entity } from "../answers";
import { assignmentPolicyFrom } from "../assignmentPolicies";
import { assignmentPolicyForms, sentSettings } from "../assignmentPolicyForms";
import { get } from "../directory";
import { contextName, createdStamp, entitlementPath, modifiedStamp, nameIn } from "../entitlements";
import { missingValue, refused } from "../graphErrors";
import { licensed } from "../licences";
import { innerOf, jsonText, type JsonObject } from "../json";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { StoredObject } from "../../cloud/model";
import type { EntitySetName } from "../entities";
import { bothVersions, callBody, type Call, type Route } from "../route";
import { checkCreate } from "../validate";
import { forgetResources, forgetRoleScopes } from "./accessPackageResourceRoutes";
import { alone, entityRoutes } from "./entityRoutes";

const catalogs = "accessPackageCatalogs";
const packages = "accessPackages";
const policies = "accessPackageAssignmentPolicies";
const policiesOfV1 = "assignmentPolicies";
const common = {
  versions: ["beta"],
  read: permissions.readEntitlements,
  write: permissions.writeEntitlements,
  change: (call: Call, values: JsonObject) => ({ ...values, ...modifiedStamp(call) }),
} as const;

export const accessPackageRoutes = licensed("entitlementManagement", [
  // v1.0's names: https://learn.microsoft.com/graph/api/resources/entitlementmanagement-overview?view=graph-rest-1.0
  ...bothVersions.flatMap((version) =>
    entityRoutes({
      ...common,
      versions: [version],
      entitySet: catalogs,
      path: contextName(nameIn(version, catalogs)),
      create: (call, values) => ({ ...values, ...createdStamp(call) }),
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
  ...entityRoutes({ ...common, entitySet: policies, path: contextName(policies), change: undefined, remove: alone }),
  ...entityRoutes({
    ...common,
    versions: ["v1.0"],
    entitySet: policiesOfV1,
    path: contextName(policiesOfV1),
    objects: ({ tenant }) => [...tenant.objects(policies).values()].map(assignmentPolicyForms.inV1),
    change: undefined,
    remove: ({ tenant }, { id }) => void tenant.objects(policies).delete(id),
  }),
  ...bothVersions.flatMap((version): Route[] => {
    const path = `${entitlementPath}/${nameIn(version, policies)}`;
    const writing = { versions: [version], permissions: common.write };
    return [
      { ...writing, method: "POST", path, handle: (call) => createdEntity(call, ...savedPolicy(call)) },
      { ...writing, method: "PUT", path: `${path}/{id}`, handle: (call) => entity(call, ...savedPolicy(call)) },
    ];
  }),
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

/** A new policy, or one that replaces the path's: a property that the body omits gets its default. */
function savedPolicy(call: Call): [EntitySetName, StoredObject, string] {
  const { tenant, version, parameters } = call;
  const before = parameters["id"] === undefined ? undefined : get(tenant, policies, parameters["id"]);
  const entitySet = version === "beta" ? policies : policiesOfV1;
  const { accessPackage, ...body } = callBody(call);
  const sent = checkCreate(entitySet, version === "beta" ? callBody(call) : body, version).values;
  const accessPackageId = jsonText(innerOf(accessPackage, "id"));
  const values = assignmentPolicyFrom(
    call,
    version === "beta" ? sent : { ...assignmentPolicyForms.inBeta(sent), accessPackageId },
    before,
  );
  const { id = randomUUID(), createdBy, createdDateTime } = { ...createdStamp(call), ...before };
  const stamps = { ...modifiedStamp(call), createdBy: createdBy ?? null, createdDateTime: createdDateTime ?? null };
  const policy = complete(policies, { ...values, ...stamps, id });
  if (version !== "beta") policy[sentSettings] = sent["requestorSettings"] ?? null;
  tenant.objects(policies).set(id, policy);
  call.cloud.changed();
  return [entitySet, version === "beta" ? policy : assignmentPolicyForms.inV1(policy), contextName(entitySet)];
}
