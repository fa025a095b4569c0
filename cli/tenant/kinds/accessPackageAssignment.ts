import { notApplicable } from "../../../domain/kinds/accessKind";
import { azRest } from "../azRest";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

export const accessPackageAssignment: KindCalls = {
  presence: notApplicable("people hold it: the stack's state has none"),
  search: notApplicable("found with the principal that has it"),
  held: heldPackages,
};

interface PackageAssignment {
  readonly id: string;
  readonly accessPackageId: string;
  readonly assignmentState: string | null;
  readonly target?: { readonly objectId: string | null } | null;
}

const base = "/beta/identityGovernance/entitlementManagement";

async function heldPackages(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type !== "user") return [];
  return (await tenant.list<PackageAssignment>(`${base}/accessPackageAssignments?$expand=target`))
    .filter(
      ({ target, assignmentState }) =>
        target?.objectId?.toLowerCase() === id.toLowerCase() && assignmentState !== "Expired",
    )
    .map((assignment) => ({
      kind: "accessPackageAssignment",
      name: "access package",
      id: assignment.id,
      what: `the access package ${assignment.accessPackageId}`,
      step: azRest("POST", `${tenant.graphUrl}${base}/accessPackageAssignmentRequests`, {
        ...{ requestType: "AdminRemove", accessPackageAssignment: { id: assignment.id } },
      }),
    }));
}
