/**
 * Eligible directory roles: Privileged Identity Management for Microsoft Entra roles.
 * https://learn.microsoft.com/graph/api/resources/privilegedidentitymanagementv3-overview
 */
import { eligibilitySchedule, eligibilityScheduleRequest } from "./privilegedAccess";
import { readOnly, string, type EntityProperties } from "./property";

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedulerequest */
export const roleEligibilityScheduleRequest: EntityProperties = {
  ...without(eligibilityScheduleRequest, "accessId", "groupId"),
  roleDefinitionId: string({ nullable: false, required: true }),
  directoryScopeId: string(),
  appScopeId: string(),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedule */
export const roleEligibilitySchedule: EntityProperties = {
  ...without(eligibilitySchedule, "accessId", "groupId"),
  memberType: string({ ...readOnly, default: "Direct" }),
  roleDefinitionId: string(readOnly),
  directoryScopeId: string(readOnly),
  appScopeId: string(readOnly),
};

function without(properties: EntityProperties, ...names: readonly string[]): EntityProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}
