import { directoryRoleName, graphRoleAssignments, listRolesOf } from "@defender-mssp/microsoft";
import { directoryRoleAssignment as kind } from "../../../domain/kinds/directoryRoleAssignment";
import { deletionStep, graphPresence } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

export const directoryRoleAssignment = {
  presence: graphPresence(kind.address),
  held: roles,
} satisfies KindCalls;

async function roles(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  return (await listRolesOf(tenant.graph, id)).map(({ id: assignment, roleDefinitionId }) => ({
    kind: "directoryRoleAssignment",
    name: "directory role",
    id: assignment,
    what: `the directory role ${directoryRoleName(roleDefinitionId)}`,
    step: deletionStep(tenant, graphRoleAssignments.item(assignment)),
  }));
}
