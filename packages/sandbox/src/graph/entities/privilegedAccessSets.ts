/**
 * Privileged Identity Management for Groups: eligible memberships, and the policies by which they
 * are activated. https://learn.microsoft.com/graph/api/resources/privilegedidentitymanagement-for-groups-api-overview
 */
import {
  boolean,
  complex,
  computed,
  dateTime,
  readOnly,
  string,
  untyped,
  type EntityProperties,
  each,
} from "./property";
import { plainSet } from "./entitySet";

const relationship = string({ nullable: false, required: true, values: ["owner", "member"], anyCase: true });

/**
 * https://learn.microsoft.com/graph/api/resources/privilegedaccessgroupeligibilityschedulerequest
 */
const eligibilityScheduleRequest: EntityProperties = {
  ...each(string({ ...computed }), "id", "status"),
  ...each(dateTime(readOnly), "createdDateTime", "completedDateTime"),
  ...each(string(readOnly), "approvalId", "customData"),
  createdBy: untyped(readOnly),
  action: string({
    required: true,
    anyCase: true,
    values: ["adminAssign", "adminUpdate", "adminRemove", "adminExtend", "adminRenew", "selfExtend", "selfRenew"],
  }),
  isValidationOnly: boolean({ default: false }),
  justification: string(),
  accessId: relationship,
  ...each(string({ nullable: false, required: true }), "groupId", "principalId"),
  targetScheduleId: string(readOnly),
  scheduleInfo: complex("requestSchedule"),
  ticketInfo: complex("ticketInfo"),
};

/** https://learn.microsoft.com/graph/api/resources/privilegedaccessgroupeligibilityschedule */
const eligibilitySchedule: EntityProperties = {
  id: string({ ...computed }),
  ...each(dateTime(readOnly), "createdDateTime", "modifiedDateTime"),
  ...each(string(readOnly), "createdUsing", "status"),
  scheduleInfo: complex("requestSchedule", readOnly),
  ...each(string(readOnly), "accessId", "principalId", "groupId"),
  memberType: string({ ...readOnly, default: "direct" }),
};

/** https://learn.microsoft.com/graph/api/resources/privilegedaccessgroupassignmentschedulerequest */
const assignmentScheduleRequest: EntityProperties = {
  ...eligibilityScheduleRequest,
  action: string({
    required: true,
    anyCase: true,
    values: [
      ...["adminAssign", "adminUpdate", "adminRemove", "selfActivate", "selfDeactivate"],
      ...["adminExtend", "adminRenew", "selfExtend", "selfRenew"],
    ],
  }),
};

/** https://learn.microsoft.com/graph/api/resources/privilegedaccessgroupassignmentschedule */
const assignmentSchedule: EntityProperties = {
  ...eligibilitySchedule,
  assignmentType: string({ ...readOnly, values: ["assigned", "activated"] }),
};

/** https://learn.microsoft.com/graph/api/resources/approvalstage */
const approvalStage: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(readOnly),
  reviewedDateTime: dateTime(readOnly),
  reviewResult: string(),
  status: string(readOnly),
  assignedToMe: boolean(readOnly),
  justification: string(),
  reviewedBy: untyped(readOnly),
};

/**
 * https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicy. `rules` is a
 * navigation: `routes/groupRolePolicies.ts` answers it.
 */
