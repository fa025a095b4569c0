/**
 * `application`, its federated identity credentials, and `servicePrincipal`, in the order in which
 * the service answers.
 */
import { complexDefaults } from "./complexTypes";
import type { EntityProperties } from "./property";
import {
  alwaysSelected,
  boolean,
  complex,
  complexes,
  computed,
  dateTime,
  guid,
  readOnly,
  string,
  strings,
  untyped,
  each,
} from "./property";
import { directorySet, plainSet, userOrServicePrincipal } from "./entitySet";

/** Who may sign in to an application. */
export const signInAudiences = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
] as const;

/** https://learn.microsoft.com/graph/api/resources/application */
const application: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  appId: string({ ...computed }),
  ...each(string(readOnly), "applicationTemplateId", "disabledByMicrosoftStatus"),
  createdByAppId: string({ ...readOnly, only: "beta" }),
  createdDateTime: dateTime({ ...computed }),
  displayName: string({ nullable: false, required: true, default: undefined }),
  ...each(string(), "description", "groupMembershipClaims"),
  identifierUris: strings({ unordered: true }),
  ...each(boolean(), "isDeviceOnlyAuthSupported", "isFallbackPublicClient"),
  ...each(string(), "nativeAuthenticationApisEnabled", "notes"),
  oauth2RequirePostResponse: boolean({ only: "beta", nullable: false, default: false }),
  publisherDomain: string({ ...computed, nullable: true }),
  serviceManagementReference: string(),
  signInAudience: string({ default: "AzureADMyOrg", values: signInAudiences }),
  tags: strings({ unordered: true }),
  tokenEncryptionKeyId: guid(),
  uniqueName: string({ write: "create" }),
  ...each(string(), "samlMetadataUrl", "defaultRedirectUri"),
  certification: complex("certification", readOnly),
  servicePrincipalLockConfiguration: complex("servicePrincipalLockConfiguration"),
  requestSignatureVerification: complex("requestSignatureVerification"),
  addIns: complexes("addIn"),
  api: complex("apiApplication", { default: complexDefaults.apiApplication }),
  appRoles: complexes("appRole", { unordered: true }),
  info: complex("informationalUrl", { default: complexDefaults.informationalUrl }),
  keyCredentials: complexes("keyCredential"),
  optionalClaims: complex("optionalClaims", { nullBefore: "servicePrincipalLockConfiguration" }),
  parentalControlSettings: complex("parentalControlSettings", { default: complexDefaults.parentalControlSettings }),
  passwordCredentials: complexes("passwordCredential"),
  publicClient: complex("publicClientApplication", { default: complexDefaults.redirectUris }),
  requiredResourceAccess: complexes("requiredResourceAccess", { unordered: true }),
  verifiedPublisher: complex("verifiedPublisher", { ...readOnly, default: complexDefaults.verifiedPublisher }),
  web: complex("webApplication", { default: complexDefaults.webApplication }),
  spa: complex("spaApplication", { default: complexDefaults.redirectUris }),
};

/** https://learn.microsoft.com/graph/api/resources/federatedidentitycredential */
const federatedIdentityCredential: EntityProperties = {
  id: string({ ...computed }),
  name: string({ nullable: false, required: true, write: "create" }),
  issuer: string({ nullable: false, required: true }),
  subject: string({ required: true }),
  description: string({ emptyText: true }),
  audiences: strings({ required: true }),
};

/** https://learn.microsoft.com/graph/api/resources/serviceprincipal */
const servicePrincipal: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  accountEnabled: boolean({ default: true }),
  alternativeNames: strings(),
  ...each(string(readOnly), "appDisplayName", "appDescription"),
  appId: string({ nullable: false, required: true, write: "create", default: undefined }),
  applicationTemplateId: string(readOnly),
  appOwnerOrganizationId: guid(readOnly),
  appRoleAssignmentRequired: boolean({ nullable: false, default: false }),
  createdByAppId: string({ ...readOnly, only: "beta" }),
  createdDateTime: dateTime(readOnly),
  description: string(),
  disabledByMicrosoftStatus: string(readOnly),
  displayName: string(),
  errorUrl: string({ ...readOnly, only: "beta" }),
  ...each(string(), "homepage", "loginUrl", "logoutUrl", "notes"),
  notificationEmailAddresses: strings(),
  preferredSingleSignOnMode: string(),
  preferredTokenSigningKeyEndDateTime: dateTime({ ...readOnly, only: "beta" }),
  preferredTokenSigningKeyThumbprint: string(),
  publisherName: string({ ...readOnly, only: "beta" }),
  replyUrls: strings({ unordered: true }),
  samlMetadataUrl: string({ ...readOnly, only: "beta" }),
  servicePrincipalNames: strings({ unordered: true }),
  servicePrincipalType: string({ ...readOnly, default: "Application" }),
  signInAudience: string(readOnly),
  tags: strings({ unordered: true }),
  tokenEncryptionKeyId: guid(),
  customSecurityAttributes: untyped({ ...alwaysSelected }),
  samlSingleSignOnSettings: complex("samlSingleSignOnSettings"),
  addIns: complexes("addIn"),
  appRoles: complexes("appRole"),
  info: complex("informationalUrl", { default: complexDefaults.informationalUrl }),
  keyCredentials: complexes("keyCredential"),
  oauth2PermissionScopes: complexes("permissionScope", { only: "v1.0" }),
  // The name that beta has for the same list; answered from `oauth2PermissionScopes`.
  publishedPermissionScopes: complexes("permissionScope", { only: "beta" }),
  passwordCredentials: complexes("passwordCredential"),
  resourceSpecificApplicationPermissions: complexes("resourceSpecificPermission", readOnly),
  verifiedPublisher: complex("verifiedPublisher", { ...readOnly, default: complexDefaults.verifiedPublisher }),
};

export const applicationSets = {
  applications: directorySet("application", application, {
    softDelete: true,
    links: { owners: userOrServicePrincipal },
    alternateKey: "appId",
    directoryService: "Microsoft.DirectoryServices.Application",
  }),
  servicePrincipals: directorySet("servicePrincipal", servicePrincipal, {
    softDelete: true,
    links: { owners: userOrServicePrincipal },
    alternateKey: "appId",
    directoryService: "Microsoft.DirectoryServices.ServicePrincipal",
  }),
  /** Contained in applications: linked from them by `applications.federatedIdentityCredentials`. */
  federatedIdentityCredentials: plainSet("federatedIdentityCredential", federatedIdentityCredential),
};
