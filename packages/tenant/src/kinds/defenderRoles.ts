/** Roles of Defender's unified RBAC. */
import {
  graphDefenderAssignments,
  graphDefenderRoles,
  listRoleAssignments,
  listRoleDefinitions,
} from "@defender-mssp/microsoft";
import { foundWithPrincipal, type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { deletionStep } from "../presence";
import type { Principal, Edge, TenantReader, ObjectIdentity, Presence } from "../reader";
import { markedNodes } from "../markedNodes";

export const defenderRoles = {
  /** A custom role of Microsoft Defender XDR's unified RBAC. */
  defenderRole: {
    singular: "Defender role",
    address: notApplicable("Graph reads it in the list of all roles only"),
    read: graphDefenderRoles.read,
    held: notApplicable("its assignments are a kind of their own"),
    presence: definitionPresence,
    search: markedNodes({
      kind: "defenderRole",
      collection: graphDefenderRoles.path,
      read: ({ graph }) => listRoleDefinitions(graph),
    }),
  },
  /** An assignment of a Defender role to groups. */
  defenderRoleAssignment: {
    singular: "Defender role assignment",
    address: notApplicable("Graph reads it in the list of all assignments only"),
    read: graphDefenderAssignments.read,
    search: notApplicable(foundWithPrincipal),
    presence: assignmentPresence,
    held: assignments,
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

/** Graph has no read of one definition: the list shows it. */
async function definitionPresence({ graph }: TenantReader, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listRoleDefinitions(graph)).some(
    (definition) => definition.id.toLowerCase() === id.toLowerCase(),
  );
  return { state: isFound ? "found" : "notFound" };
}

async function assignmentPresence({ graph }: TenantReader, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listRoleAssignments(graph)).some(
    (assignment) => assignment.id.toLowerCase() === id.toLowerCase(),
  );
  return { state: isFound ? "found" : "notFound" };
}

async function assignments(tenant: TenantReader, { id }: Principal): Promise<Edge[]> {
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
