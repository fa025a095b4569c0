/**
 * Activation of an eligible membership by the eligible person, and its approval.
 * https://learn.microsoft.com/graph/api/privilegedaccessgroup-post-assignmentschedulerequests,
 * …/approval-get, …/approvalstage-update
 *
 * Built from documents and public code; nothing was seen on a tenant. The page of approvalStage
 * names `…/steps/{id}` for these approvals; Microsoft's metadata of v1.0 has `stages` only, as here.
 * Stricter than documented where the service is not known: an activation ends with its eligibility
 * at the latest, and nobody approves their own request. `adminAssign` is not emulated.
 */
import { randomUUID } from "node:crypto";
import { dayMs, durationOf, minuteMs } from "@defender-mssp/errors/time";
import type { StoredObject, Tenant } from "../../cloud/model";
import { addLink, get, linked } from "../directory";
import { denied, EmulatedGraphError, notFound, refused, unreadableRequest } from "../graphErrors";
import {
  activationOf,
  activationRequests,
  activations,
  endActivation,
  endOfSchedule,
  linkOf,
} from "../groupActivations";
import { ruleOf } from "../groupRolePolicies";
import { wholeSeconds } from "../identifiers";
import { innerOf, isObject, objectsIn, textIn, jsonText, textsIn, type JsonObject } from "../json";
import { licensed } from "../licences";
import { complete } from "../objects";
import { isDelegated, permissions } from "../permissions";
import {
  type Call,
  callBody,
  context,
  done,
  noContent,
  ok,
  parameter,
  route,
  type Route,
  type RouteAnswer,
} from "../route";
import { checkUpdate } from "../validate";
import { entityRoutes } from "./entityRoutes";
import { scoped } from "./privilegedAccessRoutes";

const root = "/identityGovernance/privilegedAccess/group";
const approvals = "assignmentApprovals";
const versions = ["v1.0"] as const;
const name = (entitySet: string): string => `${root.slice(1)}/${entitySet}`;
/** https://learn.microsoft.com/entra/id-governance/privileged-identity-management/groups-activate-roles */
const shortest = 5 * minuteMs;

const { readActivations: read, writeActivations: write, readApprovals, writeApprovals } = permissions;

export const groupActivationRoutes: readonly Route[] = licensed("privilegedAccess", [
  ...entityRoutes({
    entitySet: activationRequests,
    versions,
    read,
    write,
    keeps: "stage",
    create: (call, values) => {
      get(call.tenant, "groups", jsonText(values["groupId"]));
      if (values["isValidationOnly"] !== true) return requested(call, values);
      throw unreadableRequest("The sandbox does not emulate isValidationOnly.");
    },
    objects: (call) => scoped(call, [...call.tenant.objects(activationRequests).values()]),
  }),
  ...entityRoutes({
    entitySet: activations,
    versions,
    read,
    objects: (call) => scoped(call, [...call.tenant.objects(activations).values()]),
  }),
  route("POST", `${root}/${activationRequests}/{id}/cancel`, write, cancel, { versions }),
  route("GET", `${root}/${approvals}/{id}`, readApprovals, readApproval, { versions }),
  route("GET", `${root}/${approvals}/{id}/stages`, readApprovals, listStages, { versions }),
  route("PATCH", `${root}/${approvals}/{id}/stages/{stageId}`, writeApprovals, done(decide), { versions }),
]);

function requested(call: Call, values: JsonObject): StoredObject {
  switch (values["action"]) {
    case "selfActivate":
      return activate(call, values);
    case "selfDeactivate":
      requireSelf(call, values);
      return deactivate(call, values, shortest);
    case "adminRemove":
      return deactivate(call, values, 0);
    default:
      throw unreadableRequest(`The sandbox does not emulate the action '${jsonText(values["action"])}'.`);
  }
}

function activate(call: Call, values: JsonObject): StoredObject {
  requireSelf(call, values);
  const eligibility = eligibilityOf(call, values);
  if (activationOf(call.tenant, values) !== undefined) {
    throw refused("RoleAssignmentExists", "The Role assignment already exists.");
  }
  const pending = [...call.tenant.objects(activationRequests).values()].some(
    (other) =>
      other["status"] === "PendingApproval" &&
      (["groupId", "principalId", "accessId"] as const).every((key) => other[key] === values[key]),
  );
  if (pending) {
    throw refused("PendingRoleAssignmentRequest", "There is already an existing pending Role assignment request.");
  }
  checkPolicy(call, values);
  const stage = stageOf(call, values);
  const asked = recordOf(call, values, stage === undefined ? "Provisioned" : "PendingApproval");
  if (stage !== undefined) return { ...asked, approvalId: asked.id, stage };
  return { ...asked, targetScheduleId: provision(call, asked, eligibility).id };
}

function recordOf(call: Call, values: JsonObject, status: string): StoredObject {
  const now = wholeSeconds(call.cloud.now());
  return complete(activationRequests, {
    ...values,
    id: randomUUID(),
    status,
    createdDateTime: now,
    completedDateTime: status === "PendingApproval" ? null : now,
    createdBy: { user: { id: call.caller.objectId, displayName: null } },
  });
}

