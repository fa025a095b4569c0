/**
 * Who holds a directory role now, and who is eligible for one now.
 * https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignmentscheduleinstances,
 * …-list-roleeligibilityscheduleinstances
 *
 * A group's assignment is one instance, with the group as its principal.
 */
import type { StoredObject } from "../../cloud/model";
import { roleAssignmentId } from "../identifiers";
import { innerOf, jsonText, textIn } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { Call } from "../route";
import { entityRoutes } from "./entityRoutes";
import { currentSchedules } from "./privilegedAccessRoutes";

const assignments = "roleAssignmentScheduleInstances";
const eligibilities = "roleEligibilityScheduleInstances";
const versions = ["v1.0"] as const;

export const roleScheduleInstanceRoutes = licensed("privilegedAccess", [
  ...entityRoutes({
    entitySet: assignments,
    versions,
    read: permissions.readRoleAssignmentSchedules,
    objects: assigned,
  }),
  ...entityRoutes({ entitySet: eligibilities, versions, read: permissions.readRoleEligibilities, objects: eligible }),
]);

/** An assignment without a schedule is its own origin and schedule, without times: the page's example. */
function assigned({ tenant }: Call): StoredObject[] {
  return [...tenant.objects("roleAssignments").values()].map((assignment) =>
    complete(assignments, {
      ...assignment,
      assignmentType: "Assigned",
      memberType: "Direct",
      roleAssignmentOriginId: assignment.id,
      roleAssignmentScheduleId: assignment.id,
    }),
  );
}

/** The schedules that have begun and not ended. */
function eligible(call: Call): StoredObject[] {
  return currentSchedules(call, "roleEligibilitySchedules").flatMap((schedule) => {
    const { principalId = null, roleDefinitionId = null, directoryScopeId = null, appScopeId = null } = schedule;
    const startDateTime = textIn(innerOf(schedule["scheduleInfo"], "startDateTime")) ?? null;
    if (startDateTime !== null && Date.parse(startDateTime) > call.cloud.now().getTime()) return [];
    const endDateTime = innerOf(innerOf(schedule["scheduleInfo"], "expiration"), "endDateTime") ?? null;
    const scope = jsonText(directoryScopeId);
    return complete(eligibilities, {
      id: `${roleAssignmentId(jsonText(roleDefinitionId), jsonText(principalId), scope)}-e`,
      principalId,
      roleDefinitionId,
      directoryScopeId,
      appScopeId,
      startDateTime,
      endDateTime,
      memberType: "Direct",
      roleEligibilityScheduleId: schedule.id,
    });
  });
}
