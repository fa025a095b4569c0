/**
 * Additions to the stack's access packages: policies of others, and assignments by other policies
 * or to people outside the MSSP. Reading needs `EntitlementManagement.Read.All`. Graph beta, as the
 * azuread provider:
 * https://learn.microsoft.com/graph/api/entitlementmanagement-list-accesspackageassignments?view=graph-rest-beta
 */
import { graphList } from "@defender-mssp/microsoft";
import type { FoundAddition } from "./addition";
import { azRest } from "../azRest";
import type { DeployedObject } from "./deployed";
import type { AdditionsTenant } from "./tenant";

const base = "/beta/identityGovernance/entitlementManagement";
/** The step that ends an assignment, for an administrator of the tenant. */
export function removalOf({ graph }: AdditionsTenant, { id }: Pick<Assignment, "id">): string {
  const json = { requestType: "AdminRemove", accessPackageAssignment: { id } };
  return azRest("POST", `${graph}${base}/accessPackageAssignmentRequests`, json);
}

export function accessPackagesOf({ deployed }: Pick<AdditionsTenant, "deployed">): readonly DeployedObject[] {
  return deployed.all("accessPackage");
}

export interface Assignment {
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

/** The assignments of the stack's packages that give access now. */
export async function assignmentsOf(tenant: AdditionsTenant): Promise<readonly Assignment[]> {
  const all = await graphList<Assignment>(tenant.call, `${base}/accessPackageAssignments?$expand=target`);
  const packages = accessPackagesOf(tenant).map(({ objectId }) => objectId);
  return all.filter(
    ({ accessPackageId, assignmentState }) =>
      packages.includes(accessPackageId.toLowerCase()) && assignmentState !== "Expired",
  );
}

/** Object IDs of those who hold a package by a policy of the stack's, and belong to the MSSP. */
export function holdersOf(tenant: AdditionsTenant, assignments: readonly Assignment[]): ReadonlySet<string> {
  const ours = assignments.filter((one) => problemOf(tenant, one) === undefined);
  return new Set(ours.flatMap(({ target }) => target?.objectId?.toLowerCase() ?? []));
}

function problemOf({ deployed }: AdditionsTenant, { assignmentPolicyId, target }: Assignment): string | undefined {
  if (assignmentPolicyId === null || !deployed.has(assignmentPolicyId)) return "by a policy that is not the stack's";
  const organization = target?.connectedOrganizationId;
  if (organization == null || !deployed.has(organization))
    return "to somebody outside the MSSP's connected organization";
  return undefined;
}

export function assignmentAdditions(tenant: AdditionsTenant, assignments: readonly Assignment[]): FoundAddition[] {
  return assignments.flatMap((one) => {
    const problem = problemOf(tenant, one);
    if (problem === undefined) return [];
    return [
      {
        kind: "access package assignment",
        to: `access package ${one.accessPackageId}`,
        what: `assignment to ${one.target?.displayName ?? "somebody"} (${one.target?.email ?? one.target?.objectId ?? ""}), ${problem}`,
        id: one.id,
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
  const packages = accessPackagesOf(tenant).map(({ objectId }) => objectId);
  return (await graphList<Policy>(tenant.call, `${base}/accessPackageAssignmentPolicies`))
    .filter(({ id, accessPackageId }) => packages.includes(accessPackageId.toLowerCase()) && !tenant.deployed.has(id))
    .map(({ id, accessPackageId, displayName, createdDateTime }) => ({
      kind: "assignment policy",
      to: `access package ${accessPackageId}`,
      what: `assignment policy "${displayName}"`,
      id,
      createdOn: createdDateTime ?? "",
      targets: [id, accessPackageId],
      step: azRest("DELETE", `${tenant.graph}${base}/accessPackageAssignmentPolicies/${id}`),
    }));
}
