import { assignmentRemoval, listPackageAssignments, packageAssignmentRequestsPath } from "@defender-mssp/microsoft";
import { azRest } from "../azRest";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

export const accessPackageAssignment = {
  held: heldPackages,
} satisfies KindCalls;

async function heldPackages(tenant: KindTenant, { type, id }: AccessPrincipal): Promise<HeldGrant[]> {
  if (type !== "user") return [];
  return (await listPackageAssignments(tenant.graph))
    .filter(({ target }) => target?.objectId?.toLowerCase() === id.toLowerCase())
    .map((assignment) => ({
      kind: "accessPackageAssignment",
      name: "access package",
      id: assignment.id,
      what: `the access package ${assignment.accessPackageId}`,
      step: azRest("POST", `${tenant.graphUrl}${packageAssignmentRequestsPath}`, assignmentRemoval(assignment.id)),
    }));
}
