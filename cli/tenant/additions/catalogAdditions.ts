/**
 * Additions to the stack's catalog and to what its access packages give. Reading needs
 * `EntitlementManagement.Read.All`.
 */
import { azRest } from "@defender-mssp/tenant";
import {
  catalogResourceRequestsPath,
  catalogResourcesPath,
  graphAccessPackages,
  graphList,
  packageRolePath,
  packageRolesPath,
} from "@defender-mssp/microsoft";
import type { FoundAddition } from "./addition";
import { kindTenant, type AdditionsTenant } from "./tenant";

/** Resources and packages of the stack's catalogs, and the roles that its packages give. */
export async function catalogAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const ofCatalogs = tenant.deployed
    .all("accessPackageCatalog")
    .map(async ({ objectId }) => [...(await resources(tenant, objectId)), ...(await packages(tenant, objectId))]);
  const roles = tenant.deployed.all("accessPackage").map(({ objectId }) => packageRoles(tenant, objectId));
  return (await Promise.all([...ofCatalogs, ...roles])).flat();
}

interface CatalogResource {
  readonly id: string;
  readonly displayName: string | null;
  readonly originId: string;
  readonly originSystem: string;
}

async function resources({ call, deployed, graph }: AdditionsTenant, catalogId: string): Promise<FoundAddition[]> {
  const declared = deployed
    .all("catalogResource")
    .map(({ inputs }) => String(inputs["resourceOriginId"]).toLowerCase());
  return (await graphList<CatalogResource>(call, catalogResourcesPath(catalogId)))
    .filter(({ originId }) => !declared.includes(originId.toLowerCase()))
    .map(({ id, displayName, originId, originSystem }) => ({
      kind: "catalog resource",
      to: `catalog ${catalogId}`,
      what: `resource "${displayName ?? originId}" (${originSystem} ${originId})`,
      id,
      targets: [catalogId, id],
      step: azRest("POST", `${graph}${catalogResourceRequestsPath}`, {
        catalogId,
        requestType: "AdminRemove",
        accessPackageResource: { id, originId, originSystem },
      }),
    }));
}

interface CatalogPackage {
  readonly id: string;
  readonly displayName: string;
  readonly catalogId: string;
}

/** A package of the stack's catalog gives the groups that the catalog has. */
async function packages(tenant: AdditionsTenant, catalogId: string): Promise<FoundAddition[]> {
  return (await kindTenant(tenant).list<CatalogPackage>(graphAccessPackages.path))
    .filter((found) => found.catalogId.toLowerCase() === catalogId && !tenant.deployed.has(found.id))
    .map(({ id, displayName }) => ({
      kind: "access package",
      to: `catalog ${catalogId}`,
      what: `access package "${displayName}"`,
      id,
      targets: [id],
      step: azRest("DELETE", `${tenant.graph}${graphAccessPackages.item(id)}`),
    }));
}

interface RoleScope {
  readonly id: string;
  readonly accessPackageResourceRole?: { readonly displayName?: string | null; readonly originId?: string | null };
}

async function packageRoles({ call, deployed, graph }: AdditionsTenant, packageId: string): Promise<FoundAddition[]> {
  const declared = deployed.all("accessPackageResource").map(({ id }) => id);
  const { status, body } = await call(packageRolesPath(packageId, "Role"), { accept: [404] });
  // The engine reports a deleted package.
  if (status === 404) return [];
  const { accessPackageResourceRoleScopes: scopes = [] } = body as {
    readonly accessPackageResourceRoleScopes?: readonly RoleScope[];
  };
  return scopes
    .filter(({ id }) => !declared.some((association) => association.includes(id)))
    .map(({ id, accessPackageResourceRole: role }) => ({
      kind: "access package role",
      to: `access package ${packageId}`,
      what: `the role ${role?.displayName ?? ""} (${role?.originId ?? id})`,
      id,
      targets: [packageId, id],
      step: azRest("DELETE", `${graph}${packageRolePath(packageId, id)}`),
    }));
}
