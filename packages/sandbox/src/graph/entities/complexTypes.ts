/**
 * Complex types of Graph that the sandbox's entities have: `microsoft.graph.<name>`, properties in
 * the service's order. Documented at https://learn.microsoft.com/graph/api/resources/application
 * and the pages of each type.
 */
import { administrativeUnitTypes } from "./administrativeUnitSets";
import { auditTypes } from "./auditSets";
import {
  binary,
  boolean,
  complex,
  complexes,
  dateTime,
  guid,
  guids,
  int32,
  string,
  strings,
  type EntityProperties,
  each,
} from "./property";
import { conditionalAccessSubtypes, conditionalAccessTypes } from "./conditionalAccessSets";
import { crossTenantAccessTypes } from "./crossTenantAccessSets";
import { onPremisesSynchronizationTypes } from "./tenantSets";
import { policyTypes } from "./policySets";
import { privilegedAccessTypes } from "./privilegedAccessSets";
import { entitlementSubtypes, entitlementTypes } from "./entitlementSets";
import { tenantGovernanceTypes } from "./tenantGovernanceSets";
import type { Json } from "../../cloud/model";
import { jsonText } from "../json";

const emptyUrls = {
  logoUrl: null,
  marketingUrl: null,
  privacyStatementUrl: null,
  supportUrl: null,
  termsOfServiceUrl: null,
};

/** Defaults of a new application or service principal. */
export const complexDefaults = {
  apiApplication: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
  },
  informationalUrl: emptyUrls,
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
  redirectUris: { redirectUris: [] },
  verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  webApplication: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    redirectUriSettings: [],
  },
};

const redirectUris = { redirectUris: strings({ unordered: true }) };

