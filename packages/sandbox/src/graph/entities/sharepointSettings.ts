/** https://learn.microsoft.com/graph/api/resources/sharepointsettings, …/idlesessionsignout. Read only. */
import { boolean, computed, guids, int32, readOnly, string, strings, complex, type EntityProperties } from "./property";
import { plainSet } from "./entitySet";

const enabled = boolean({ ...readOnly, default: true });
const disabled = boolean({ ...readOnly, default: false });

/** The defaults are those of the page's example, without its lists of domains. 64-bit integers are among the `int32`. */
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
  isRequireAcceptingUserToMatchInvitedUserEnabled: enabled,
  isResharingByExternalUsersEnabled: enabled,
  isSharePointMobileNotificationEnabled: enabled,
  isSharePointNewsfeedEnabled: enabled,
  isSiteCreationEnabled: enabled,
  isSiteCreationUIEnabled: enabled,
  isSitePagesCreationEnabled: enabled,
  isSitesStorageLimitAutomatic: enabled,
  isSyncButtonHiddenOnPersonalSite: enabled,
  isUnmanagedSyncAppForTenantRestricted: enabled,
  personalSiteDefaultStorageLimitInMB: int32({ ...readOnly, default: 113_664 }),
  sharingAllowedDomainList: strings(readOnly),
  sharingBlockedDomainList: strings(readOnly),
  sharingCapability: string({ ...readOnly, default: "externalUserAndGuestSharing" }),
  sharingDomainRestrictionMode: string({ ...readOnly, default: "none" }),
  siteCreationDefaultManagedPath: string({ ...computed, default: "/sites/" }),
  siteCreationDefaultStorageLimitInMB: int32({ ...readOnly, default: 808_034 }),
  tenantDefaultTimezone: string({ ...readOnly, default: "(UTC-05:00) Eastern Time (US and Canada)" }),
};

export const sharepointTypes: Readonly<Record<string, EntityProperties>> = {
  idleSessionSignOut: { isEnabled: boolean(), signOutAfterInSeconds: int32(), warnAfterInSeconds: int32() },
};

export const sharepointSets = {
  sharepointSettings: plainSet("sharepointSettings", sharepointSettings, { path: "admin/sharepoint/settings" }),
};
