import {
  directoryRoleName,
  listEligibleRolesOf,
  roleEligibilityRequestsPath,
  type RoleEligibility,
} from "@defender-mssp/microsoft";
import { azRest } from "../azRest";
import type { AccessPrincipal, HeldGrant, KindCalls, KindTenant } from "./kindCalls";

export const directoryRoleEligibility = {
  held: eligibleRoles,
} satisfies KindCalls;

async function eligibleRoles(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  return (await listEligibleRolesOf(tenant.graph, id)).map((eligibility) => ({
    kind: "directoryRoleEligibility",
    name: "eligible directory role",
    id: eligibility.id,
    what: `the eligible directory role ${directoryRoleName(eligibility.roleDefinitionId)}${scopeText(eligibility)}`,
    step: endOfEligibility(tenant, eligibility),
  }));
}

function scopeText({ directoryScopeId }: RoleEligibility): string {
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
