/**
 * `subscribedSku`, `authorizationPolicy`, `tenantAppManagementPolicy` and others: licences and
 * policies of a tenant. https://learn.microsoft.com/graph/api/resources/subscribedsku,
 * …/authorizationpolicy, …/tenantappmanagementpolicy, …/identitysecuritydefaultsenforcementpolicy,
 * …/adminconsentrequestpolicy, …/activitybasedtimeoutpolicy, …/groupsetting
 */
import {
  boolean,
  complex,
  complexes,
  computed,
  guid,
  guids,
  int32,
  readOnly,
  string,
  strings,
  type EntityProperties,
  each,
} from "./property";
import { plainSet } from "./entitySet";

const subscribedSku: EntityProperties = {
  ...each(string(readOnly), "accountName", "accountId", "appliesTo", "capabilityStatus"),
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
  ...each(boolean({ nullable: false, default: true }), "allowedToSignUpEmailBasedSubscriptions", "allowedToUseSSPR"),
  allowEmailVerifiedUsersToJoinOrganization: boolean({ nullable: false, default: false }),
  ...each(boolean(), "allowUserConsentForRiskyApps", "blockMsolPowerShell"),
  ...each(string(readOnly), "displayName", "description"),
  guestUserRoleId: guid(),
  defaultUserRolePermissions: complex("defaultUserRolePermissions"),
};

const tenantAppManagementPolicy: EntityProperties = {
  id: string({ ...computed }),
  ...each(string(readOnly), "displayName", "description"),
  isEnabled: boolean({ ...readOnly, nullable: false, default: false }),
  applicationRestrictions: complex("appManagementApplicationConfiguration", readOnly),
  servicePrincipalRestrictions: complex("appManagementServicePrincipalConfiguration", readOnly),
};

const identitySecurityDefaultsEnforcementPolicy: EntityProperties = {
  id: string({ ...computed }),
  ...each(string(readOnly), "displayName", "description"),
  isEnabled: boolean({ nullable: false, default: false }),
};

const needed = { nullable: false, required: true } as const;

const adminConsentRequestPolicy: EntityProperties = {
  ...each(boolean({ ...needed, default: false }), "isEnabled", "notifyReviewers", "remindersEnabled"),
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
  idleSessionSignOut: { isEnabled: boolean(), signOutAfterInSeconds: int32(), warnAfterInSeconds: int32() },
};

const enabled = boolean({ ...readOnly, default: true });
const disabled = boolean({ ...readOnly, default: false });

/**
 * Read only; the defaults are those of the page's example, without its lists of domains. 64-bit integers are among the
 * `int32`. https://learn.microsoft.com/graph/api/resources/sharepointsettings, …/idlesessionsignout
 */
const sharepointSettings: EntityProperties = {
  allowedDomainGuidsForSyncApp: guids(readOnly),
  availableManagedPathsForSiteCreation: strings({ ...readOnly, default: ["/sites/", "/teams/"] }),
  deletedUserPersonalSiteRetentionPeriodInDays: int32({ ...readOnly, default: 344 }),
  excludedFileExtensionsForSyncApp: strings(readOnly),
  idleSessionSignOut: complex("idleSessionSignOut", {
    ...readOnly,
    default: { isEnabled: true, warnAfterInSeconds: 120, signOutAfterInSeconds: 300 },
  }),
  imageTaggingOption: string({ ...readOnly, default: "basic" }),
  isCommentingOnSitePagesEnabled: enabled,
  isFileActivityNotificationEnabled: enabled,
  isLegacyAuthProtocolsEnabled: disabled,
  isLoopEnabled: enabled,
  isMacSyncAppEnabled: disabled,
  ...each(enabled, "isRequireAcceptingUserToMatchInvitedUserEnabled", "isResharingByExternalUsersEnabled"),
  ...each(enabled, "isSharePointMobileNotificationEnabled", "isSharePointNewsfeedEnabled", "isSiteCreationEnabled"),
  ...each(enabled, "isSiteCreationUIEnabled", "isSitePagesCreationEnabled", "isSitesStorageLimitAutomatic"),
  ...each(enabled, "isSyncButtonHiddenOnPersonalSite", "isUnmanagedSyncAppForTenantRestricted"),
  personalSiteDefaultStorageLimitInMB: int32({ ...readOnly, default: 113_664 }),
  ...each(strings(readOnly), "sharingAllowedDomainList", "sharingBlockedDomainList"),
  sharingCapability: string({ ...readOnly, default: "externalUserAndGuestSharing" }),
  sharingDomainRestrictionMode: string({ ...readOnly, default: "none" }),
  siteCreationDefaultManagedPath: string({ ...computed, default: "/sites/" }),
  siteCreationDefaultStorageLimitInMB: int32({ ...readOnly, default: 808_034 }),
  tenantDefaultTimezone: string({ ...readOnly, default: "(UTC-05:00) Eastern Time (US and Canada)" }),
};

export const policySets = {
  subscribedSkus: plainSet("subscribedSku", subscribedSku),
  authorizationPolicy: plainSet("authorizationPolicy", authorizationPolicy, "policies/authorizationPolicy"),
  defaultAppManagementPolicy: plainSet(
    "tenantAppManagementPolicy",
    tenantAppManagementPolicy,
    "policies/defaultAppManagementPolicy",
  ),
  identitySecurityDefaultsEnforcementPolicy: plainSet(
    "identitySecurityDefaultsEnforcementPolicy",
    identitySecurityDefaultsEnforcementPolicy,
    { path: "policies/identitySecurityDefaultsEnforcementPolicy" },
  ),
  adminConsentRequestPolicy: plainSet(
    "adminConsentRequestPolicy",
    adminConsentRequestPolicy,
    "policies/adminConsentRequestPolicy",
  ),
  activityBasedTimeoutPolicies: plainSet(
    "activityBasedTimeoutPolicy",
    activityBasedTimeoutPolicy,
    "policies/activityBasedTimeoutPolicies",
  ),
  groupSettings: plainSet("groupSetting", groupSetting),
  sharepointSettings: plainSet("sharepointSettings", sharepointSettings, "admin/sharepoint/settings"),
};
