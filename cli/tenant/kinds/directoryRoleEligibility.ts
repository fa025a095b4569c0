import { directoryRoleName, equals } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { directoryRoleEligibility as kind } from "../../../domain/kinds/directoryRoleEligibility";
import { azRest } from "../azRest";
import { eligibilitySchedules } from "./eligibilitySchedules";
import type { AccessPrincipal, HeldGrant, KindCalls, KindTenant } from "./kindCalls";

export const directoryRoleEligibility: KindCalls = {
  presence: notApplicable("the stack's state has none"),
  search: notApplicable("found with the principal that has it"),
  held: eligibleRoles,
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedule */
interface RoleEligibility {
  readonly id: string;
  readonly principalId: string;
  readonly roleDefinitionId: string;
  /** `/` is the whole tenant. */
  readonly directoryScopeId: string | null;
}

async function eligibleRoles(tenant: KindTenant, { id }: AccessPrincipal): Promise<HeldGrant[]> {
  const path = `${kind.address}?$filter=${equals("principalId", id)}`;
  return (await eligibilitySchedules<RoleEligibility>(tenant, path)).map((eligibility) => ({
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
  return azRest("POST", `${graphUrl}/v1.0/roleManagement/directory/roleEligibilityScheduleRequests`, {
    ...{ action: "adminRemove", principalId, roleDefinitionId, directoryScopeId },
  });
}
