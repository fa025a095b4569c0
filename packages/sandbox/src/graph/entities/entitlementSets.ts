/**
 * Entitlement management: connected organizations, catalogs with their resources, access packages,
 * assignment policies.
 * https://learn.microsoft.com/graph/api/resources/entitlementmanagement-overview. The official azuread
 * plugin uses beta; v1.0 has other names of the same objects.
 */
import type { EntityProperties } from "./property";
import {
  boolean,
  complex,
  complexes,
  computed,
  dateTime,
  int32,
  readOnly,
  string,
  strings,
  untyped,
  untypedCollection,
  each,
} from "./property";
import { plainSet } from "./entitySet";

const beta = { only: "beta" } as const;
const stamps: EntityProperties = {
  createdBy: string({ ...readOnly, ...beta }),
  createdDateTime: dateTime({ ...computed }),
  modifiedBy: string({ ...readOnly, ...beta }),
  modifiedDateTime: dateTime({ ...computed }),
};
const named = { nullable: false, required: true, default: undefined } as const;

/**
 * https://learn.microsoft.com/graph/api/resources/connectedorganization; its update accepts neither
 * identity sources nor times.
 */
const connectedOrganization: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(named),
  description: string(),
  ...stamps,
  state: string({ default: "configured", values: ["configured", "proposed"] }),
  identitySources: complexes("identitySource", { required: true, write: "create" }),
};

/** https://learn.microsoft.com/graph/api/resources/accesspackagecatalog?view=graph-rest-beta */
const accessPackageCatalog: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(named),
  description: string(),
  catalogType: string({ ...readOnly, default: "UserManaged", small: "catalogType" }),
  catalogStatus: string({ default: "Published", ...beta }),
  state: string({ values: ["Published", "Unpublished"], only: "v1.0", small: "catalogStatus" }),
  isExternallyVisible: boolean({ default: true }),
  ...stamps,
};

/** https://learn.microsoft.com/graph/api/resources/accesspackage?view=graph-rest-beta */
const accessPackage: EntityProperties = {
  id: string({ ...computed }),
  catalogId: string({ ...named, ...beta, write: "create" }),
  displayName: string(named),
  description: string(),
  isHidden: boolean({ default: false }),
  isRoleScopesVisible: boolean({ default: false, ...beta }),
  ...stamps,
};

/** https://learn.microsoft.com/graph/api/resources/accesspackageassignment?view=graph-rest-beta */
const accessPackageAssignment: EntityProperties = {
  id: string({ ...computed }),
  ...each(string({ ...readOnly, ...beta }), "catalogId", "accessPackageId", "assignmentPolicyId", "targetId"),
  ...each(string({ ...readOnly, ...beta, default: "Delivered" }), "assignmentStatus", "assignmentState"),
  state: string({ ...readOnly, only: "v1.0", default: "Delivered", small: "assignmentState" }),
  status: string({ ...readOnly, only: "v1.0", default: "Delivered" }),
  isExtended: boolean({ ...readOnly, ...beta, default: false }),
  expiredDateTime: dateTime(readOnly),
};

/**
 * https://learn.microsoft.com/graph/api/resources/accesspackageassignmentrequest?view=graph-rest-beta
 */
const accessPackageAssignmentRequest: EntityProperties = {
  id: string({ ...computed }),
  requestType: string({ ...named, values: ["AdminAdd", "AdminRemove"] }),
  requestState: string({ ...readOnly, default: "Submitted" }),
  requestStatus: string({ ...readOnly, default: "Accepted" }),
  createdDateTime: dateTime({ ...computed }),
  ...each(dateTime(readOnly), "completedDate", "expirationDateTime"),
  justification: string({ emptyText: true }),
};

/** https://learn.microsoft.com/graph/api/resources/accesspackagesubject?view=graph-rest-beta */
const accessPackageSubject: EntityProperties = {
  id: string({ ...computed }),
  altSecId: string({ ...readOnly, ...beta }),
  ...each(string(readOnly), "objectId", "displayName", "principalName", "email", "onPremisesSecurityIdentifier"),
  type: string({ ...readOnly, ...beta }),
  subjectType: string({ ...readOnly, only: "v1.0", small: "type" }),
  subjectLifecycle: string({ ...readOnly, only: "v1.0", nullable: false, default: "notGoverned" }),
  cleanupScheduledDateTime: dateTime({ ...readOnly, ...beta }),
  connectedOrganizationId: string({ ...readOnly, ...beta }),
};

