/**
 * Additions to the stack's Defender roles: assignments to others. Reading needs
 * `RoleManagement.Read.Defender`.
 */
import { azRest, chain } from "@defender-mssp/tenant";
import { graphDefenderAssignments, listRoleAssignments } from "@defender-mssp/microsoft";
import { upRefresh, type FoundAddition } from "./addition";
import { textsOf } from "../deployed";
import { connectorPrincipals, peopleOf } from "./heldAdditions";
import type { AdditionsTenant } from "./tenant";

/** Assignments of the stack's roles to others, and of others' roles to the stack's groups and people. */
export async function defenderRoleAdditions(
  tenant: AdditionsTenant,
  holders: ReadonlySet<string> = new Set(),
): Promise<FoundAddition[]> {
  const { call, deployed, graph } = tenant;
  const groups = tenant.deployed.all("group").map(({ objectId }) => objectId);
  const others = [...peopleOf(tenant, holders), ...connectorPrincipals(tenant)];
  return (await listRoleAssignments(call)).flatMap((one): FoundAddition[] => {
    const principals = one.principalIds.map((id) => id.toLowerCase());
    const isOurRole = deployed.has(one.roleDefinitionId);
    const holder = others.find(({ id }) => principals.includes(id));
    const isGroups = principals.some((id) => groups.includes(id));
    if (!isOurRole && !isGroups && holder === undefined) return [];
    const ours = deployed.all("defenderRoleAssignment").find(({ objectId }) => objectId === one.id.toLowerCase());
    const wanted = textsOf(ours?.inputs["principalIds"]);
    const foreign = principals.filter((id) => !wanted.includes(id));
    if (ours !== undefined && foreign.length === 0) return [];
    return [
      {
        kind: "role assignment",
        to: isOurRole ? `Defender role "${one.displayName}"` : isGroups ? "the stack's groups" : (holder?.name ?? ""),
        what: `assignment "${one.displayName}" of the role ${one.roleDefinitionId} to ${(foreign.length > 0 ? foreign : principals).join(", ")}`,
        id: one.id,
        chains: principals.map((principal) => chain({ kind: "defenderRoleAssignment", principal, object: one.id })),
        targets: [],
        step: ours === undefined ? azRest("DELETE", `${graph}${graphDefenderAssignments.item(one.id)}`) : upRefresh,
      },
    ];
  });
}
