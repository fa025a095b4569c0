/**
 * Additions to the stack's access packages: policies of others, and assignments by other policies
 * or to people outside the MSSP. Reading needs `EntitlementManagement.Read.All`. Graph beta, as the
 * azuread provider:
 * https://learn.microsoft.com/graph/api/entitlementmanagement-list-accesspackageassignments?view=graph-rest-beta
 */
import { azRest, chain } from "@defender-mssp/tenant";
import {
  assignmentRemoval,
  graphAssignmentPolicies,
  graphList,
  listPackageAssignments,
  packageAssignmentRequestsPath,
  type PackageAssignment,
} from "@defender-mssp/microsoft";
import type { FoundAddition } from "./addition";
import type { AdditionsTenant } from "./tenant";

/** The step that ends an assignment, for an administrator of the tenant. */
export function removalOf({ graph }: AdditionsTenant, { id }: Pick<PackageAssignment, "id">): string {
  return azRest("POST", `${graph}${packageAssignmentRequestsPath}`, assignmentRemoval(id));
}

/** The assignments of the stack's packages that give access now. */
export async function assignmentsOf(tenant: AdditionsTenant): Promise<readonly PackageAssignment[]> {
  const packages = tenant.deployed.all("accessPackage").map(({ objectId }) => objectId);
  return (await listPackageAssignments(tenant.call)).filter(({ accessPackageId }) =>
    packages.includes(accessPackageId.toLowerCase()),
  );
}

/** Object IDs of those who hold a package by a policy of the stack's, and belong to the MSSP. */
export function holdersOf(tenant: AdditionsTenant, assignments: readonly PackageAssignment[]): ReadonlySet<string> {
  const ours = assignments.filter((one) => problemOf(tenant, one) === undefined);
  return new Set(ours.flatMap(({ target }) => target?.objectId?.toLowerCase() ?? []));
}

function problemOf(
  { deployed }: AdditionsTenant,
  { assignmentPolicyId, target }: PackageAssignment,
): string | undefined {
  if (assignmentPolicyId === null || !deployed.has(assignmentPolicyId)) return "by a policy that is not the stack's";
  const organization = target?.connectedOrganizationId;
  if (organization == null || !deployed.has(organization))
    return "to somebody outside the MSSP's connected organization";
  return undefined;
}

export function assignmentAdditions(
  tenant: AdditionsTenant,
  assignments: readonly PackageAssignment[],
): FoundAddition[] {
  return assignments.flatMap((one) => {
    const problem = problemOf(tenant, one);
    if (problem === undefined) return [];
    return [
      {
        kind: "access package assignment",
        to: `access package ${one.accessPackageId}`,
        what: `assignment to ${one.target?.displayName ?? "somebody"} (${one.target?.email ?? one.target?.objectId ?? ""}), ${problem}`,
        id: one.id,
        chains: one.target?.objectId
          ? [chain({ kind: "accessPackageAssignment", principal: one.target.objectId, object: one.id })]
          : [],
        targets: [one.id, one.accessPackageId],
        // The request that made the assignment does not know its ID.
        mentions: one.target?.objectId ? [one.accessPackageId, one.target.objectId] : [one.id],
        step: removalOf(tenant, one),
      },
    ];
  });
}

interface Policy {
  readonly id: string;
  readonly accessPackageId: string;
  readonly displayName: string;
  readonly createdDateTime: string | null;
}

export async function policyAdditions(tenant: AdditionsTenant): Promise<FoundAddition[]> {
  const packages = tenant.deployed.all("accessPackage").map(({ objectId }) => objectId);
  return (await graphList<Policy>(tenant.call, graphAssignmentPolicies.path))
    .filter(({ id, accessPackageId }) => packages.includes(accessPackageId.toLowerCase()) && !tenant.deployed.has(id))
    .map(({ id, accessPackageId, displayName, createdDateTime }) => ({
      kind: "assignment policy",
      to: `access package ${accessPackageId}`,
      what: `assignment policy "${displayName}"`,
      id,
      createdOn: createdDateTime ?? "",
      targets: [id, accessPackageId],
      step: azRest("DELETE", `${tenant.graph}${graphAssignmentPolicies.item(id)}`),
    }));
}