function deactivate(call: Call, values: JsonObject, after: number): StoredObject {
  const activation = activationOf(call.tenant, values);
  if (activation === undefined) {
    throw refused("RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
  }
  if (call.cloud.now().getTime() - Date.parse(jsonText(activation["createdDateTime"])) < after) {
    throw refused("ActiveDurationTooShort", "The Active duration is too short. Miniumum Required is 5 minutes.");
  }
  endActivation(call.tenant, activation);
  return { ...recordOf(call, values, "Revoked"), targetScheduleId: activation.id };
}

/** The service's own answer for another person's request is not known. */
function requireSelf(call: Call, { principalId }: JsonObject): void {
  if (!isDelegated(call.caller) || call.caller.objectId !== principalId) throw denied();
}

function eligibilityOf({ tenant, cloud }: Call, wanted: JsonObject): StoredObject {
  const now = cloud.now().getTime();
  const found = [...tenant.objects("eligibilitySchedules").values()].find((schedule) => {
    const start = Date.parse(jsonText(innerOf(schedule["scheduleInfo"], "startDateTime")));
    const end = endOfSchedule(schedule);
    const isNow = start <= now && (end === undefined || now < Date.parse(end));
    return isNow && ["groupId", "principalId", "accessId"].every((key) => schedule[key] === wanted[key]);
  });
  if (found === undefined) throw refused("RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
  return found;
}

/** The text and the names of the failed rules are from public code and terraform-provider-azuread. */
function checkPolicy(call: Call, values: JsonObject): void {
  const rule = (id: string) => ruleOf(call.tenant, jsonText(values["groupId"]), jsonText(values["accessId"]), id);
  const required = textsIn(rule("Enablement_EndUser_Assignment")["enabledRules"]);
  const longest = lengthOf(jsonText(rule("Expiration_EndUser_Assignment")["maximumDuration"])) ?? 0;
  const asked = askedLength(call, values);
  const hasText = (value: unknown) => typeof value === "string" && value.trim() !== "";
  const failed = [
    ...(asked > longest ? ["ExpirationRule"] : []),
    ...(required.includes("Justification") && !hasText(values["justification"]) ? ["JustificationRule"] : []),
    ...(required.includes("MultiFactorAuthentication") && call.caller.methods?.has("mfa") !== true ? ["MfaRule"] : []),
    ...(required.includes("Ticketing") && !hasText(innerOf(values["ticketInfo"], "ticketNumber"))
      ? ["TicketingRule"]
      : []),
  ];
  if (failed.length > 0) {
    throw refused(
      "RoleAssignmentRequestPolicyValidationFailed",
      `The following policy rules failed: ${JSON.stringify(failed)}`,
    );
  }
  if (asked < shortest) {
    throw refused("ActiveDurationTooShort", "The Active duration is too short. Miniumum Required is 5 minutes.");
  }
}

/** Milliseconds from now; without an end, infinitely many. */
function askedLength(call: Call, { scheduleInfo = null }: JsonObject): number {
  const expiration = innerOf(scheduleInfo, "expiration");
  if (innerOf(expiration, "type") === "afterDateTime") {
    return Date.parse(jsonText(innerOf(expiration, "endDateTime"))) - call.cloud.now().getTime();
  }
  if (innerOf(expiration, "type") !== "afterDuration") return Infinity;
  const length = lengthOf(jsonText(innerOf(expiration, "duration")));
  if (length === undefined) throw refused("InvalidScheduleInfo", "The duration is not valid.");
  return length;
}

/** An ISO 8601 duration of days, hours and minutes in milliseconds. */
function lengthOf(duration: string): number | undefined {
  return durationOf(duration, /^P(?=\d|T\d)(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?$/);
}

/** The person becomes a member until the end: of the request, or of the eligibility. */
function provision(call: Call, asked: StoredObject, eligibility: StoredObject): StoredObject {
  const { tenant } = call;
  const { groupId, principalId, accessId } = asked;
  const now = call.cloud.now();
  const ends = [now.getTime() + askedLength(call, asked), Date.parse(endOfSchedule(eligibility) ?? "9999-12-31")];
  const activation = complete(activations, {
    id: `${jsonText(groupId)}_${jsonText(accessId)}_${randomUUID()}`,
    accessId: accessId ?? null,
    groupId: groupId ?? null,
    principalId: principalId ?? null,
    assignmentType: "activated",
    status: "Provisioned",
    createdDateTime: wholeSeconds(now),
    modifiedDateTime: wholeSeconds(now),
    createdUsing: asked.id,
    scheduleInfo: {
      startDateTime: wholeSeconds(now),
      recurrence: null,
      expiration: { type: "afterDateTime", endDateTime: wholeSeconds(new Date(Math.min(...ends))), duration: null },
    },
  });
  // One that was taken out of the group by hand.
  for (const [id, other] of tenant.objects(activations)) {
    if (other["groupId"] === groupId && other["principalId"] === principalId && other["accessId"] === accessId)
      tenant.objects(activations).delete(id);
  }
  tenant.objects(activations).set(activation.id, activation);
  addLink(tenant, linkOf(jsonText(accessId)), jsonText(groupId), jsonText(principalId));
  return activation;
}

/** The stage of an approval, kept in its request. Undefined if the policy asks for none. */
function stageOf(call: Call, values: JsonObject): JsonObject | undefined {
  const [groupId, accessId] = [jsonText(values["groupId"]), jsonText(values["accessId"])];
  const { setting = null } = ruleOf(call.tenant, groupId, accessId, "Approval_EndUser_Assignment");
  const [first] = objectsIn(innerOf(setting, "approvalStages"));
  if (innerOf(setting, "isApprovalRequired") !== true || first === undefined) return undefined;
  const end = call.cloud.now().getTime() + Number(first["approvalStageTimeOutInDays"] ?? 1) * dayMs;
  return {
    id: randomUUID(),
    endDateTime: new Date(end).toISOString(),
    approvers: first["primaryApprovers"] ?? [],
    needsJustification: first["isApproverJustificationRequired"] ?? false,
  };
}

function pendingOf(call: Call): StoredObject & { stage: JsonObject } {
  const id = parameter(call, "id");
  const found = call.tenant.objects(activationRequests).get(id);
  if (found === undefined || !isObject(found["stage"])) throw notFound(id);
  return found as StoredObject & { stage: JsonObject };
}

function isApprover({ tenant, caller }: Call, { stage, principalId }: StoredObject): boolean {
  if (caller.objectId === principalId) return false;
  return objectsIn(innerOf(stage, "approvers")).some(
    ({ userId, groupId }) =>
      userId === caller.objectId ||
      (typeof groupId === "string" && linked(tenant, "groups.members", groupId).includes(caller.objectId)),
  );
}

function readApproval(call: Call): RouteAnswer {
  const found = pendingOf(call);
  // The page's example has the stages, without $expand.
  return ok({
    "@odata.context": context(call, `${name(approvals)}/$entity`),
    id: found.id,
    stages: [shownStage(call, found)],
  });
}

function listStages(call: Call): RouteAnswer {
  const found = pendingOf(call);
  const value = [shownStage(call, found)];
  return ok({ "@odata.context": context(call, `${name(approvals)}('${found.id}')/stages`), value });
}

function shownStage(call: Call, found: StoredObject & { stage: JsonObject }): JsonObject {
  const { id, reviewResult, reviewedDateTime, justification, reviewedBy } = found.stage;
  return {
    id: id ?? null,
    displayName: null,
    reviewedDateTime: reviewedDateTime ?? null,
    reviewResult: reviewResult ?? "NotReviewed",
    status: found["status"] === "PendingApproval" ? "InProgress" : "Completed",
    assignedToMe: isApprover(call, found),
    justification: justification ?? "",
    reviewedBy: reviewedBy ?? null,
  };
}

/** "Apply approve or deny decision": an answer of 204, 403, 404, or 409 for a stage that is decided. */
function decide(call: Call): void {
  const found = pendingOf(call);
  if (found.stage["id"] !== parameter(call, "stageId")) throw notFound(parameter(call, "stageId"));
  if (!isApprover(call, found)) throw denied();
  if (found["status"] !== "PendingApproval") {
    throw new EmulatedGraphError(409, "Conflict", "The approval stage has been decided already.");
  }
  const { values } = checkUpdate("approvalStages", callBody(call), call.version);
  const { reviewResult, justification = null } = values;
  if (reviewResult !== "Approve" && reviewResult !== "Deny") {
    throw unreadableRequest("reviewResult must be Approve or Deny.");
  }
  if (found.stage["needsJustification"] === true && (textIn(justification) ?? "").trim() === "") {
    throw unreadableRequest("The approver must give a justification.");
  }
  const now = wholeSeconds(call.cloud.now());
  const isApproved = reviewResult === "Approve";
  if (isApproved) found["targetScheduleId"] = provision(call, found, eligibilityOf(call, found)).id;
  found["status"] = isApproved ? "Provisioned" : "Denied";
  found["completedDateTime"] = now;
  found["stage"] = {
    ...found.stage,
    reviewResult,
    justification,
    reviewedDateTime: now,
    reviewedBy: { id: call.caller.objectId, displayName: displayNameOf(call.tenant, call.caller.objectId) },
  };
}

function displayNameOf(tenant: Tenant, userId: string): string | null {
  return textIn(tenant.objects("users").get(userId)?.["displayName"]) ?? null;
}

/** https://learn.microsoft.com/graph/api/privilegedaccessgroupassignmentschedulerequest-cancel */
function cancel(call: Call): RouteAnswer {
  const found = get(call.tenant, activationRequests, parameter(call, "id"));
  if (isDelegated(call.caller)) requireSelf(call, found);
  if (found["status"] !== "PendingApproval") {
    throw refused("RequestCannotBeCancelled", "The request cannot be cancelled in its state.");
  }
  found["status"] = "Canceled";
  call.cloud.changed();
  return noContent;
}
