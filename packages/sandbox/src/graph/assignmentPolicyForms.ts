/**
 * v1.0's form of an assignment policy, read from and written to the stored one, which is beta's. Properties with the same
 * meaning on both pages of the resource are one:
 * https://learn.microsoft.com/graph/api/resources/accesspackageassignmentpolicy?view=graph-rest-1.0 and …-beta
 */
import { dayMs, durationOf, minuteMs } from "@defender-mssp/errors/time";
import type { Json, StoredObject } from "../cloud/model";
import { kindOf } from "./assignmentPolicies";
import { refused } from "./graphErrors";
import { innerOf, isObject, jsonText, objectsIn, textIn, type JsonObject } from "./json";

/** Of two with the same v1.0 name, the last is the one that v1.0 writes. */
const scopes: readonly (readonly [beta: string, v1: string])[] = [
  ["NoSubjects", "notSpecified"],
  ["SpecificDirectorySubjects", "specificDirectoryUsers"],
  ["SpecificConnectedOrganizationSubjects", "specificConnectedOrganizationUsers"],
  ["AllExistingConnectedOrganizationSubjects", "allConfiguredConnectedOrganizationUsers"],
  ["AllConfiguredConnectedOrganizationSubjects", "allConfiguredConnectedOrganizationUsers"],
  ["AllExistingDirectoryMemberUsers", "allMemberUsers"],
  ["AllExistingDirectorySubjects", "allDirectoryUsers"],
  ["AllExternalSubjects", "allExternalUsers"],
];
const toV1Scope = new Map(scopes);
const toBetaScope = new Map(scopes.map(([beta, v1]) => [v1, beta]));

/** v1.0's names of beta's `id`. */
const subjectIds: Readonly<Record<string, string>> = {
  singleUser: "userId",
  groupMembers: "groupId",
  connectedOrganizationMembers: "connectedOrganizationId",
};

interface Conversion {
  readonly beta: (value: Json) => Json;
  readonly v1: (value: Json) => Json;
}
type Pair = readonly [beta: string, v1: string, as?: Conversion];

const inDays: Conversion = { beta: days, v1: (value) => (value === null ? null : `P${Number(value)}D`) };
const inMinutes: Conversion = {
  beta: (value) => {
    const length = durationOf(jsonText(value), /^P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/);
    return length === undefined ? null : length / minuteMs;
  },
  v1: (value) => (value === null ? null : `PT${Number(value)}M`),
};
const approvals: readonly Pair[] = [
  ["isApprovalRequired", "isApprovalRequiredForAdd"],
  ["isApprovalRequiredForExtension", "isApprovalRequiredForUpdate"],
  ["isRequestorJustificationRequired", "isRequestorJustificationRequired"],
];
const stages: readonly Pair[] = [
  ["approvalStageTimeOutInDays", "durationBeforeAutomaticDenial", inDays],
  ["isApproverJustificationRequired", "isApproverJustificationRequired"],
  ["isEscalationEnabled", "isEscalationEnabled"],
  ["escalationTimeInMinutes", "durationBeforeEscalation", inMinutes],
];

const reviews: readonly Pair[] = [
  ["isEnabled", "isEnabled"],
  ["isAccessRecommendationEnabled", "isRecommendationEnabled"],
  ["isApprovalJustificationRequired", "isReviewerJustificationRequired"],
  ["accessReviewTimeoutBehavior", "expirationBehavior"],
];
const recurrences: readonly (readonly [beta: string, type: string, interval: number])[] = [
  ["weekly", "weekly", 1],
  ["monthly", "absoluteMonthly", 1],
  ["quarterly", "absoluteMonthly", 3],
  ["halfyearly", "absoluteMonthly", 6],
  ["annual", "absoluteYearly", 1],
];

/** Settings that only v1.0 has, as sent, beside the properties of the stored policy. */
export const sentSettings = "requestorSettingsAsSent";

export const assignmentPolicyForms = {
  /** The stored form of values of v1.0. */
  inBeta,
  /** v1.0's form of a stored policy. */
  inV1,
};

function inBeta(values: JsonObject): JsonObject {
  const { allowedTargetScope, specificAllowedTargets, automaticRequestSettings = null, ...more } = values;
  const { expiration, requestorSettings, requestApprovalSettings: approval, reviewSettings: review, ...named } = more;
  if (automaticRequestSettings !== null) throw notHeld("no policies that assign by a rule");
  const { type, duration, endDateTime = null } = isObject(expiration) ? expiration : {};
  return {
    ...named,
    ...(type === "afterDuration" && { durationInDays: days(duration) }),
    ...(type === "afterDateTime" && { expirationDateTime: endDateTime }),
    requestorSettings: {
      scopeType: toBetaScope.get(textIn(allowedTargetScope) ?? "notSpecified") ?? allowedTargetScope ?? null,
      acceptRequests: innerOf(requestorSettings, "enableTargetsToSelfAddAccess") === true,
      allowedRequestors: userSets(specificAllowedTargets),
    },
    ...(review !== undefined && { accessReviewSettings: isObject(review) ? reviewInBeta(review) : null }),
    ...(isObject(approval) && {
      requestApprovalSettings: {
        ...renamed("beta", approvals, approval),
        approvalStages: objectsIn(approval["stages"]).map((stage) => ({
          ...renamed("beta", stages, stage),
          primaryApprovers: userSets(stage["primaryApprovers"], stage["fallbackPrimaryApprovers"]),
          escalationApprovers: userSets(stage["escalationApprovers"], stage["fallbackEscalationApprovers"]),
        })),
      },
    }),
  };
}