/** https://learn.microsoft.com/graph/api/resources/accesspackageresource?view=graph-rest-beta */
const accessPackageResource: EntityProperties = {
  id: string({ ...computed }),
  ...each(string(), "displayName", "description"),
  ...each(string(beta), "url", "resourceType"),
  ...each(string(named), "originId", "originSystem"),
  isPendingOnboarding: boolean({ ...readOnly, ...beta, default: false }),
  addedBy: string({ ...readOnly, ...beta }),
  addedOn: dateTime({ ...readOnly, ...beta }),
  createdDateTime: dateTime({ ...readOnly, only: "v1.0" }),
  attributes: untypedCollection(readOnly),
};

/**
 * https://learn.microsoft.com/graph/api/resources/accesspackageresourcerequest?view=graph-rest-beta
 */
const accessPackageResourceRequest: EntityProperties = {
  id: string({ ...computed }),
  catalogId: string({ ...named, ...beta }),
  executeImmediately: boolean({ ...beta, default: true }),
  isValidationOnly: boolean({ ...beta, default: false }),
  requestType: string({ ...named, values: ["AdminAdd", "AdminRemove"], small: "requestType" }),
  requestState: string({ ...readOnly, ...beta, default: "Delivered" }),
  state: string({ ...readOnly, only: "v1.0", default: "Delivered", small: "requestState" }),
  requestStatus: string({ ...readOnly, ...beta, default: "Fulfilled" }),
  createdDateTime: dateTime({ ...computed, only: "v1.0" }),
  expirationDateTime: dateTime(beta),
  justification: string({ ...beta, emptyText: true }),
};

const originated: EntityProperties = {
  id: string({ ...computed }),
  ...each(string(), "displayName", "description", "originId", "originSystem"),
};

/**
 * https://learn.microsoft.com/graph/api/resources/accesspackageresourcerole?view=graph-rest-beta
 */
const accessPackageResourceRole: EntityProperties = originated;

/**
 * https://learn.microsoft.com/graph/api/resources/accesspackageresourcescope?view=graph-rest-beta
 */
const accessPackageResourceScope: EntityProperties = {
  ...originated,
  roleOriginId: string(beta),
  isRootScope: boolean({ default: false }),
  url: string(beta),
};

/**
 * https://learn.microsoft.com/graph/api/resources/accesspackageresourcerolescope?view=graph-rest-beta
 */
const accessPackageResourceRoleScope: EntityProperties = {
  id: string({ ...computed }),
  ...stamps,
  modifiedDateTime: dateTime({ ...computed, ...beta }),
};

/**
 * https://learn.microsoft.com/graph/api/resources/accesspackageassignmentpolicy?view=graph-rest-beta
 */
const accessPackageAssignmentPolicy: EntityProperties = {
  id: string({ ...computed }),
  ...each(string(named), "accessPackageId", "displayName"),
  description: string(),
  canExtend: boolean({ default: false }),
  durationInDays: int32({ default: 0 }),
  expirationDateTime: dateTime(),
  ...stamps,
  requestorSettings: complex("requestorSettings", {
    default: { scopeType: "NoSubjects", acceptRequests: true, allowedRequestors: [] },
  }),
  requestApprovalSettings: complex("approvalSettings", {
    default: {
      isApprovalRequired: false,
      isApprovalRequiredForExtension: false,
      isRequestorJustificationRequired: false,
      approvalMode: "NoApproval",
      approvalStages: [],
    },
  }),
  accessReviewSettings: complex("assignmentReviewSettings"),
  questions: complexes("accessPackageQuestion"),
};

/** v1.0's form of a policy: `assignmentPolicyForms.ts`. */
const assignmentPolicy: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(named),
  description: string(),
  allowedTargetScope: string({ default: "notSpecified" }),
  ...each(dateTime({ ...computed }), "createdDateTime", "modifiedDateTime"),
  specificAllowedTargets: complexes("subjectSet"),
  automaticRequestSettings: untyped(),
  expiration: complex("expirationPattern"),
  requestorSettings: complex("accessPackageAssignmentRequestorSettings"),
  requestApprovalSettings: complex("accessPackageAssignmentApprovalSettings"),
  reviewSettings: complex("accessPackageAssignmentReviewSettings"),
};

