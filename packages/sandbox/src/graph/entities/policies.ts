/**
 * `subscribedSku`, `authorizationPolicy`, `tenantAppManagementPolicy` and others: licences and
 * policies of a tenant. Read only. https://learn.microsoft.com/graph/api/resources/subscribedsku,
 * …/authorizationpolicy, …/tenantappmanagementpolicy, …/identitysecuritydefaultsenforcementpolicy,
 * …/adminconsentrequestpolicy, …/activitybasedtimeoutpolicy, …/groupsetting
 */
import type { EntityProperties } from "./property";
import { boolean, complex, complexes, computed, guid, int32, readOnly, string, strings } from "./property";

export const subscribedSku: EntityProperties = {
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

export const authorizationPolicy: EntityProperties = {
  id: string({ ...computed }),
  allowInvitesFrom: string(readOnly),
  allowedToSignUpEmailBasedSubscriptions: boolean({ ...readOnly, nullable: false, default: true }),
  allowedToUseSSPR: boolean({ ...readOnly, nullable: false, default: true }),
  allowEmailVerifiedUsersToJoinOrganization: boolean({ ...readOnly, nullable: false, default: false }),
  allowUserConsentForRiskyApps: boolean(readOnly),
  blockMsolPowerShell: boolean(readOnly),
  displayName: string(readOnly),
  description: string(readOnly),
  guestUserRoleId: guid(readOnly),
  defaultUserRolePermissions: complex("defaultUserRolePermissions", readOnly),
};

export const tenantAppManagementPolicy: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(readOnly),
  description: string(readOnly),
  isEnabled: boolean({ ...readOnly, nullable: false, default: false }),
  applicationRestrictions: complex("appManagementApplicationConfiguration", readOnly),
  servicePrincipalRestrictions: complex("appManagementServicePrincipalConfiguration", readOnly),
};

export const identitySecurityDefaultsEnforcementPolicy: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(readOnly),
  description: string(readOnly),
  isEnabled: boolean({ ...readOnly, nullable: false, default: false }),
};

export const adminConsentRequestPolicy: EntityProperties = {
  isEnabled: boolean({ ...readOnly, nullable: false, default: false }),
  notifyReviewers: boolean({ ...readOnly, nullable: false, default: false }),
  remindersEnabled: boolean({ ...readOnly, nullable: false, default: false }),
  requestDurationInDays: int32({ ...readOnly, nullable: false, default: 0 }),
  reviewers: complexes("accessReviewReviewerScope", readOnly),
  version: int32({ ...readOnly, nullable: false, default: 0 }),
};

export const activityBasedTimeoutPolicy: EntityProperties = {
  id: string({ ...computed }),
  definition: strings(readOnly),
  description: string(readOnly),
  displayName: string(readOnly),
  isOrganizationDefault: boolean({ ...readOnly, default: false }),
};

export const groupSetting: EntityProperties = {
  id: string({ ...computed }),
  displayName: string(readOnly),
  templateId: string(readOnly),
  values: complexes("settingValue", readOnly),
};

export const policyTypes: Readonly<Record<string, EntityProperties>> = {
  accessReviewReviewerScope: { query: string(), queryType: string(), queryRoot: string() },
  settingValue: { name: string(), value: string() },
};
