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
import { accessPackageResource, catalogResource } from "../../../domain/kinds/accessPackages";
import type { Deployed } from "../deployed";
import { deletionOf, partEvidence, text, undated, type GraphObject, type Orphan, type OrphanLook } from "./orphan";

/** Looks for what packages give, and for groups in catalogs. */
export function accessPackageOrphans(tenant: TenantReader, deployed: Deployed): readonly OrphanLook[] {
  return [
    { kind: accessPackageResource, find: () => packageRoles(tenant, deployed) },
    { kind: catalogResource, find: () => catalogResources(tenant, deployed) },
  ];
}

/** Roles of a package, which Graph lists only inside the package. */
async function packageRoles({ graph }: TenantReader, deployed: Deployed): Promise<readonly Orphan[]> {
  const roles = deployed.all("accessPackage").map(async ({ objectId: packageId }): Promise<Orphan[]> => {
    const answer = await graph(packageRolesPath(packageId, "Role", "Scope"), { accept: goneStatuses });
    if (isGone(answer)) return [];
    const { accessPackageResourceRoleScopes: scopes = [], displayName } = answer.body as {
      accessPackageResourceRoleScopes?: readonly GraphObject[];
      displayName: string;
    };
    return scopes
      .filter((scope) => !deployed.hasBeginning(`${packageId}/${text(scope, "id")}/`))
      .map((scope) => ({
        ...inside(
          `access package "${displayName}"`,
          "a role that it gives",
          text(scope, "id"),
          deployed.isCreating(accessPackageResource, { accessPackageId: packageId }),
        ),
        removal: deletionOf(packageRolePath(packageId, text(scope, "id"))),
      }));
  });
  return (await Promise.all(roles)).flat();
}

/** The stack's own groups in its catalog; other resources are ignored. */
async function catalogResources({ graph, list }: TenantReader, deployed: Deployed): Promise<readonly Orphan[]> {
  const resources = deployed.all("accessPackageCatalog").map(async ({ objectId: catalogId }): Promise<Orphan[]> => {
    const answer = await graph(graphCatalogs.item(catalogId), { accept: goneStatuses });
    if (isGone(answer)) return [];
    const catalog = `catalog "${text(answer.body as GraphObject, "displayName")}"`;
    return (await list<GraphObject>(catalogResourcesPath(catalogId)))
      .filter(
        (resource) =>
          deployed.has(text(resource, "originId")) && !deployed.hasWhole(`${catalogId}/${text(resource, "originId")}`),
      )
      .map((resource) => ({
        ...inside(
          catalog,
          `the group "${text(resource, "displayName")}"`,
          catalogId,
          deployed.isCreating(catalogResource, { resourceOriginId: text(resource, "originId") }),
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
