/** https://www.pulumi.com/registry/packages/azuread/api-docs/accesspackageassignmentpolicy/ */
import { type Value, type ValueRecord, isRecord } from "../../protocol/values";
import type { Fields } from "../../schema/fields";
import { boolean, integer, object, objects, string, type ResourceProperties } from "../../schema/property";
import { dateTime, integerBetween, language, notEmpty, oneOf, uuid } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { entitlementBase, plainId, userSetFields, userSetsFrom, userSetsIn } from "../entitlements";
import type { GraphOperation, GraphEntity } from "../graph";
import { nullIfEmpty, objectsAt, readFrom, required, textAt } from "../mapping";
import type { AzureadResource } from "../types";

const base = `${entitlementBase}/accessPackageAssignmentPolicies`;

const userSets = objects("optional", userSetFields);
const noSubjects = "NoSubjects";

const requestorFields: ResourceProperties = {
  requestors: objects("optional", userSetFields, { terraform: "requestor" }),
  requestsAccepted: boolean("optional"),
  scopeType: string("optional", {
    check: oneOf(
      "AllConfiguredConnectedOrganizationSubjects",
      "AllExistingConnectedOrganizationSubjects",
      "AllExistingDirectoryMemberUsers",
      "AllExistingDirectorySubjects",
      "AllExternalSubjects",
      noSubjects,
      "SpecificConnectedOrganizationSubjects",
      "SpecificDirectorySubjects",
    ),
    isDefaultState: (value) => value === noSubjects,
  }),
};

const stageFields: ResourceProperties = {
  alternativeApprovalEnabled: boolean("optional"),
  alternativeApprovers: { ...userSets, terraform: "alternative_approver" },
  approvalTimeoutInDays: integer("required"),
  approverJustificationRequired: boolean("optional"),
  enableAlternativeApprovalInDays: integer("optional"),
  primaryApprovers: { ...userSets, terraform: "primary_approver" },
};

const approvalFields: ResourceProperties = {
  approvalRequired: boolean("optional"),
  approvalRequiredForExtension: boolean("optional"),
  approvalStages: objects("optional", stageFields, { terraform: "approval_stage" }),
  requestorJustificationRequired: boolean("optional"),
};

const reviewFields: ResourceProperties = {
  accessRecommendationEnabled: boolean("optional"),
  accessReviewTimeoutBehavior: string("optional", {
    check: oneOf("acceptAccessRecommendation", "keepAccess", "removeAccess"),
  }),
  approverJustificationRequired: boolean("optional"),
  durationInDays: integer("optional"),
  enabled: boolean("optional"),
  reviewFrequency: string("optional", { check: oneOf("annual", "halfyearly", "monthly", "quarterly", "weekly") }),
  reviewType: string("optional", { check: oneOf("Manager", "Reviewers", "Self") }),
  reviewers: { ...userSets, terraform: "reviewer" },
  // The service chooses the start, unless it is given.
  startingOn: string("optional", { check: dateTime, isDefaultState: () => true }),
};

const localized: ResourceProperties = {
  defaultText: string("required"),
  localizedTexts: objects(
    "optional",
    { content: string("required"), languageCode: string("required", { check: language }) },
    { terraform: "localized_text" },
  ),
};

const questionFields: ResourceProperties = {
  choices: objects(
    "optional",
    { actualValue: string("required"), displayValue: object("required", localized) },
    { terraform: "choice" },
  ),
  required: boolean("optional"),
  sequence: integer("optional"),
  text: object("required", localized),
};

const properties: ResourceProperties = {
  accessPackageId: string("required", { graph: "accessPackageId", check: uuid }),
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  description: string("required", { graph: "description", check: notEmpty }),
  durationInDays: integer("optional", {
    graph: "durationInDays",
    conflictsWith: ["expiration_date"],
    check: integerBetween(0, 3660),
  }),
  expirationDate: string("optional", {
    graph: "expirationDateTime",
    conflictsWith: ["duration_in_days"],
    check: dateTime,
  }),
  extensionEnabled: boolean("optional", { graph: "canExtend" }),
  requestorSettings: object("optional", requestorFields, {
    isDefaultState: (value) => isRecord(value) && value.scopeType === noSubjects,
  }),
  approvalSettings: object("optional", approvalFields),
  assignmentReviewSettings: object("optional", reviewFields),
  questions: objects("optional", questionFields, { terraform: "question" }),
};

