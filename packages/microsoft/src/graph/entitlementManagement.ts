/**
 * Catalogs, access packages, their policies and assignments, in Graph beta as azuread uses it.
 * https://learn.microsoft.com/graph/api/resources/entitlementmanagement-overview?view=graph-rest-beta
 */
import { graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";

const base = "/beta/identityGovernance/entitlementManagement";

export const entitlementPermissions = {
  read: ["EntitlementManagement.Read.All"],
  write: ["EntitlementManagement.ReadWrite.All"],
} as const;

export const graphCatalogs = graphCollection(`${base}/accessPackageCatalogs`, entitlementPermissions);
export const graphAccessPackages = graphCollection(`${base}/accessPackages`, entitlementPermissions);
export const graphAssignmentPolicies = graphCollection(
  `${base}/accessPackageAssignmentPolicies`,
  entitlementPermissions,
);

/** A POST gives or removes an assignment. */
export const packageAssignmentRequestsPath = `${base}/accessPackageAssignmentRequests`;

/** A POST adds a resource to a catalog, or removes it. */
export const catalogResourceRequestsPath = `${base}/accessPackageResourceRequests`;

/** Resources of a catalog, such as groups. */
export function catalogResourcesPath(catalogId: string): string {
  return `${graphCatalogs.item(catalogId)}/accessPackageResources`;
}

/** What an access package gives: Graph lists it only inside the package. */
export function packageRolesPath(packageId: string, ...expanded: readonly ("Role" | "Scope")[]): string {
  const nested = expanded.map((part) => `accessPackageResource${part}`).join(",");
  const expand = `accessPackageResourceRoleScopes${nested === "" ? "" : `($expand=${nested})`}`;
  return `${graphAccessPackages.item(packageId)}?$expand=${encodeURIComponent(expand)}`;
}

/** A DELETE takes the role out of the access package. */
export function packageRolePath(packageId: string, roleScopeId: string): string {
  return `${graphAccessPackages.item(packageId)}/accessPackageResourceRoleScopes/${encodeURIComponent(roleScopeId)}`;
}

/** An access package that somebody holds, held or asked for. */
export interface PackageAssignment {
  readonly id: string;
  readonly accessPackageId: string;
  readonly assignmentPolicyId: string | null;
  readonly assignmentState: string | null;
  readonly target?: {
    readonly objectId: string | null;
    readonly displayName: string | null;
    readonly email: string | null;
    readonly connectedOrganizationId: string | null;
  } | null;
}

/** The assignments of all access packages: those that give access now, or also those that have ended. */
export async function listPackageAssignments(
  call: GraphCall,
  { withExpired = false } = {},
): Promise<PackageAssignment[]> {
  const all = await graphList<PackageAssignment>(call, `${base}/accessPackageAssignments?$expand=target`);
  return withExpired ? all : all.filter(({ assignmentState }) => assignmentState !== "Expired");
}

/** The body of a request that ends an assignment. */
export function assignmentRemoval(id: string): object {
  return { requestType: "AdminRemove", accessPackageAssignment: { id } };
}
