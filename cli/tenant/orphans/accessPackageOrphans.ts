/**
 * Orphans of entitlement management: the catalog, its groups, the access packages, what they give
 * and their policies. Graph beta, as azuread.
 */
import { equals, graphList, tiers as tierKeys, type GraphCall } from "@defender-mssp/microsoft";
import { accessCatalogName, groupNameInDirectory } from "../../../domain/naming";
import type { Settings } from "../../../settings";
import { deletionOf, partEvidence, text, undated, type GraphObject, type Known, type Orphan } from "./orphan";
import { azuread, component } from "../../../domain/resourceTypes";
import { accessPackagesName } from "../../../domain/resourceNames";

const base = "/beta/identityGovernance/entitlementManagement";
const parent = { name: accessPackagesName, type: component("AnalystAccessPackages") };

/** Orphans of the model `entitlement`; none for other models. */
export async function accessPackageOrphans(
  call: GraphCall,
  { portalAccess }: Settings,
  known: Known,
): Promise<Orphan[]> {
  if (portalAccess.model !== "entitlement") return [];
  const catalogs = await graphList(
    call,
    `${base}/accessPackageCatalogs?$filter=${equals("displayName", accessCatalogName)}`,
  );
  const packages = (await graphList(call, `${base}/accessPackages`)).filter(({ catalogId }) =>
    catalogs.some(({ id }) => id === catalogId),
  );
  const [mine, others] = [catalogs.filter(isKnown(known)), catalogs.filter((one) => !isKnown(known)(one))];
  const names = Object.values(portalAccess.tiers).map(({ name }) => groupNameInDirectory(name));
  const orphanPackages = packages.filter((one) => !isKnown(known)(one) && names.includes(text(one, "displayName")));
  const knownPackages = packages.filter(isKnown(known));
  return [
    // Parts before the object that contains them.
    ...(await policies(call, knownPackages, known)),
    ...(await roles(call, knownPackages, known)),
    ...orphanPackages.map((one) => orphanPackage(one, portalAccess.tiers, known)),
    ...(await resources(call, mine, known)),
    ...others.map((one) => orphanCatalog(one, known)),
  ];
}

function orphanCatalog(catalog: GraphObject, known: Known): Orphan {
  const type = azuread("AccessPackageCatalog");
  const id = text(catalog, "id");
  return {
    ...described(catalog, `catalog "${text(catalog, "displayName")}"`, known, type),
    removal: deletionOf(`${base}/accessPackageCatalogs/${id}`),
    importArguments: known.importOf(type, `${parent.name}-catalog`, id, parent.type),
  };
}

type Tiers = Extract<Settings["portalAccess"], { tiers: unknown }>["tiers"];

function orphanPackage(one: GraphObject, tiers: Tiers, known: Known): Orphan {
  const type = azuread("AccessPackage");
  const [id, name] = [text(one, "id"), text(one, "displayName")];
  const tier = tierKeys.find((candidate) => groupNameInDirectory(tiers[candidate].name) === name);
  return {
    ...described(one, `access package "${name}"`, known, type),
    removal: deletionOf(`${base}/accessPackages/${id}`),
    importArguments: tier && known.importOf(type, `${parent.name}-${tier}-package`, id, parent.type),
  };
}

async function policies(call: GraphCall, packages: readonly GraphObject[], known: Known): Promise<Orphan[]> {
  const type = azuread("AccessPackageAssignmentPolicy");
  const found = packages.length === 0 ? [] : await graphList(call, `${base}/accessPackageAssignmentPolicies`);
  return found
    .filter(({ accessPackageId }) => packages.some(({ id }) => id === accessPackageId))
    .filter((one) => !isKnown(known)(one))
    .map((one) => ({
      ...described(one, `assignment policy "${text(one, "displayName")}"`, known, type),
      removal: deletionOf(`${base}/accessPackageAssignmentPolicies/${text(one, "id")}`),
    }));
}

/** Roles of a package, which Graph lists only inside the package. */
async function roles(call: GraphCall, packages: readonly GraphObject[], known: Known): Promise<Orphan[]> {
  const expand = "accessPackageResourceRoleScopes($expand=accessPackageResourceRole,accessPackageResourceScope)";
  const found = packages.map(async (one): Promise<Orphan[]> => {
    const path = `${base}/accessPackages/${text(one, "id")}`;
    const { body } = await call(`${path}?$expand=${encodeURIComponent(expand)}`, { accept: [404] });
    const given = ((body ?? {}) as { accessPackageResourceRoleScopes?: readonly GraphObject[] })
      .accessPackageResourceRoleScopes;
    return (given ?? [])
      .filter((scope) => !known.hasBeginning(`${text(one, "id")}/${text(scope, "id")}/`))
      .map((scope) => ({
        ...inside(
          `access package "${text(one, "displayName")}"`,
          "a role that it gives",
          text(scope, "id"),
          known.isPending(azuread("AccessPackageResourcePackageAssociation"), { accessPackageId: text(one, "id") }),
        ),
        removal: deletionOf(`${path}/accessPackageResourceRoleScopes/${text(scope, "id")}`),
      }));
  });
  return (await Promise.all(found)).flat();
}

/** The stack's own groups in its catalog; other resources are ignored. */
async function resources(call: GraphCall, catalogs: readonly GraphObject[], known: Known): Promise<Orphan[]> {
  const found = catalogs.map(async (catalog): Promise<Orphan[]> => {
    const id = text(catalog, "id");
    const there = await graphList(call, `${base}/accessPackageCatalogs/${id}/accessPackageResources`);
    return there
      .filter((one) => known.has(text(one, "originId")) && !known.hasWhole(`${id}/${text(one, "originId")}`))
      .map((one) => ({
        ...inside(
          `catalog "${text(catalog, "displayName")}"`,
          `the group "${text(one, "displayName")}"`,
          id,
          known.isPending(azuread("AccessPackageResourceCatalogAssociation"), {
            resourceOriginId: text(one, "originId"),
          }),
        ),
        removal: {
          method: "POST",
          path: `${base}/accessPackageResourceRequests`,
          json: {
            catalogId: id,
            executeImmediately: true,
            requestType: "AdminRemove",
            accessPackageResource: { originId: text(one, "originId"), originSystem: text(one, "originSystem") },
          },
        },
      }));
  });
  return (await Promise.all(found)).flat();
}

function isKnown(known: Known): (one: GraphObject) => boolean {
  return (one) => known.has(text(one, "id"));
}

function described(one: GraphObject, what: string, known: Known, type: string): Omit<Orphan, "removal"> {
  return {
    what,
    id: text(one, "id"),
    createdOn: text(one, "createdDateTime"),
    createdBy: text(one, "createdBy"),
    evidence: known.describedEvidence(text(one, "description")),
    interrupted: known.isPending(type, { displayName: text(one, "displayName") }),
    restorable: false,
    importArguments: undefined,
  };
}

function inside(owner: string, what: string, id: string, interrupted: boolean): Omit<Orphan, "removal"> {
  return undated(`${what}, in the ${owner}`, id, partEvidence(`the ${owner}`), interrupted);
}