const zero = { nullable: false, default: 0 } as const;
const userSet: EntityProperties = { isBackup: boolean({ default: false }) };
const identified: EntityProperties = { ...userSet, id: string(), description: string() };
const question: EntityProperties = {
  id: string(),
  isRequired: boolean({ default: false }),
  isAnswerEditable: boolean({ default: true }),
  sequence: int32({ default: 0 }),
  text: complex("accessPackageLocalizedContent"),
};

/** v1.0's types of sets of people, which beta has under the same names with other properties. */
const subjectSets: Readonly<Record<string, EntityProperties>> = {
  "subjectSet/connectedOrganizationMembers": { connectedOrganizationId: string(), description: string() },
  "subjectSet/groupMembers": { groupId: string(), description: string() },
  "subjectSet/singleUser": { userId: string(), description: string() },
  "subjectSet/externalSponsors": {},
  "subjectSet/internalSponsors": {},
  "subjectSet/targetUserSponsors": {},
};
const onRequest = [
  "allowCustomAssignmentSchedule",
  ...["enableOnBehalfRequestors", "enableTargets"].flatMap((who) => {
    const self = who === "enableTargets" ? "Self" : "";
    return ["Add", "Remove", "Update"].map((what) => `${who}To${self}${what}Access`);
  }),
];

/** Their complex types, for `complexTypes`. */
export const entitlementTypes: Readonly<Record<string, EntityProperties>> = {
  identitySource: {},
  azureActiveDirectoryTenant: { displayName: string(), tenantId: string({ required: true }) },
  domainIdentitySource: { displayName: string(), domainName: string({ required: true }) },
  userSet,
  connectedOrganizationMembers: identified,
  groupMembers: identified,
  singleUser: identified,
  externalSponsors: userSet,
  internalSponsors: userSet,
  requestorManager: userSet,
  targetUserSponsors: userSet,
  requestorSettings: {
    scopeType: string({ default: "NoSubjects" }),
    acceptRequests: boolean(),
    allowedRequestors: complexes("userSet"),
  },
  approvalSettings: {
    isApprovalRequired: boolean({ default: false }),
    ...each(boolean({ default: false }), "isApprovalRequiredForExtension", "isRequestorJustificationRequired"),
    approvalMode: string(),
    approvalStages: complexes("approvalStage"),
  },
  approvalStage: {
    approvalStageTimeOutInDays: int32(),
    ...each(boolean(), "isApproverJustificationRequired", "isEscalationEnabled"),
    escalationTimeInMinutes: int32(),
    ...each(complexes("userSet"), "primaryApprovers", "escalationApprovers"),
  },
  assignmentReviewSettings: {
    isEnabled: boolean({ default: false }),
    ...each(string(), "recurrenceType", "reviewerType"),
    startDateTime: dateTime(),
    durationInDays: int32(),
    ...each(boolean({ default: true }), "isAccessRecommendationEnabled", "isApprovalJustificationRequired"),
    accessReviewTimeoutBehavior: string({
      values: ["keepAccess", "removeAccess", "acceptAccessRecommendation"],
    }),
    reviewers: complexes("userSet"),
  },
  ...subjectSets,
  accessPackageAssignmentRequestorSettings: {
    ...Object.fromEntries(onRequest.map((name) => [name, boolean({ default: false })])),
    onBehalfRequestors: complexes("subjectSet"),
  },
  accessPackageAssignmentApprovalSettings: {
    ...each(boolean(), "isApprovalRequiredForAdd", "isApprovalRequiredForUpdate", "isRequestorJustificationRequired"),
    stages: complexes("accessPackageApprovalStage"),
  },
  accessPackageAssignmentReviewSettings: {
    isEnabled: boolean({ default: false }),
    expirationBehavior: string({ values: ["keepAccess", "removeAccess", "acceptAccessRecommendation"] }),
    ...each(boolean({ default: true }), "isRecommendationEnabled", "isReviewerJustificationRequired"),
    isSelfReview: boolean({ default: false }),
    schedule: complex("entitlementManagementSchedule"),
    ...each(complexes("subjectSet"), "primaryReviewers", "fallbackReviewers"),
  },
  entitlementManagementSchedule: {
    startDateTime: dateTime(),
    expiration: complex("expirationPattern"),
    recurrence: complex("patternedRecurrence"),
  },
  patternedRecurrence: { pattern: complex("recurrencePattern"), range: complex("recurrenceRange") },
  recurrencePattern: {
    type: string(),
    interval: int32(zero),
    ...Object.fromEntries(["month", "dayOfMonth"].map((name) => [name, int32(zero)])),
    daysOfWeek: strings(),
    firstDayOfWeek: string({ default: "sunday" }),
    index: string({ default: "first" }),
  },
  recurrenceRange: {
    type: string({ default: "noEnd" }),
    numberOfOccurrences: int32(zero),
    ...Object.fromEntries(["recurrenceTimeZone", "startDate", "endDate"].map((name) => [name, string()])),
  },
  accessPackageApprovalStage: {
    durationBeforeAutomaticDenial: string(),
    ...each(boolean(), "isApproverJustificationRequired", "isEscalationEnabled"),
    durationBeforeEscalation: string(),
    ...each(complexes("subjectSet"), "primaryApprovers", "fallbackPrimaryApprovers", "escalationApprovers"),
    fallbackEscalationApprovers: complexes("subjectSet"),
  },
  accessPackageQuestion: question,
  accessPackageTextInputQuestion: { ...question, isSingleLineQuestion: boolean({ default: true }) },
  accessPackageMultipleChoiceQuestion: {
    ...question,
    allowsMultipleSelection: boolean({ default: false }),
    choices: complexes("accessPackageAnswerChoice"),
  },
  accessPackageAnswerChoice: { actualValue: string(), displayValue: complex("accessPackageLocalizedContent") },
  accessPackageLocalizedContent: {
    defaultText: string(),
    localizedTexts: complexes("accessPackageLocalizedText"),
  },
  accessPackageLocalizedText: { text: string(), languageCode: string() },
};

