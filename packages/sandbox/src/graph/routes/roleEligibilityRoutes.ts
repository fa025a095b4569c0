/**
 * Eligible directory roles: requests of an administrator, and the schedules that come of them. The
 * activation by the eligible person, and the policies of the roles, are not emulated.
 * https://learn.microsoft.com/graph/api/rbacapplication-post-roleeligibilityschedulerequests
 */
import { randomUUID } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { get } from "../directory";
import { missingValue, refused, unreadableRequest } from "../graphErrors";
import { wholeSeconds } from "../identifiers";
import { jsonText, type JsonObject } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { Call } from "../route";
import { entityRoutes } from "./entityRoutes";
import { currentSchedules, timesOfSchedule } from "./privilegedAccessRoutes";
import { checkRoleHolder } from "./roleManagementRoutes";

const requests = "roleEligibilityScheduleRequests";
const schedules = "roleEligibilitySchedules";
const versions = ["v1.0"] as const;

export const roleEligibilityRoutes = licensed("privilegedAccess", [
  ...entityRoutes({
    entitySet: requests,
    versions,
    read: permissions.readRoleEligibilities,
    write: permissions.writeRoleEligibilities,
    create: request,
  }),
  ...entityRoutes({
    entitySet: schedules,
    versions,
    read: permissions.readRoleEligibilities,
    objects: (call) => currentSchedules(call, schedules),
  }),
]);

function request(call: Call, values: JsonObject): JsonObject {
  const principalId = jsonText(values["principalId"]).toLowerCase();
  const roleDefinitionId = get(call.tenant, "roleDefinitions", jsonText(values["roleDefinitionId"]).toLowerCase()).id;
  const directoryScopeId = values["directoryScopeId"];
  if (typeof directoryScopeId !== "string")
    throw missingValue("directoryScopeId", "UnifiedRoleEligibilityScheduleRequest");
  checkRoleHolder(call, principalId);
  const asked = { ...values, principalId, roleDefinitionId, directoryScopeId };
  const id = randomUUID();
  const targetScheduleId = values["action"] === "adminRemove" ? removed(call, asked) : assigned(call, { ...asked, id });
  const now = wholeSeconds(call.cloud.now());
  const status = values["action"] === "adminRemove" ? "Revoked" : "Provisioned";
  return { ...asked, id, status, createdDateTime: now, completedDateTime: now, targetScheduleId };
}

type Asked = JsonObject & { readonly principalId: string; readonly roleDefinitionId: string };

function eligibility(call: Call, asked: Asked): StoredObject | undefined {
  return currentSchedules(call, schedules).find((schedule) =>
    (["principalId", "roleDefinitionId", "directoryScopeId"] as const).every((key) => schedule[key] === asked[key]),
  );
}

/** The page's examples have the request's ID for the schedule. */
function assigned(call: Call, asked: Asked & { readonly id: string }): string {
  if (asked["action"] !== "adminAssign")
    throw unreadableRequest(`The sandbox does not emulate the action '${jsonText(asked["action"])}'.`);
  if (eligibility(call, asked) !== undefined)
    throw refused("RoleAssignmentExists", "The Role assignment already exists.");
  const now = wholeSeconds(call.cloud.now());
  const schedule = complete(schedules, {
    id: asked.id,
    createdUsing: asked.id,
    createdDateTime: now,
    modifiedDateTime: now,
    status: "Provisioned",
    principalId: asked.principalId,
    roleDefinitionId: asked.roleDefinitionId,
    directoryScopeId: asked["directoryScopeId"] ?? null,
    scheduleInfo: timesOfSchedule(call, asked["scheduleInfo"] ?? null),
  });
  call.tenant.objects(schedules).set(schedule.id, schedule);
  return schedule.id;
}

function removed(call: Call, asked: Asked): string {
  const schedule = eligibility(call, asked);
  if (schedule === undefined) throw refused("RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
  call.tenant.objects(schedules).delete(schedule.id);
  return schedule.id;
}