export const accessPackageAssignmentPolicy: AzureadResource = {
  name: "AccessPackageAssignmentPolicy",
  terraform: "azuread_access_package_assignment_policy",
  properties,
  schemaVersion: 0,
  minutes: { create: 5, read: 5, update: 5, delete: 5 },
  importId: plainId,
  validate,
  async create(plan, call, created) {
    const made = await call.post(base, await policyBody(plan, call), "beta");
    created(required(made.id, "ID of the new access package assignment policy"));
  },
  async read(id, call) {
    const policy = await call.find(`${base}/${id}`, "beta");
    if (policy === undefined) return undefined;
    return {
      ...readFrom(properties, policy),
      requestorSettings: requestorsIn(policy),
      approvalSettings: approvalIn(policy),
      assignmentReviewSettings: reviewIn(policy),
      questions: objectsAt(policy, "questions").map(questionIn),
    };
  },
  async update(id, plan, call) {
    const body = await policyBody(plan, call);
    await call.locked(id, () => call.put(`${base}/${id}`, body, "beta"));
  },
  delete: (id, call) => call.remove(`access package assignment policy "${id}"`, `${base}/${id}`, "beta"),
};

function validate(plan: Fields): void {
  const review = plan.block("assignmentReviewSettings");
  if (!review.flag("enabled")) return;
  const all = ["durationInDays", "reviewFrequency", "accessReviewTimeoutBehavior"];
  if (all.every((name) => review.has(name))) return;
  throw new Error(
    "`duration_in_days`, `review_frequency`, `access_review_timeout_behavior` must be set when review is enabled",
  );
}

async function policyBody(plan: Fields, call: GraphOperation): Promise<object> {
  const accessPackageId = plan.text("accessPackageId");
  await call.get(`${entitlementBase}/accessPackages/${accessPackageId}`, "beta");
  return {
    "@odata.type": odataType("accessPackageAssignmentPolicies"),
    accessPackageId,
    canExtend: plan.flag("extensionEnabled"),
    description: plan.text("description"),
    displayName: plan.text("displayName"),
    durationInDays: plan.number("durationInDays"),
    expirationDateTime: nullIfEmpty(plan.text("expirationDate")),
    questions: plan.blocks("questions").map(questionFrom),
    ...(plan.isSet("requestorSettings") ? { requestorSettings: requestorsFrom(plan.block("requestorSettings")) } : {}),
    ...(plan.isSet("approvalSettings")
      ? { requestApprovalSettings: approvalFrom(plan.block("approvalSettings")) }
      : {}),
    ...reviewFrom(plan.block("assignmentReviewSettings")),
  };
}

function requestorsFrom(settings: Fields): object {
  return {
    acceptRequests: settings.flag("requestsAccepted") || null,
    allowedRequestors: userSetsFrom(settings.blocks("requestors")),
    scopeType: nullIfEmpty(settings.text("scopeType")),
  };
}

function requestorsIn(policy: GraphEntity): Value {
  const { requestorSettings: settings } = policy as { requestorSettings?: GraphEntity | null };
  if (!settings) return null;
  return {
    requestsAccepted: settings["acceptRequests"] === true,
    scopeType: textAt(settings, "scopeType"),
    requestors: userSetsIn(objectsAt(settings, "allowedRequestors")),
  };
}

function approvalFrom(settings: Fields): object {
  return {
    approvalStages: settings.blocks("approvalStages").map((stage) => ({
      approvalStageTimeOutInDays: stage.number("approvalTimeoutInDays") || null,
      escalationApprovers: userSetsFrom(stage.blocks("alternativeApprovers")),
      escalationTimeInMinutes: stage.number("enableAlternativeApprovalInDays") * minutesOfDay || null,
      isApproverJustificationRequired: stage.flag("approverJustificationRequired") || null,
      isEscalationEnabled: stage.flag("alternativeApprovalEnabled") || null,
      primaryApprovers: userSetsFrom(stage.blocks("primaryApprovers")),
    })),
    isApprovalRequired: settings.flag("approvalRequired"),
    isApprovalRequiredForExtension: settings.flag("approvalRequiredForExtension"),
    isRequestorJustificationRequired: settings.flag("requestorJustificationRequired"),
  };
}