function inV1(policy: StoredObject): StoredObject {
  const { requestorSettings: requestor, requestApprovalSettings: approval } = policy;
  const [days, endDateTime] = [Number(policy["durationInDays"]), policy["expirationDateTime"] ?? null];
  const byDate = endDateTime === null ? "noExpiration" : "afterDateTime";
  return {
    ...policy,
    allowedTargetScope: toV1Scope.get(jsonText(innerOf(requestor, "scopeType"))) ?? null,
    specificAllowedTargets: subjectSets(innerOf(requestor, "allowedRequestors")),
    expiration: {
      endDateTime,
      duration: days > 0 ? `P${days}D` : null,
      type: days > 0 ? "afterDuration" : byDate,
    },
    requestorSettings: {
      ...(policy[sentSettings] as JsonObject | null | undefined),
      enableTargetsToSelfAddAccess: innerOf(requestor, "acceptRequests") ?? null,
    },
    reviewSettings: isObject(policy["accessReviewSettings"]) ? reviewInV1(policy["accessReviewSettings"]) : null,
    requestApprovalSettings: {
      ...renamed("v1", approvals, approval),
      stages: objectsIn(innerOf(approval, "approvalStages")).map((stage) => ({
        ...renamed("v1", stages, stage),
        primaryApprovers: subjectSets(stage["primaryApprovers"], false),
        fallbackPrimaryApprovers: subjectSets(stage["primaryApprovers"], true),
        escalationApprovers: subjectSets(stage["escalationApprovers"], false),
        fallbackEscalationApprovers: subjectSets(stage["escalationApprovers"], true),
      })),
    },
  };
}

function reviewInBeta(review: JsonObject): JsonObject {
  const { schedule, isSelfReview, primaryReviewers, fallbackReviewers } = review;
  const pattern = innerOf(innerOf(schedule, "recurrence"), "pattern");
  const recurrence = recurrences.find(
    ([, type, interval]) => innerOf(pattern, "type") === type && innerOf(pattern, "interval") === interval,
  );
  return {
    ...renamed("beta", reviews, review),
    recurrenceType: recurrence?.[0] ?? null,
    reviewerType: isSelfReview === true ? "Self" : "Reviewers",
    startDateTime: innerOf(schedule, "startDateTime") ?? null,
    durationInDays: review["isEnabled"] === true ? days(innerOf(innerOf(schedule, "expiration"), "duration")) : null,
    reviewers: userSets(primaryReviewers, fallbackReviewers),
  };
}

function reviewInV1(review: JsonObject): JsonObject {
  const [, type = null, interval = null] = recurrences.find(([beta]) => beta === review["recurrenceType"]) ?? [];
  const duration = inDays.v1(review["durationInDays"] ?? null);
  return {
    ...renamed("v1", reviews, review),
    isSelfReview: review["reviewerType"] === "Self",
    schedule: {
      startDateTime: review["startDateTime"] ?? null,
      expiration: { type: "afterDuration", duration, endDateTime: null },
      recurrence: { pattern: { type, interval }, range: { type: "noEnd" } },
    },
    primaryReviewers: subjectSets(review["reviewers"], false),
    fallbackReviewers: subjectSets(review["reviewers"], true),
  };
}

function renamed(to: keyof Conversion, pairs: readonly Pair[], from: Json | undefined): JsonObject {
  return Object.fromEntries(
    pairs.map(([beta, v1, as]) => {
      const value = innerOf(from, to === "beta" ? v1 : beta) ?? null;
      return [to === "beta" ? beta : v1, as === undefined ? value : as[to](value)];
    }),
  );
}

function userSets(first: Json | undefined, backup: Json = []): JsonObject[] {
  return [false, true].flatMap((isBackup) =>
    objectsIn(isBackup ? backup : first).map((set) => {
      const { [subjectIds[kindOf(set)] ?? ""]: id, ...rest } = set;
      return { ...rest, ...(id !== undefined && { id }), isBackup };
    }),
  );
}

function subjectSets(sets: Json | undefined, backup?: boolean): JsonObject[] {
  return objectsIn(sets)
    .filter(({ isBackup }) => backup === undefined || (isBackup === true) === backup)
    .map((set) => {
      const { id = null, isBackup: _, ...rest } = set;
      const name = subjectIds[kindOf(set)];
      return name === undefined ? rest : { ...rest, [name]: id };
    });
}

function days(duration: Json = null): number {
  const length = durationOf(jsonText(duration), /^P\d+D$/);
  if (length === undefined) throw notHeld("durations of whole days alone, such as P30D");
  return length / dayMs;
}

function notHeld(what: string): Error {
  return refused("InvalidPolicy", `The policy is not valid. The sandbox has ${what}.`);
}