/** Complex types by name, without the namespace. */
export const complexTypes: Readonly<Record<string, EntityProperties>> = {
  addIn: { id: guid(), type: string({ nullable: false }), properties: complexes("keyValue") },
  apiApplication: {
    acceptMappedClaims: boolean(),
    knownClientApplications: guids(),
    requestedAccessTokenVersion: int32(),
    oauth2PermissionScopes: complexes("permissionScope"),
    preAuthorizedApplications: complexes("preAuthorizedApplication"),
  },
  appManagementApplicationConfiguration: {
    passwordCredentials: complexes("passwordCredentialConfiguration"),
    keyCredentials: complexes("keyCredentialConfiguration"),
  },
  appManagementServicePrincipalConfiguration: {
    passwordCredentials: complexes("passwordCredentialConfiguration"),
    keyCredentials: complexes("keyCredentialConfiguration"),
  },
  appRole: {
    allowedMemberTypes: strings({ required: true }),
    ...each(string(), "description", "displayName"),
    id: guid({ nullable: false, default: undefined, required: true }),
    isEnabled: boolean({ nullable: false, default: true }),
    origin: string({ write: "never", default: "Application" }),
    value: string(),
  },
  certification: {
    ...each(boolean(), "isPublisherAttested", "isCertifiedByMicrosoft"),
    ...each(dateTime(), "lastCertificationDateTime", "certificationExpirationDateTime"),
    certificationDetailsUrl: string(),
  },
  defaultUserRolePermissions: {
    ...each(boolean({ nullable: false }), "allowedToCreateApps", "allowedToCreateSecurityGroups"),
    ...each(boolean(), "allowedToCreateTenants", "allowedToReadBitlockerKeysForOwnedDevice"),
    allowedToReadOtherUsers: boolean({ nullable: false }),
    permissionGrantPoliciesAssigned: strings(),
  },
  emailAddress: { name: string(), address: string() },
  implicitGrantSettings: each(boolean({ default: false }), "enableAccessTokenIssuance", "enableIdTokenIssuance"),
  informationalUrl: {
    logoUrl: string({ write: "never" }),
    ...each(string(), "marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl"),
  },
  invitedUserMessageInfo: {
    ...each(string(), "messageLanguage", "customizedMessageBody"),
    ccRecipients: complexes("recipient", { default: [{ emailAddress: { name: null, address: null } }] }),
  },
  keyCredential: {
    customKeyIdentifier: binary(),
    displayName: string(),
    endDateTime: dateTime(),
    key: binary(),
    keyId: guid({ default: undefined }),
    startDateTime: dateTime(),
    ...each(string(), "type", "usage"),
  },
  keyCredentialConfiguration: {
    restrictionType: string(),
    state: string({ nullable: false }),
    maxLifetime: string(),
    restrictForAppsCreatedAfterDateTime: dateTime(),
  },
  keyValue: { key: string(), value: string() },
  licenseUnitsDetail: { enabled: int32(), suspended: int32(), warning: int32(), lockedOut: int32() },
  assignedLicense: { disabledPlans: guids(), skuId: guid() },
  objectIdentity: { signInType: string(), issuer: string(), issuerAssignedId: string() },
  optionalClaim: {
    additionalProperties: strings(),
    essential: boolean({ nullable: false, default: false }),
    name: string({ nullable: false, required: true }),
    source: string(),
  },
  optionalClaims: each(complexes("optionalClaim"), "accessToken", "idToken", "saml2Token"),
  parentalControlSettings: { countriesBlockedForMinors: strings(), legalAgeGroupRule: string({ default: "Allow" }) },
  passwordCredential: {
    customKeyIdentifier: binary(),
    displayName: string(),
    endDateTime: dateTime(),
    hint: string({ write: "never" }),
    keyId: guid({ default: undefined }),
    secretText: string({ write: "never" }),
    startDateTime: dateTime(),
  },
  passwordCredentialConfiguration: {
    restrictionType: string(),
    state: string({ nullable: false }),
    maxLifetime: string(),
    restrictForAppsCreatedAfterDateTime: dateTime(),
  },
  passwordProfile: {
    ...each(boolean(), "forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"),
    password: string(),
  },
  permissionScope: {
    ...each(string(), "adminConsentDescription", "adminConsentDisplayName"),
    id: guid({ nullable: false, default: undefined, required: true }),
    isEnabled: boolean({ nullable: false, default: true }),
    type: string({ values: ["User", "Admin"] }),
    ...each(string(), "userConsentDescription", "userConsentDisplayName", "value"),
  },
  preAuthorizedApplication: { appId: string(), delegatedPermissionIds: strings() },
  privacyProfile: { contactEmail: string(), statementUrl: string() },
  publicClientApplication: redirectUris,
  recipient: { emailAddress: complex("emailAddress", { default: { name: null, address: null } }) },
  redirectUriSettings: { uri: string(), index: int32() },
  requestSignatureVerification: {
    isSignedRequestRequired: boolean({ nullable: false, default: false }),
    allowedWeakAlgorithms: string(),
  },
  requiredResourceAccess: {
    resourceAppId: string({ nullable: false, required: true }),
    resourceAccess: complexes("resourceAccess"),
  },
  resourceAccess: {
    id: guid({ nullable: false, default: undefined, required: true }),
    type: string({ required: true, values: ["Role", "Scope"] }),
  },
  resourceSpecificPermission: {
    ...each(string(), "description", "displayName"),
    id: guid({ nullable: false, default: undefined }),
    isEnabled: boolean({ nullable: false, default: true }),
    value: string(),
  },
  samlSingleSignOnSettings: { relayState: string() },
  servicePrincipalLockConfiguration: {
    isEnabled: boolean({ nullable: false, default: false }),
    ...each(boolean(), "allProperties", "credentialsWithUsageVerify", "credentialsWithUsageSign"),
    tokenEncryptionKeyId: boolean(),
  },
  servicePlanInfo: {
    servicePlanId: guid(),
    ...each(string(), "servicePlanName", "provisioningStatus", "appliesTo"),
  },
  spaApplication: redirectUris,
  unifiedRolePermission: { allowedResourceActions: strings(), condition: string() },
  verifiedDomain: {
    capabilities: string(),
    ...each(boolean(), "isDefault", "isInitial"),
    ...each(string(), "name", "type"),
  },
  verifiedPublisher: { displayName: string(), verifiedPublisherId: string(), addedDateTime: dateTime() },
  webApplication: {
    ...each(string(), "homePageUrl", "logoutUrl"),
    ...redirectUris,
    implicitGrantSettings: complex("implicitGrantSettings", {
      default: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    }),
    redirectUriSettings: complexes("redirectUriSettings"),
  },
  signInActivity: each(
    dateTime(),
    ...["lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime"],
  ),
  ...administrativeUnitTypes,
  ...entitlementTypes,
  ...tenantGovernanceTypes,
  ...auditTypes,
  ...policyTypes,
  ...onPremisesSynchronizationTypes,
  ...privilegedAccessTypes,
  ...crossTenantAccessTypes,
  ...conditionalAccessTypes,
};

const subtypesOf: Readonly<Record<string, readonly string[]>> = {
  ...entitlementSubtypes,
  ...conditionalAccessSubtypes,
};

/**
 * The complex type of a value: the declared one or, where that is abstract, the one of its
 * `@odata.type`. `undefined` if that type is not allowed.
 */
export function complexTypeOf(declared: string, value: { readonly [name: string]: Json }): string | undefined {
  const subtypes = subtypesOf[declared];
  if (subtypes === undefined) return declared;
  const said = jsonText(value["@odata.type"]).toLowerCase();
  return subtypes.find((subtype) => said === typeName(subtype).toLowerCase());
}

/** A value's `@odata.type` in an answer: only if the declared type is abstract. */
export function typeAnnotation(declared: string, type: string): { "@odata.type"?: string } {
  return declared === type ? {} : { "@odata.type": typeName(type) };
}

/** Types of the same name with other properties in each version are told apart by a prefix. */
function typeName(type: string): string {
  return `#microsoft.graph.${type.split("/").at(-1)}`;
}
