/**
 * Directory roles that principals have, or may activate.
 * https://learn.microsoft.com/graph/api/resources/unifiedroleassignment,
 * …/unifiedroleeligibilityschedule
 */
import { equals, graphList, type GraphCall } from "./call";
import { graphCollection } from "./collection";
import { listSchedules } from "./schedules";

export const graphRoleAssignments = graphCollection("/v1.0/roleManagement/directory/roleAssignments", {
  read: ["RoleManagement.Read.Directory"],
  write: ["RoleManagement.ReadWrite.Directory"],
});

export const graphRoleEligibilities = graphCollection("/v1.0/roleManagement/directory/roleEligibilitySchedules", {
  // RoleEligibilitySchedule.Read.Directory is less, but the assignments of roles need this one anyway.
  read: ["RoleManagement.Read.Directory"],
});

/** A POST gives, changes or ends an eligibility. */
export const roleEligibilityRequestsPath = "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests";

export function listRolesOf(call: GraphCall, principalId: string): Promise<UnifiedRoleAssignment[]> {
  return graphList(call, `${graphRoleAssignments.path}?$filter=${equals("principalId", principalId)}`);
}

export function listEligibleRolesOf(call: GraphCall, principalId: string): Promise<RoleEligibility[]> {
  return listSchedules(call, `${graphRoleEligibilities.path}?$filter=${equals("principalId", principalId)}`);
}

/** A directory role that a principal may activate. */
export interface RoleEligibility {
  readonly id: string;
  readonly principalId: string;
  readonly roleDefinitionId: string;
  /** `/` is the whole tenant. */
  readonly directoryScopeId: string | null;
}

/** A directory role given to a principal. */
export interface UnifiedRoleAssignment {
  id: string;
  principalId: string;
  /** A role template's ID serves. */
  roleDefinitionId: string;
  /** `/`: the whole tenant. */
  directoryScopeId: string;
}
