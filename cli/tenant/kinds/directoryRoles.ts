/** Directory roles of Microsoft Entra ID, assigned and eligible. */
import {
  directoryRoleName,
  graphRoleAssignments,
  listEligibleRolesOf,
  listRolesOf,
  type RoleEligibility,
  roleEligibilityRequestsPath,
} from "@defender-mssp/microsoft";
import type { KindKey } from "../../../domain/kinds/kinds";
import { azRest } from "../azRest";
import { deletionStep, graphPresence } from "./graphPresence";
import type { AccessPrincipal, HeldGrant, KindCalls, KindTenant } from "./kindCalls";

export const directoryRoles = {
  directoryRoleAssignment: { presence: graphPresence(graphRoleAssignments.path), held: roles },
  directoryRoleEligibility: { held: eligibleRoles },
} satisfies Partial<Record<KindKey, KindCalls>>;

/** Assigned and eligible ones. */
export async function heldRoles(tenant: KindTenant, principal: AccessPrincipal): Promise<HeldGrant[]> {
  return [...(await roles(tenant, principal)), ...(await eligibleRoles(tenant, principal))];
}

async function roles(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  return (await listRolesOf(tenant.graph, id)).map(({ id: assignment, roleDefinitionId, directoryScopeId }) => ({
    kind: "directoryRoleAssignment",
    name: "directory role",
    id: assignment,
    what: `the directory role ${directoryRoleName(roleDefinitionId)}${scopeText({ directoryScopeId })}`,
    step: deletionStep(tenant, graphRoleAssignments.item(assignment)),
  }));
}

async function eligibleRoles(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  return (await listEligibleRolesOf(tenant.graph, id)).map((eligibility) => ({
    kind: "directoryRoleEligibility",
    name: "eligible directory role",
    id: eligibility.id,
    what: `the eligible directory role ${directoryRoleName(eligibility.roleDefinitionId)}${scopeText(eligibility)}`,
    step: endOfEligibility(tenant, eligibility),
  }));
}

function scopeText({ directoryScopeId }: Pick<RoleEligibility, "directoryScopeId">): string {
  return directoryScopeId === null || directoryScopeId === "/" ? "" : ` in ${directoryScopeId}`;
}

/** https://learn.microsoft.com/graph/api/rbacapplication-post-roleeligibilityschedulerequests */
function endOfEligibility(
  { graphUrl }: KindTenant,
  { principalId, roleDefinitionId, directoryScopeId }: RoleEligibility,
): string {
  return azRest("POST", `${graphUrl}${roleEligibilityRequestsPath}`, {
    action: "adminRemove",
    principalId,
    roleDefinitionId,
    directoryScopeId,
  });
}