function approvalIn(policy: GraphEntity): Value {
  const { requestApprovalSettings: settings } = policy as { requestApprovalSettings?: GraphEntity | null };
  if (!settings) return null;
  return {
    approvalRequired: settings["isApprovalRequired"] === true,
    approvalRequiredForExtension: settings["isApprovalRequiredForExtension"] === true,
    requestorJustificationRequired: settings["isRequestorJustificationRequired"] === true,
    approvalStages: objectsAt(settings, "approvalStages").map((stage) => ({
      alternativeApprovalEnabled: stage["isEscalationEnabled"] === true,
      alternativeApprovers: userSetsIn(objectsAt(stage, "escalationApprovers")),
      approvalTimeoutInDays: numberAt(stage, "approvalStageTimeOutInDays"),
      approverJustificationRequired: stage["isApproverJustificationRequired"] === true,
      enableAlternativeApprovalInDays: Math.floor(numberAt(stage, "escalationTimeInMinutes") / minutesOfDay),
      primaryApprovers: userSetsIn(objectsAt(stage, "primaryApprovers")),
    })),
  };
}

/** Undefined if no part of it is set. */
function reviewFrom(settings: Fields): object {
  if (!Object.keys(reviewFields).some((name) => name !== "startingOn" && settings.has(name))) return {};
  return {
    accessReviewSettings: {
      accessReviewTimeoutBehavior: settings.text("accessReviewTimeoutBehavior"),
      durationInDays: settings.number("durationInDays"),
      isAccessRecommendationEnabled: settings.flag("accessRecommendationEnabled"),
      isApprovalJustificationRequired: settings.flag("approverJustificationRequired"),
      isEnabled: settings.flag("enabled"),
      recurrenceType: nullIfEmpty(settings.text("reviewFrequency")),
      reviewerType: nullIfEmpty(settings.text("reviewType")),
      reviewers: userSetsFrom(settings.blocks("reviewers")),
      startDateTime: nullIfEmpty(settings.text("startingOn")),
    },
  };
}

function reviewIn(policy: GraphEntity): Value {
  const { accessReviewSettings: settings } = policy as { accessReviewSettings?: GraphEntity | null };
  if (!settings) return null;
  return {
    accessRecommendationEnabled: settings["isAccessRecommendationEnabled"] === true,
    accessReviewTimeoutBehavior: textAt(settings, "accessReviewTimeoutBehavior"),
    approverJustificationRequired: settings["isApprovalJustificationRequired"] === true,
    durationInDays: numberAt(settings, "durationInDays"),
    enabled: settings["isEnabled"] === true,
    reviewFrequency: textAt(settings, "recurrenceType"),
    reviewType: textAt(settings, "reviewerType"),
    reviewers: userSetsIn(objectsAt(settings, "reviewers")),
    startingOn: textAt(settings, "startDateTime"),
  };
}

function questionFrom(question: Fields): object {
  const choices = question.blocks("choices").map((choice) => ({
    actualValue: choice.text("actualValue"),
    displayValue: localizedFrom(choice.block("displayValue")),
  }));
  const type = choices.length > 0 ? "accessPackageMultipleChoiceQuestion" : "accessPackageTextInputQuestion";
  return {
    "@odata.type": `#microsoft.graph.${type}`,
    ...(choices.length > 0 ? { choices } : {}),
    isRequired: question.flag("required"),
    sequence: question.number("sequence"),
    text: localizedFrom(question.block("text")),
  };
}

function questionIn(question: GraphEntity): ValueRecord {
  return {
    required: question["isRequired"] === true,
    sequence: numberAt(question, "sequence"),
    text: localizedIn(question["text"]),
    choices: objectsAt(question, "choices").map((choice) => ({
      actualValue: textAt(choice, "actualValue"),
      displayValue: localizedIn(choice["displayValue"]),
    })),
  };
}

function localizedFrom(content: Fields): object {
  return {
    defaultText: nullIfEmpty(content.text("defaultText")),
    localizedTexts: content.blocks("localizedTexts").map((text) => ({
      languageCode: nullIfEmpty(text.text("languageCode")),
      text: nullIfEmpty(text.text("content")),
    })),
  };
}

function localizedIn(content: unknown): Value {
  const from = (content ?? {}) as GraphEntity;
  return {
    defaultText: textAt(from, "defaultText"),
    localizedTexts: objectsAt(from, "localizedTexts").map((text) => ({
      content: textAt(text, "text"),
      languageCode: textAt(text, "languageCode"),
    })),
  };
}

const minutesOfDay = 24 * 60;

function numberAt(from: GraphEntity, name: string): number {
  const value = from[name];
  return typeof value === "number" ? value : 0;
}
