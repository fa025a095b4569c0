import { directoryRoleName, equals } from "@defender-mssp/microsoft";
import { directoryRoleAssignment as kind } from "../../../domain/kinds/directoryRoleAssignment";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep, graphPresence } from "./graphPresence";
import type { HeldGrant, KindCalls, KindTenant, AccessPrincipal } from "./kindCalls";

const collection = kind.address;

export const directoryRoleAssignment: KindCalls = {
  presence: graphPresence(collection),
  search: notApplicable("found with the principal that has it"),
  held: roles,
};

interface RoleAssignment {
  readonly id: string;
  readonly roleDefinitionId: string;
}

async function roles(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  const assignments = await tenant.list<RoleAssignment>(`${collection}?$filter=${equals("principalId", id)}`);
  return assignments.map(({ id: assignment, roleDefinitionId }) => ({
    kind: "directoryRoleAssignment",
    name: "directory role",
    id: assignment,
    what: `the directory role ${directoryRoleName(roleDefinitionId)}`,
    step: deletionStep(tenant, `${collection}/${assignment}`),
  }));
}