/** Abstract complex types and the allowed concrete types, which a value's `@odata.type` names. */
export const entitlementSubtypes: Readonly<Record<string, readonly string[]>> = {
  identitySource: ["azureActiveDirectoryTenant", "domainIdentitySource"],
  userSet: [
    "connectedOrganizationMembers",
    "groupMembers",
    "singleUser",
    "externalSponsors",
    "internalSponsors",
    "requestorManager",
    "targetUserSponsors",
  ],
  subjectSet: Object.keys(subjectSets),
  accessPackageQuestion: ["accessPackageTextInputQuestion", "accessPackageMultipleChoiceQuestion"],
};

export const entitlementSets = {
  connectedOrganizations: plainSet("connectedOrganization", connectedOrganization),
  accessPackageCatalogs: plainSet("accessPackageCatalog", accessPackageCatalog),
  accessPackageAssignments: plainSet("accessPackageAssignment", accessPackageAssignment),
  accessPackageAssignmentRequests: plainSet("accessPackageAssignmentRequest", accessPackageAssignmentRequest),
  accessPackageSubjects: plainSet("accessPackageSubject", accessPackageSubject),
  accessPackages: plainSet("accessPackage", accessPackage),
  accessPackageAssignmentPolicies: plainSet("accessPackageAssignmentPolicy", accessPackageAssignmentPolicy),
  assignmentPolicies: plainSet("accessPackageAssignmentPolicy", assignmentPolicy),
  /**
   * Linked from catalogs by `accessPackageCatalogs.accessPackageResources`, and so on:
   * `routes/accessPackageResources.ts`.
   */
  accessPackageResources: plainSet("accessPackageResource", accessPackageResource),
  accessPackageResourceRequests: plainSet("accessPackageResourceRequest", accessPackageResourceRequest),
  accessPackageResourceRoles: plainSet("accessPackageResourceRole", accessPackageResourceRole),
  accessPackageResourceScopes: plainSet("accessPackageResourceScope", accessPackageResourceScope),
  accessPackageResourceRoleScopes: plainSet("accessPackageResourceRoleScope", accessPackageResourceRoleScope),
};
