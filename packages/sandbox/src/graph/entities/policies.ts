/**
 * `subscribedSku`, `authorizationPolicy`, `tenantAppManagementPolicy` and others: licences and
 * policies of a tenant. https://learn.microsoft.com/graph/api/resources/subscribedsku,
 * …/authorizationpolicy, …/tenantappmanagementpolicy, …/identitysecuritydefaultsenforcementpolicy,
 * …/adminconsentrequestpolicy, …/activitybasedtimeoutpolicy, …/groupsetting
 */
import type { EntityProperties } from "./property";
import { boolean, complex, complexes, computed, guid, int32, readOnly, string, strings } from "./property";
import { plainSet } from "./entitySet";

const subscribedSku: EntityProperties = {
  accountName: string(readOnly),
  accountId: string(readOnly),
  appliesTo: string(readOnly),
  capabilityStatus: string(readOnly),
  consumedUnits: int32(readOnly),
  id: string({ ...computed }),
  skuId: guid(readOnly),
  skuPartNumber: string(readOnly),
  subscriptionIds: strings(readOnly),
  prepaidUnits: complex("licenseUnitsDetail", readOnly),
  servicePlans: complexes("servicePlanInfo", readOnly),
};

const authorizationPolicy: EntityProperties = {
  id: string({ ...computed }),
  allowInvitesFrom: string({
    nullable: false,
    values: ["none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"],
  }),
  allowedToSignUpEmailBasedSubscriptions: boolean({ nullable: false, default: true }),
  allowedToUseSSPR: boolean({ nullable: false, default: true }),
  allowEmailVerifiedUsersToJoinOrganization: boolean({ nullable: false, default: false }),
  allowUserConsentForRiskyApps: boolean(),
  blockMsolPowerShell: boolean(),
  displayName: string(readOnly),
  description: string(readOnly),
  guestUserRoleId: guid(),
  defaultUserRolePermissions: complex("defaultUserRolePermissions"),
};

const tenantAppManagementPolicy: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(readOnly),
  description: string(readOnly),
  isEnabled: boolean({ ...readOnly, nullable: false, default: false }),
  applicationRestrictions: complex("appManagementApplicationConfiguration", readOnly),
  servicePrincipalRestrictions: complex("appManagementServicePrincipalConfiguration", readOnly),
};

const identitySecurityDefaultsEnforcementPolicy: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(readOnly),
  description: string(readOnly),
  isEnabled: boolean({ nullable: false, default: false }),
};

const needed = { nullable: false, required: true } as const;

const adminConsentRequestPolicy: EntityProperties = {
  isEnabled: boolean({ ...needed, default: false }),
  notifyReviewers: boolean({ ...needed, default: false }),
  remindersEnabled: boolean({ ...needed, default: false }),
  requestDurationInDays: int32({ ...needed, default: 0 }),
  reviewers: complexes("accessReviewReviewerScope", { required: true }),
  version: int32({ ...readOnly, nullable: false, default: 0 }),
};

const activityBasedTimeoutPolicy: EntityProperties = {
  id: string({ ...computed }),
  definition: strings({ required: true }),
  description: string(),
  displayName: string({ required: true }),
  isOrganizationDefault: boolean({ default: false }),
};

const groupSetting: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(),
  templateId: string({ required: true, write: "create" }),
  values: complexes("settingValue", { required: true }),
};

export const policyTypes: Readonly<Record<string, EntityProperties>> = {
  accessReviewReviewerScope: { query: string(), queryType: string(), queryRoot: string() },
  settingValue: { name: string(), value: string({ emptyText: true }) },
};

export const policySets = {
  subscribedSkus: plainSet("subscribedSku", subscribedSku),
  authorizationPolicy: plainSet("authorizationPolicy", authorizationPolicy, { path: "policies/authorizationPolicy" }),
  defaultAppManagementPolicy: plainSet("tenantAppManagementPolicy", tenantAppManagementPolicy, {
    path: "policies/defaultAppManagementPolicy",
  }),
  identitySecurityDefaultsEnforcementPolicy: plainSet(
    "identitySecurityDefaultsEnforcementPolicy",
    identitySecurityDefaultsEnforcementPolicy,
    { path: "policies/identitySecurityDefaultsEnforcementPolicy" },
  ),
  adminConsentRequestPolicy: plainSet("adminConsentRequestPolicy", adminConsentRequestPolicy, {
    path: "policies/adminConsentRequestPolicy",
  }),
  activityBasedTimeoutPolicies: plainSet("activityBasedTimeoutPolicy", activityBasedTimeoutPolicy, {
    path: "policies/activityBasedTimeoutPolicies",
  }),
  groupSettings: plainSet("groupSetting", groupSetting),
};
