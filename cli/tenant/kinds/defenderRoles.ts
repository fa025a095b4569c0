import {
  graphDefenderAssignments,
  graphDefenderRoles,
  listRoleAssignments,
  listRoleDefinitions,
} from "@defender-mssp/microsoft";
import { deletionStep } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, ObjectIdentity, Presence, AccessPrincipal } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const defenderRole = {
  presence: definitionPresence,
  search: markedObjects({
    kind: "defenderRole",
    collection: graphDefenderRoles.path,
    read: ({ graph }) => listRoleDefinitions(graph),
  }),
} satisfies KindCalls;

/** Graph has no read of one definition: the list shows it. */
async function definitionPresence({ graph }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listRoleDefinitions(graph)).some(
    (definition) => definition.id.toLowerCase() === id.toLowerCase(),
  );
  return { state: isFound ? "found" : "notFound" };
}

export const defenderRoleAssignment = {
  presence: assignmentPresence,
  held: assignments,
} satisfies KindCalls;

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
