/**
 * Eligible directory roles: Privileged Identity Management for Microsoft Entra roles.
 * https://learn.microsoft.com/graph/api/resources/privilegedidentitymanagementv3-overview
 */
import { eligibilitySchedule, eligibilityScheduleRequest } from "./privilegedAccess";
import { computed, dateTime, readOnly, string, type EntityProperties } from "./property";
import { plainSet } from "./entitySet";

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedulerequest */
const roleEligibilityScheduleRequest: EntityProperties = {
  ...without(eligibilityScheduleRequest, "accessId", "groupId"),
  roleDefinitionId: string({ nullable: false, required: true }),
  directoryScopeId: string(),
  appScopeId: string(),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedule */
const roleEligibilitySchedule: EntityProperties = {
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
const roleAssignmentScheduleInstance: EntityProperties = {
  ...scheduleInstance,
  assignmentType: string(readOnly),
  memberType: string(readOnly),
  roleAssignmentOriginId: string(readOnly),
  roleAssignmentScheduleId: string(readOnly),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityscheduleinstance */
const roleEligibilityScheduleInstance: EntityProperties = {
  ...scheduleInstance,
  memberType: string(readOnly),
  roleEligibilityScheduleId: string(readOnly),
};

function without(properties: EntityProperties, ...names: readonly string[]): EntityProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

export const roleEligibilitySets = {
  roleEligibilityScheduleRequests: plainSet("unifiedRoleEligibilityScheduleRequest", roleEligibilityScheduleRequest, {
    path: "roleManagement/directory/roleEligibilityScheduleRequests",
  }),
  roleEligibilitySchedules: plainSet("unifiedRoleEligibilitySchedule", roleEligibilitySchedule, {
    path: "roleManagement/directory/roleEligibilitySchedules",
  }),
  /** Answers from the assignments and schedules; none is stored. */
  roleAssignmentScheduleInstances: plainSet("unifiedRoleAssignmentScheduleInstance", roleAssignmentScheduleInstance, {
    path: "roleManagement/directory/roleAssignmentScheduleInstances",
  }),
  roleEligibilityScheduleInstances: plainSet(
    "unifiedRoleEligibilityScheduleInstance",
    roleEligibilityScheduleInstance,
    { path: "roleManagement/directory/roleEligibilityScheduleInstances" },
  ),
};
