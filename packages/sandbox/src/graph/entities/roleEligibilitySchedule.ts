/**
 * Eligible directory roles: Privileged Identity Management for Microsoft Entra roles.
 * https://learn.microsoft.com/graph/api/resources/privilegedidentitymanagementv3-overview
 */
import { eligibilitySchedule, eligibilityScheduleRequest } from "./privilegedAccess";
import { computed, dateTime, readOnly, string, type EntityProperties } from "./property";

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

/** What both kinds of instance have: https://learn.microsoft.com/graph/api/resources/unifiedrolescheduleinstancebase */
const scheduleInstance: EntityProperties = {
  id: string({ ...computed }),
  principalId: string(readOnly),
  roleDefinitionId: string(readOnly),
  directoryScopeId: string(readOnly),
  appScopeId: string(readOnly),
  startDateTime: dateTime(readOnly),
  endDateTime: dateTime(readOnly),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance */
export const roleAssignmentScheduleInstance: EntityProperties = {
  ...scheduleInstance,
  assignmentType: string(readOnly),
  memberType: string(readOnly),
  roleAssignmentOriginId: string(readOnly),
  roleAssignmentScheduleId: string(readOnly),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityscheduleinstance */
export const roleEligibilityScheduleInstance: EntityProperties = {
  ...scheduleInstance,
  memberType: string(readOnly),
  roleEligibilityScheduleId: string(readOnly),
};

function without(properties: EntityProperties, ...names: readonly string[]): EntityProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}
