/**
 * The rules of an access package's assignment policy: who may request, who approves, for how long,
 * who reviews.
 * https://learn.microsoft.com/graph/api/resources/accesspackageassignmentpolicy?view=graph-rest-beta
 * and the pages of its parts.
 */
import { refused } from "./graphErrors";
import { hasBegun } from "@defender-mssp/microsoft";
import type { Json, StoredObject } from "../cloud/model";
import { switchValue } from "../cloud/switches";
import { get } from "./directory";
import { wholeSeconds } from "./identifiers";
import { innerOf, isObject, objectsIn, textIn, jsonText, type JsonObject } from "./json";
import type { Call } from "./route";

const scopeTypes = [
  "NoSubjects",
  "SpecificDirectorySubjects",
  "SpecificConnectedOrganizationSubjects",
  "AllConfiguredConnectedOrganizationSubjects",
  "AllExistingConnectedOrganizationSubjects",
  "AllExistingDirectoryMemberUsers",
  "AllExistingDirectorySubjects",
  "AllExternalSubjects",
];

/** The requestor types of each scope that names its requestors. */
const requestorTypes: Readonly<Record<string, readonly string[]>> = {
  SpecificDirectorySubjects: ["singleUser", "groupMembers"],
  SpecificConnectedOrganizationSubjects: ["connectedOrganizationMembers"],
};

const recurrences = ["weekly", "monthly", "quarterly", "halfyearly", "annual"];
const longestDuration = 3660;
/** Days, as the portal has it. */
const longestApproval = 14;

/** The values of a policy, checked further. `before`: the policy that they replace. */
export function assignmentPolicyFrom(call: Call, values: JsonObject, before?: StoredObject): JsonObject {
  get(call.tenant, "accessPackages", jsonText(values["accessPackageId"]));
  checkExpiration(values);
  return {
    ...values,
    ...(isObject(values["requestorSettings"])
      ? { requestorSettings: checkedRequestors(call, values["requestorSettings"]) }
      : {}),
    ...(isObject(values["requestApprovalSettings"])
      ? { requestApprovalSettings: checkedApproval(call, values["requestApprovalSettings"]) }
      : {}),
    ...(isObject(values["accessReviewSettings"])
      ? { accessReviewSettings: checkedReview(call, values["accessReviewSettings"], before) }
      : {}),
  };
}

function checkExpiration(values: JsonObject): void {
  const days = values["durationInDays"];
  if (typeof days === "number" && (days < 0 || days > longestDuration)) {
    throw invalidPolicy(`durationInDays must be between 0 and ${longestDuration}.`);
  }
  if (typeof days === "number" && days > 0 && jsonText(values["expirationDateTime"]) !== "") {
    throw invalidPolicy("durationInDays and expirationDateTime can't both be set.");
  }
}

function checkedRequestors(call: Call, settings: JsonObject): JsonObject {
  const scopeType = textIn(settings["scopeType"]) ?? "NoSubjects";
  if (!scopeTypes.includes(scopeType)) throw invalidPolicy(`'${scopeType}' is no scopeType.`);
  if (isForGuests(scopeType) && isUnbilled(call)) {
    throw invalidPolicy("Sandbox: no Azure subscription is linked that pays for the governance of guests.");
  }
  const requestors = objectsIn(settings["allowedRequestors"]);
  const allowed = requestorTypes[scopeType] ?? [];
  const strange = requestors.find((requestor) => !allowed.includes(kindOf(requestor)));
  if (strange !== undefined) throw invalidPolicy(`${scopeType} takes no requestor of type ${kindOf(strange)}.`);
  if (allowed.length > 0 && requestors.length === 0) throw invalidPolicy(`${scopeType} needs allowedRequestors.`);
  return { ...settings, scopeType, allowedRequestors: requestors.map((requestor) => described(call, requestor)) };
}

function isForGuests(scopeType: string): boolean {
  return /ConnectedOrganization|External/.test(scopeType);
}

function isUnbilled({ tenant, cloud }: Call): boolean {
  return switchValue(tenant, "guestBilling") === "unlinked" && hasBegun("guest-governance-metered", cloud.now());
}

function checkedApproval(call: Call, settings: JsonObject): JsonObject {
  const stages = objectsIn(settings["approvalStages"]);
  if (settings["isApprovalRequired"] !== true) return { ...settings, approvalMode: "NoApproval" };
  if (stages.length === 0 || stages.length > 3) throw invalidPolicy("An approval has one to three stages.");
  const approvalStages = stages.map((stage) => checkedStage(call, stage));
  return { ...settings, approvalMode: stages.length === 1 ? "SingleStage" : "Serial", approvalStages };
}

function checkedStage(call: Call, stage: JsonObject): JsonObject {
  const days = stage["approvalStageTimeOutInDays"];
  if (typeof days !== "number" || days < 1 || days > longestApproval) {
    throw invalidPolicy(`approvalStageTimeOutInDays must be between 1 and ${longestApproval}.`);
  }
  const primaryApprovers = objectsIn(stage["primaryApprovers"]).map((approver) => described(call, approver));
  if (primaryApprovers.length === 0) throw invalidPolicy("A stage of an approval needs a primary approver.");
  const escalationApprovers = objectsIn(stage["escalationApprovers"]).map((approver) => described(call, approver));
  return { ...stage, primaryApprovers, escalationApprovers };
}

function checkedReview(call: Call, settings: JsonObject, before?: StoredObject): JsonObject | null {
  // The service returns null without reviews.
  if (settings["isEnabled"] !== true) return null;
  const recurrence = jsonText(settings["recurrenceType"]);
  if (!recurrences.includes(recurrence)) throw invalidPolicy(`'${recurrence}' is no recurrenceType.`);
  const days = settings["durationInDays"];
  if (typeof days !== "number" || days < 1) throw invalidPolicy("A review lasts a day at least.");
  const reviewers = objectsIn(settings["reviewers"]).map((reviewer) => described(call, reviewer));
  if (settings["reviewerType"] === "Reviewers" && reviewers.length === 0) throw invalidPolicy("Reviewers are missing.");
  const startDateTime =
    textIn(settings["startDateTime"]) ??
    textIn(innerOf(before?.["accessReviewSettings"], "startDateTime")) ??
    wholeSeconds(call.cloud.now());
  return { ...settings, startDateTime, reviewers };
}

/** A set of users with the display name that the service adds. Throws for a missing object. */
function described(call: Call, set: JsonObject): JsonObject {
  const entitySet = {
    connectedOrganizationMembers: "connectedOrganizations",
    groupMembers: "groups",
    singleUser: "users",
  }[kindOf(set)] as "connectedOrganizations" | "groups" | "users" | undefined;
  if (entitySet === undefined) return set;
  const id = jsonText(set["id"]);
  const object = call.tenant.objects(entitySet).get(id.toLowerCase());
  if (object === undefined) throw invalidPolicy(`There is no ${kindOf(set)} ${id} in this tenant.`);
  return { ...set, description: object["displayName"] ?? null };
}

/** The type of a set of people, without the namespace. */
export function kindOf(set: { readonly [name: string]: Json }): string {
  return jsonText(set["@odata.type"]).replace("#microsoft.graph.", "");
}

/** The service's code; the text is the sandbox's own. */
function invalidPolicy(message: string): Error {
  return refused("InvalidPolicy", `The policy is not valid. ${message}`);
}