const unifiedRoleManagementPolicy: EntityProperties = {
  ...each(string({ ...computed }), "id", "displayName", "description"),
  isOrganizationDefault: boolean({ ...readOnly, default: false }),
  ...each(string({ ...computed }), "scopeId", "scopeType"),
  lastModifiedDateTime: dateTime(readOnly),
  lastModifiedBy: untyped(readOnly),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyassignment */
const unifiedRoleManagementPolicyAssignment: EntityProperties = {
  ...each(string({ ...computed }), "id", "policyId", "scopeId", "scopeType"),
  roleDefinitionId: string(readOnly),
};

/** Their complex types, for `complexTypes`. */
export const privilegedAccessTypes: Readonly<Record<string, EntityProperties>> = {
  requestSchedule: { startDateTime: dateTime(), recurrence: untyped(), expiration: complex("expirationPattern") },
  expirationPattern: {
    type: string({ anyCase: true, values: ["notSpecified", "noExpiration", "afterDateTime", "afterDuration"] }),
    endDateTime: dateTime(),
    duration: string(),
  },
  ticketInfo: { ticketNumber: string(), ticketSystem: string() },
};

/**
 * Eligible directory roles: https://learn.microsoft.com/graph/api/resources/privilegedidentitymanagementv3-overview,
 * …/unifiedroleeligibilityschedulerequest
 */
const roleEligibilityScheduleRequest: EntityProperties = {
  ...without(eligibilityScheduleRequest, "accessId", "groupId"),
  roleDefinitionId: string({ nullable: false, required: true }),
  ...each(string(), "directoryScopeId", "appScopeId"),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedule */
const roleEligibilitySchedule: EntityProperties = {
  ...without(eligibilitySchedule, "accessId", "groupId"),
  memberType: string({ ...readOnly, default: "Direct" }),
  ...each(string(readOnly), "roleDefinitionId", "directoryScopeId", "appScopeId"),
};

/** What both kinds of instance have: https://learn.microsoft.com/graph/api/resources/unifiedrolescheduleinstancebase */
const scheduleInstance: EntityProperties = {
  id: string({ ...computed }),
  ...each(string(readOnly), "principalId", "roleDefinitionId", "directoryScopeId", "appScopeId"),
  ...each(dateTime(readOnly), "startDateTime", "endDateTime"),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance */
const roleAssignmentScheduleInstance: EntityProperties = {
  ...scheduleInstance,
  ...each(string(readOnly), "assignmentType", "memberType", "roleAssignmentOriginId", "roleAssignmentScheduleId"),
};

/** https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityscheduleinstance */
const roleEligibilityScheduleInstance: EntityProperties = {
  ...scheduleInstance,
  ...each(string(readOnly), "memberType", "roleEligibilityScheduleId"),
};

function without(properties: EntityProperties, ...names: readonly string[]): EntityProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

export const privilegedAccessSets = {
  /** Kept in the request that it decides on. */
  approvalStages: plainSet("approvalStage", approvalStage),
  assignmentScheduleRequests: plainSet(
    "privilegedAccessGroupAssignmentScheduleRequest",
    assignmentScheduleRequest,
    "identityGovernance/privilegedAccess/group/assignmentScheduleRequests",
  ),
  assignmentSchedules: plainSet(
    "privilegedAccessGroupAssignmentSchedule",
    assignmentSchedule,
    "identityGovernance/privilegedAccess/group/assignmentSchedules",
  ),
  eligibilityScheduleRequests: plainSet(
    "privilegedAccessGroupEligibilityScheduleRequest",
    eligibilityScheduleRequest,
    "identityGovernance/privilegedAccess/group/eligibilityScheduleRequests",
  ),
  eligibilitySchedules: plainSet(
    "privilegedAccessGroupEligibilitySchedule",
    eligibilitySchedule,
    "identityGovernance/privilegedAccess/group/eligibilitySchedules",
  ),
  roleManagementPolicies: plainSet(
    "unifiedRoleManagementPolicy",
    unifiedRoleManagementPolicy,
    "policies/roleManagementPolicies",
  ),
  roleManagementPolicyAssignments: plainSet(
    "unifiedRoleManagementPolicyAssignment",
    unifiedRoleManagementPolicyAssignment,
    { path: "policies/roleManagementPolicyAssignments" },
  ),
  roleEligibilityScheduleRequests: plainSet(
    "unifiedRoleEligibilityScheduleRequest",
    roleEligibilityScheduleRequest,
    "roleManagement/directory/roleEligibilityScheduleRequests",
  ),
  roleEligibilitySchedules: plainSet(
    "unifiedRoleEligibilitySchedule",
    roleEligibilitySchedule,
    "roleManagement/directory/roleEligibilitySchedules",
  ),
  /** Answers from the assignments and schedules; none is stored. */
  roleAssignmentScheduleInstances: plainSet(
    "unifiedRoleAssignmentScheduleInstance",
    roleAssignmentScheduleInstance,
    "roleManagement/directory/roleAssignmentScheduleInstances",
  ),
  roleEligibilityScheduleInstances: plainSet(
    "unifiedRoleEligibilityScheduleInstance",
    roleEligibilityScheduleInstance,
    { path: "roleManagement/directory/roleEligibilityScheduleInstances" },
  ),
};
