/**
 * Eligible members and owners of groups: requests of an administrator, and the schedules that come
 * of them. `groupActivations.ts` has the activation by the eligible person.
 * https://learn.microsoft.com/graph/api/privilegedaccessgroup-post-eligibilityschedulerequests
 */
import { randomUUID } from "node:crypto";
import { durationOf, minuteMs } from "@defender-mssp/errors/time";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { get, getDirectoryObject } from "../directory";
import { badRequest, refused, unreadableRequest } from "../graphErrors";
import { onboard, ruleOf } from "../groupRolePolicies";
import { wholeSeconds } from "../identifiers";
import { innerOf, isObject, textIn, jsonText, textsIn, type JsonObject } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { Call, Route } from "../route";
import { entityRoutes } from "./entityRoutes";

const requests = "eligibilityScheduleRequests";
const schedules = "eligibilitySchedules";
const versions = ["v1.0"] as const;
/** https://learn.microsoft.com/entra/id-governance/privileged-identity-management/groups-assign-member-owner */
const shortest = 5 * minuteMs;

const common = { versions, read: permissions.readEligibilities, write: permissions.writeEligibilities };

export const privilegedAccessRoutes: readonly Route[] = licensed("privilegedAccess", [
  ...entityRoutes({
    ...common,
    entitySet: requests,
    // The official azuread plugin sends an empty `createdBy` (its client's struct has no optional one).
    body: (_call, { createdBy: _, ...body }) => body,
    create: request,
    objects: (call) => scoped(call, [...call.tenant.objects(requests).values()]),
  }),
  ...entityRoutes({
    ...common,
    entitySet: schedules,
    objects: (call) => scoped(call, currentSchedules(call, schedules)),
  }),
]);

/**
 * "This API requires the $filter (eq) query parameter to scope the request to a principal or a
 * group": privilegedaccessgroup-list-eligibilityschedules. The error's text is the sandbox's own.
 */
export function scoped({ query, parameters }: Call, objects: StoredObject[]): StoredObject[] {
  if (parameters["id"] !== undefined || /\b(groupId|principalId) eq /.test(query.filter ?? "")) return objects;
  throw refused("MissingProvider", "The request must have a $filter of groupId or principalId.");
}

/** The schedules that have not ended; those that have are removed, as the service does. */
export function currentSchedules(
  { tenant, cloud }: Pick<Call, "tenant" | "cloud">,
  entitySet: "eligibilitySchedules" | "roleEligibilitySchedules",
): StoredObject[] {
  for (const schedule of tenant.objects(entitySet).values()) {
    const end = textIn(innerOf(innerOf(schedule["scheduleInfo"], "expiration"), "endDateTime"));
    if (end !== undefined && Date.parse(end) <= cloud.now().getTime()) tenant.objects(entitySet).delete(schedule.id);
  }
  return [...tenant.objects(entitySet).values()];
}

function request(call: Call, values: JsonObject): JsonObject {
  const group = groupOf(call.tenant, jsonText(values["groupId"]));
  const asked: Asked = {
    ...values,
    groupId: group.id,
    principalId: getDirectoryObject(call.tenant, jsonText(values["principalId"])).object.id,
  };
  const there = currentSchedules(call, schedules).find((one) =>
    (["groupId", "principalId", "accessId"] as const).every((key) => one[key] === asked[key]),
  );
  const schedule = change(call, asked, there);
  const now = wholeSeconds(call.cloud.now());
  return {
    ...asked,
    status: values["action"] === "adminRemove" ? "Revoked" : "Provisioned",
    createdDateTime: now,
    completedDateTime: now,
    targetScheduleId: schedule.id,
    scheduleInfo: values["action"] === "adminRemove" ? null : (schedule["scheduleInfo"] ?? null),
  };
}

type Asked = JsonObject & { readonly groupId: string; readonly principalId: string };

