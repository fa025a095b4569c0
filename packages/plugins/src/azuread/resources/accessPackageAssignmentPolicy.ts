/** https://www.pulumi.com/registry/packages/azuread/api-docs/accesspackageassignmentpolicy/ */
import { isRecord } from "../../protocol/values";
import type { Fields } from "../../schema/fields";
import {
  boolean,
  integer,
  object,
  objects,
  string,
  type GraphForm,
  type ResourceProperties,
} from "../../schema/property";
import { integerBetween, notEmpty, oneOf, uuid } from "../../schema/validators";
import { entitlementBase, plainId, userSets } from "../entitlements";
import type { GraphOperation } from "../graph";
import { graphBody, readFrom, required } from "../mapping";
import type { AzureadResource } from "../types";

const base = `${entitlementBase}/accessPackageAssignmentPolicies`;

const noSubjects = "NoSubjects";
const unsupported = true;

const flagOrNull: GraphForm = { send: (plan, name) => plan.flag(name) || null };
const numberOrNull: GraphForm = { send: (plan, name) => plan.number(name) || null };
const textAsIs: GraphForm = { send: (plan, name) => plan.text(name) };
const requestorFields: ResourceProperties = {
  requestors: userSets("allowedRequestors", "requestor"),
  requestsAccepted: boolean("optional", { graph: "acceptRequests", graphForm: flagOrNull }),
  scopeType: string("optional", {
    graph: "scopeType",
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
  alternativeApprovalEnabled: boolean("optional", { graph: "isEscalationEnabled", graphForm: flagOrNull, unsupported }),
  alternativeApprovers: { ...userSets("escalationApprovers", "alternative_approver"), unsupported },
  approvalTimeoutInDays: integer("required", { graph: "approvalStageTimeOutInDays", graphForm: numberOrNull }),
  approverJustificationRequired: boolean("optional", {
    graph: "isApproverJustificationRequired",
    graphForm: flagOrNull,
  }),
  enableAlternativeApprovalInDays: integer("optional", {
    graph: "escalationTimeInMinutes",
    graphForm: numberOrNull,
    unsupported,
  }),
  primaryApprovers: userSets("primaryApprovers", "primary_approver"),
};

const approvalFields: ResourceProperties = {
  approvalRequired: boolean("optional", { graph: "isApprovalRequired" }),
  approvalRequiredForExtension: boolean("optional", { graph: "isApprovalRequiredForExtension" }),
  approvalStages: objects("optional", stageFields, { graph: "approvalStages", terraform: "approval_stage" }),
  requestorJustificationRequired: boolean("optional", { graph: "isRequestorJustificationRequired" }),
};

const reviewFields: ResourceProperties = {
  accessRecommendationEnabled: boolean("optional", { graph: "isAccessRecommendationEnabled" }),
  accessReviewTimeoutBehavior: string("optional", {
    graph: "accessReviewTimeoutBehavior",
    graphForm: textAsIs,
    check: oneOf("acceptAccessRecommendation", "keepAccess", "removeAccess"),
  }),
  approverJustificationRequired: boolean("optional", { graph: "isApprovalJustificationRequired" }),
  durationInDays: integer("optional", { graph: "durationInDays" }),
  enabled: boolean("optional", { graph: "isEnabled" }),
  reviewFrequency: string("optional", {
    graph: "recurrenceType",
    check: oneOf("annual", "halfyearly", "monthly", "quarterly", "weekly"),
  }),
  reviewType: string("optional", { graph: "reviewerType", check: oneOf("Manager", "Reviewers", "Self") }),
  reviewers: userSets("reviewers", "reviewer"),
  // The service chooses the start, unless it is given.
  startingOn: string("optional", { graph: "startDateTime", isDefaultState: () => true, unsupported }),
};

const properties: ResourceProperties = {
  accessPackageId: string("required", { graph: "accessPackageId", check: uuid }),
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  description: string("required", { graph: "description", check: notEmpty }),
  durationInDays: integer("optional", { graph: "durationInDays", check: integerBetween(0, 3660) }),
  expirationDate: string("optional", { graph: "expirationDateTime", unsupported }),
  extensionEnabled: boolean("optional", { graph: "canExtend" }),
  requestorSettings: object("optional", requestorFields, {
    graph: "requestorSettings",
    isDefaultState: (value) => isRecord(value) && value.scopeType === noSubjects,
  }),
  approvalSettings: object("optional", approvalFields, { graph: "requestApprovalSettings" }),
  assignmentReviewSettings: object("optional", reviewFields, { graph: "accessReviewSettings" }),
  questions: objects("optional", {}, { graph: "questions", terraform: "question", unsupported }),
};

export const accessPackageAssignmentPolicy: AzureadResource = {
  name: "AccessPackageAssignmentPolicy",
  terraform: "azuread_access_package_assignment_policy",
  properties,
  minutes: { create: 5, read: 5, update: 5, delete: 5 },
  importId: plainId,
  validate,
  async create(plan, call, created) {
    const made = await call.post(base, await policyBody(plan, call), "beta");
    created(required(made.id, "ID of the new access package assignment policy"));
  },
  async read(id, call) {
    const policy = await call.find(`${base}/${id}`, "beta");
    return policy && readFrom(properties, policy);
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
  await call.get(`${entitlementBase}/accessPackages/${plan.text("accessPackageId")}`, "beta");
  return graphBody("accessPackageAssignmentPolicies", properties, plan);
}
