/**
 * Parts of the stack's access packages and catalogs that its state does not have: what a package gives,
 * and the stack's groups in a catalog. Graph beta, as azuread.
 */
import { type TenantReader } from "@defender-mssp/tenant";
import {
  catalogResourceRequestsPath,
  catalogResourcesPath,
  goneStatuses,
  graphCatalogs,
  isGone,
  packageRolePath,
  packageRolesPath,
} from "@defender-mssp/microsoft";
import {
  accessPackage,
  accessPackageCatalog,
  accessPackageResource,
  catalogResource,
} from "../../../domain/kinds/accessPackages";
import {
  deletionOf,
  partEvidence,
  text,
  undated,
  type GraphObject,
  type Known,
  type Orphan,
  type OrphanLook,
} from "./orphan";

/** Looks for what packages give, and for groups in catalogs. */
export function accessPackageOrphans(tenant: TenantReader, known: Known): readonly OrphanLook[] {
  return [
    { kind: accessPackageResource, find: () => packageRoles(tenant, known) },
    { kind: catalogResource, find: () => catalogResources(tenant, known) },
  ];
}

/** Roles of a package, which Graph lists only inside the package. */
async function packageRoles({ graph }: TenantReader, known: Known): Promise<readonly Orphan[]> {
  const roles = known.objectIds(accessPackage).map(async (packageId): Promise<Orphan[]> => {
    const answer = await graph(packageRolesPath(packageId, "Role", "Scope"), { accept: goneStatuses });
    if (isGone(answer)) return [];
    const { accessPackageResourceRoleScopes: scopes = [], displayName } = answer.body as {
      accessPackageResourceRoleScopes?: readonly GraphObject[];
      displayName: string;
    };
    return scopes
      .filter((scope) => !known.hasBeginning(`${packageId}/${text(scope, "id")}/`))
      .map((scope) => ({
        ...inside(
          `access package "${displayName}"`,
          "a role that it gives",
          text(scope, "id"),
          known.isPending(accessPackageResource.types, { accessPackageId: packageId }),
        ),
        removal: deletionOf(packageRolePath(packageId, text(scope, "id"))),
      }));
  });
  return (await Promise.all(roles)).flat();
}

/** The stack's own groups in its catalog; other resources are ignored. */
async function catalogResources({ graph, list }: TenantReader, known: Known): Promise<readonly Orphan[]> {
  const resources = known.objectIds(accessPackageCatalog).map(async (catalogId): Promise<Orphan[]> => {
    const answer = await graph(graphCatalogs.item(catalogId), { accept: goneStatuses });
    if (isGone(answer)) return [];
    const catalog = `catalog "${text(answer.body as GraphObject, "displayName")}"`;
    return (await list<GraphObject>(catalogResourcesPath(catalogId)))
      .filter(
        (resource) =>
          known.has(text(resource, "originId")) && !known.hasWhole(`${catalogId}/${text(resource, "originId")}`),
      )
      .map((resource) => ({
        ...inside(
          catalog,
          `the group "${text(resource, "displayName")}"`,
          catalogId,
          known.isPending(catalogResource.types, { resourceOriginId: text(resource, "originId") }),
        ),
        removal: {
          method: "POST",
          path: catalogResourceRequestsPath,
          json: {
            catalogId,
            executeImmediately: true,
            requestType: "AdminRemove",
            accessPackageResource: {
              originId: text(resource, "originId"),
              originSystem: text(resource, "originSystem"),
            },
          },
        },
      }));
  });
  return (await Promise.all(resources)).flat();
}

function inside(owner: string, what: string, id: string, interrupted: boolean): Omit<Orphan, "removal"> {
  return undated(`${what}, in the ${owner}`, id, partEvidence(`the ${owner}`), interrupted);
}
