/** Roles of Defender's unified RBAC. */
import {
  graphDefenderAssignments,
  graphDefenderRoles,
  listRoleAssignments,
  listRoleDefinitions,
} from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { deletionStep } from "./graphPresence";
import type { AccessPrincipal, HeldGrant, KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const defenderRoles = {
  defenderRole: {
    presence: definitionPresence,
    search: markedObjects({
      kind: "defenderRole",
      collection: graphDefenderRoles.path,
      read: ({ graph }) => listRoleDefinitions(graph),
    }),
  },
  defenderRoleAssignment: { presence: assignmentPresence, held: assignments },
} satisfies Partial<Record<KindKey, KindCalls>>;

/** Graph has no read of one definition: the list shows it. */
async function definitionPresence({ graph }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listRoleDefinitions(graph)).some(
    (definition) => definition.id.toLowerCase() === id.toLowerCase(),
  );
  return { state: isFound ? "found" : "notFound" };
}

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