/** Codes and texts: terraform-provider-azuread 1306, 1412, 1450; the rest from public code. */
function change(call: Call, asked: Asked, there: StoredObject | undefined): StoredObject {
  const action = jsonText(asked["action"]);
  if (action === "adminAssign") {
    if (there !== undefined) throw refused("RoleAssignmentExists", "The Role assignment already exists.");
    const scheduleInfo = scheduleOf(call, asked);
    onboard(call, asked.groupId);
    return save(call, asked, { scheduleInfo, id: `${asked.groupId}_${jsonText(asked["accessId"])}_${randomUUID()}` });
  }
  if (there === undefined) throw refused("RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
  if (action === "adminUpdate") return save(call, asked, { ...there, scheduleInfo: scheduleOf(call, asked) });
  if (action !== "adminRemove") throw unreadableRequest(`The sandbox does not emulate the action '${action}'.`);
  if (call.cloud.now().getTime() - Date.parse(jsonText(there["createdDateTime"])) < shortest) {
    throw refused("ActiveDurationTooShort", "The Active duration is too short. Miniumum Required is 5 minutes.");
  }
  call.tenant.objects(schedules).delete(there.id);
  return there;
}

function save(call: Call, asked: Asked, values: JsonObject & { id: string }): StoredObject {
  const now = wholeSeconds(call.cloud.now());
  const schedule = complete(schedules, {
    createdDateTime: now,
    ...values,
    modifiedDateTime: now,
    status: "Provisioned",
    accessId: asked["accessId"] ?? null,
    groupId: asked.groupId,
    principalId: asked.principalId,
  });
  call.tenant.objects(schedules).set(schedule.id, schedule);
  return schedule;
}

/** "Groups with dynamic membership and groups synchronized from on-premises can't be managed." */
function groupOf(tenant: Tenant, id: string): StoredObject {
  const group = get(tenant, "groups", id);
  const isDynamic = textsIn(group["groupTypes"]).includes("DynamicMembership");
  if (isDynamic || group["onPremisesSyncEnabled"] === true) {
    throw badRequest("The group cannot be onboarded to Privileged Identity Management.");
  }
  return group;
}

/** The schedule with its start, by the group's policy. */
function scheduleOf(call: Call, { scheduleInfo = null, groupId, accessId }: Asked): JsonObject {
  const times = timesOfSchedule(call, scheduleInfo);
  const [start, end] = [jsonText(times["startDateTime"]), textIn(innerOf(times["expiration"], "endDateTime"))];
  const rule = ruleOf(call.tenant, groupId, jsonText(accessId), "Expiration_Admin_Eligibility");
  const longest = durationOf(jsonText(rule["maximumDuration"]), /^P\d+D$/) ?? Infinity;
  const duration = end === undefined ? Infinity : Date.parse(end) - Date.parse(start);
  if (rule["isExpirationRequired"] === true && duration > longest) {
    throw refused(
      "RoleAssignmentRequestPolicyValidationFailed",
      'The following policy rules failed: ["ExpirationRule"]',
    );
  }
  if (duration < shortest) {
    throw refused("ActiveDurationTooShort", "The Active duration is too short. Miniumum Required is 5 minutes.");
  }
  return times;
}

/** Start and end of a schedule, as the service answers them. */
export function timesOfSchedule(call: Pick<Call, "cloud">, scheduleInfo: Json): JsonObject {
  const expiration = innerOf(scheduleInfo, "expiration");
  const start = textIn(innerOf(scheduleInfo, "startDateTime")) ?? wholeSeconds(call.cloud.now());
  const end = endOf(isObject(expiration) ? expiration : {}, start);
  return {
    startDateTime: start,
    recurrence: null,
    expiration: {
      type: end === undefined ? "noExpiration" : "afterDateTime",
      endDateTime: end ?? null,
      duration: null,
    },
  };
}

function endOf(expiration: JsonObject, start: string): string | undefined {
  switch (expiration["type"]) {
    case "noExpiration":
      return undefined;
    case "afterDateTime":
      return jsonText(expiration["endDateTime"]);
    case "afterDuration": {
      const length = durationOf(jsonText(expiration["duration"]), /^P(?:\d+D)?(?:T\d+H)?$/) ?? 0;
      return wholeSeconds(new Date(Date.parse(start) + length));
    }
    default:
      throw refused("InvalidScheduleInfo", "The schedule has no expiration.");
  }
}
