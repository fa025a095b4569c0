/** Directory roles of Microsoft Entra ID, assigned and eligible. */
import {
  directoryRoleName,
  graphRoleAssignments,
  graphRoleEligibilities,
  listEligibleRolesOf,
  listRolesOf,
  type RoleEligibility,
  roleEligibilityRequestsPath,
} from "@defender-mssp/microsoft";
import { foundWithPrincipal, type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";
import { azRest } from "../azRest";
import { deletionStep, inCollection } from "../presence";
import type { Principal, Edge, TenantReader } from "../reader";

export const directoryRoles = {
  /** An assignment of a directory role, such as Security Reader. */
  directoryRoleAssignment: {
    singular: "directory role assignment",
    ...inCollection(graphRoleAssignments),
    search: notApplicable(foundWithPrincipal),
    held: roles,
  },
  /** An eligible directory role, such as Security Administrator (Privileged Identity Management). */
  directoryRoleEligibility: {
    singular: "eligible directory role",
    address: graphRoleEligibilities.path,
    read: graphRoleEligibilities.read,
    presence: notApplicable("the stack's state has none"),
    search: notApplicable(foundWithPrincipal),
    held: eligibleRoles,
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;

/** Assigned and eligible ones. */
export async function heldRoles(tenant: TenantReader, principal: Principal): Promise<Edge[]> {
  return [...(await roles(tenant, principal)), ...(await eligibleRoles(tenant, principal))];
}

async function roles(tenant: TenantReader, { id }: Principal): Promise<Edge[]> {
  return (await listRolesOf(tenant.graph, id)).map(({ id: assignment, roleDefinitionId, directoryScopeId }) => ({
    kind: "directoryRoleAssignment",
    name: "directory role",
    id: assignment,
    what: `the directory role ${directoryRoleName(roleDefinitionId)}${scopeText({ directoryScopeId })}`,
    step: deletionStep(tenant, graphRoleAssignments.item(assignment)),
  }));
}

async function eligibleRoles(tenant: TenantReader, { id }: Principal): Promise<Edge[]> {
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
  { graphUrl }: TenantReader,
  { principalId, roleDefinitionId, directoryScopeId }: RoleEligibility,
): string {
  return azRest("POST", `${graphUrl}${roleEligibilityRequestsPath}`, {
    action: "adminRemove",
    principalId,
    roleDefinitionId,
    directoryScopeId,
  });
}
