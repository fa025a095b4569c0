import { graphDefenderAssignments, listRoleAssignments } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, ObjectIdentity, Presence, AccessPrincipal } from "./kindCalls";

export const defenderRoleAssignment: KindCalls = {
  presence: assignmentPresence,
  search: notApplicable("found with the principal that has it"),
  held: assignments,
};

async function assignmentPresence({ graph }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listRoleAssignments(graph)).some(
    (assignment) => assignment.id.toLowerCase() === id.toLowerCase(),
  );
  return { state: isFound ? "found" : "notFound" };
}

async function assignments(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  return (await listRoleAssignments(tenant.graph))
    .filter(({ principalIds }) => principalIds.some((principal) => principal.toLowerCase() === id.toLowerCase()))
    .map((assignment) => ({
      kind: "defenderRoleAssignment",
      name: "Defender role",
      id: assignment.id,
      what: `the Defender role ${assignment.roleDefinitionId}, by the assignment "${assignment.displayName}"`,
      step: deletionStep(tenant, graphDefenderAssignments.item(assignment.id)),
    }));
}
