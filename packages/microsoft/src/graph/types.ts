/**
 * Graph's wire shapes, once, for everything here that reads or answers them. Names, types and what
 * may be null follow Microsoft's metadata of Graph v1.0; real answers carry every property of the
 * full shape, or those of `$select`.
 */

/** A collection's page. `@odata.nextLink` is absolute and followed as it is. */
export interface Collection<T> {
  "@odata.context"?: string;
  "@odata.count"?: number;
  "@odata.nextLink"?: string;
  value: T[];
}

/** Graph's error envelope. */
export interface GraphError {
  error: {
    code: string;
    message: string;
    innerError?: { date: string; "request-id": string; "client-request-id": string };
  };
}

/** What users, groups, applications, service principals and roles have in common. */
export interface DirectoryObject {
  "@odata.type"?: string;
  /** Object ID. */
  id: string;
  /** ISO 8601, UTC; null while it isn't deleted. */
  deletedDateTime?: string | null;
}

/** An application's registration. */
export interface Application extends DirectoryObject {
  /** Application (client) ID. */
  appId: string;
  displayName: string;
  description: string | null;
  signInAudience: SignInAudience;
  createdDateTime: string | null;
  identifierUris: string[];
  notes: string | null;
  publisherDomain: string | null;
  tags: string[];
  api: ApiApplication;
  appRoles: AppRole[];
  keyCredentials: KeyCredential[];
  passwordCredentials: PasswordCredential[];
  publicClient: { redirectUris: string[] };
  requiredResourceAccess: RequiredResourceAccess[];
  spa: { redirectUris: string[] };
  web: WebApplication;
}

/**
 * Who may sign in to an application: this tenant's accounts, any tenant's, or personal accounts
 * too.
 */
export type SignInAudience =
  "AzureADMyOrg" | "AzureADMultipleOrgs" | "AzureADandPersonalMicrosoftAccount" | "PersonalMicrosoftAccount";

export interface ApiApplication {
  acceptMappedClaims: boolean | null;
  knownClientApplications: string[];
  oauth2PermissionScopes: PermissionScope[];
  preAuthorizedApplications: { appId: string; delegatedPermissionIds: string[] }[];
  requestedAccessTokenVersion: number | null;
}

export interface WebApplication {
  homePageUrl: string | null;
  logoutUrl: string | null;
  redirectUris: string[];
  implicitGrantSettings: { enableAccessTokenIssuance: boolean; enableIdTokenIssuance: boolean };
  redirectUriSettings?: { uri: string; index: number | null }[];
}

/** An application permission that an application publishes. */
export interface AppRole {
  id: string;
  allowedMemberTypes: ("Application" | "User")[];
  displayName: string;
  description: string;
  isEnabled: boolean;
  origin?: string;
  /** Its name in tokens (`roles`). */
  value: string | null;
}

/** A delegated permission that an application publishes. */
export interface PermissionScope {
  id: string;
  adminConsentDescription: string;
  adminConsentDisplayName: string;
  isEnabled: boolean;
  type: "Admin" | "User";
  userConsentDescription: string | null;
  userConsentDisplayName: string | null;
  /** Its name in tokens (`scp`). */
  value: string;
}

/** What an application asks for of one API; granting it is another matter. */
export interface RequiredResourceAccess {
  resourceAppId: string;
  resourceAccess: { id: string; type: "Role" | "Scope" }[];
}

export interface PasswordCredential {
  keyId: string;
  displayName: string | null;
  startDateTime: string;
  endDateTime: string;
  /** The first three characters; null on service principals. */
  hint: string | null;
  /** Only in the answer to `addPassword`; null ever after. */
  secretText: string | null;
  customKeyIdentifier: string | null;
}

export interface KeyCredential {
  keyId: string;
  displayName: string | null;
  startDateTime: string;
  endDateTime: string;
  type: string;
  usage: string;
  /** The certificate in base64; only with `$select=keyCredentials`. */
  key: string | null;
  customKeyIdentifier: string | null;
}

/** An application's presence in a tenant. */
export interface ServicePrincipal extends DirectoryObject {
  appId: string;
  displayName: string;
  appDisplayName: string | null;
  appOwnerOrganizationId: string | null;
  accountEnabled: boolean;
  appRoleAssignmentRequired: boolean;
  appRoles: AppRole[];
  oauth2PermissionScopes: PermissionScope[];
  servicePrincipalNames: string[];
  servicePrincipalType: string;
  signInAudience: SignInAudience | null;
  replyUrls: string[];
  tags: string[];
  keyCredentials: KeyCredential[];
  passwordCredentials: PasswordCredential[];
}

/** An application permission granted to a principal. */
export interface AppRoleAssignment {
  /** Not a UUID. */
  id: string;
  deletedDateTime: string | null;
  appRoleId: string;
  createdDateTime: string;
  principalId: string;
  principalDisplayName: string | null;
  principalType: "ServicePrincipal" | "User" | "Group";
  resourceId: string;
  resourceDisplayName: string | null;
}

/** Delegated permissions granted to a client for one API. */
export interface OAuth2PermissionGrant {
  /** Not a UUID. */
  id: string;
  /** Object ID of the client's service principal. */
  clientId: string;
  /**
   * `AllPrincipals`: for every user, by an administrator. `Principal`: for the one user of
   * `principalId`.
   */
  consentType: "AllPrincipals" | "Principal";
  principalId: string | null;
  /** Object ID of the API's service principal. */
  resourceId: string;
  /** Scope names, with spaces between them. */
  scope: string | null;
}

export interface Group extends DirectoryObject {
  displayName: string;
  description: string | null;
  mailEnabled: boolean;
  mailNickname: string;
  securityEnabled: boolean;
  groupTypes: string[];
  isAssignableToRole: boolean | null;
  createdDateTime: string | null;
  visibility: string | null;
}

export interface User extends DirectoryObject {
  displayName: string | null;
  userPrincipalName: string;
  mail: string | null;
  mailNickname: string | null;
  userType: "Member" | "Guest" | null;
  accountEnabled: boolean | null;
  companyName: string | null;
  externalUserState: "PendingAcceptance" | "Accepted" | null;
  createdDateTime: string | null;
}

/** A B2B invitation: its answer. There is no read; the user is what remains. */
export interface Invitation {
  id: string;
  invitedUserEmailAddress: string;
  invitedUserDisplayName: string | null;
  invitedUserType: "Guest" | "Member";
  inviteRedirectUrl: string;
  /** Whoever has it can redeem the invitation: a secret. */
  inviteRedeemUrl: string;
  sendInvitationMessage: boolean;
  resetRedemption: boolean;
  status: "PendingAcceptance" | "Completed" | "InProgress" | "Error";
  invitedUserMessageInfo: {
    messageLanguage: string | null;
    customizedMessageBody: string | null;
    ccRecipients: { emailAddress: { name: string | null; address: string | null } }[];
  } | null;
  invitedUser: { id: string };
}

/** An activated directory role. */
export interface DirectoryRole extends DirectoryObject {
  displayName: string;
  description: string | null;
  roleTemplateId: string;
}

/** A directory role given to a principal. */
export interface UnifiedRoleAssignment {
  id: string;
  principalId: string;
  /** A role template's ID serves. */
  roleDefinitionId: string;
  /** `/`: the whole tenant. */
  directoryScopeId: string;
}

export interface Organization extends DirectoryObject {
  displayName: string;
  verifiedDomains: { name: string; isDefault: boolean; isInitial: boolean; type: string; capabilities: string }[];
}

/**
 * A security alert of `/security/alerts_v2` (`microsoft.graph.security.alert`), as far as the
 * sandbox and the command use it.
 */
export interface SecurityAlert {
  "@odata.type"?: string;
  id: string;
  providerAlertId: string | null;
  incidentId: string | null;
  status: "new" | "inProgress" | "resolved" | "unknown" | "unknownFutureValue";
  severity: "informational" | "low" | "medium" | "high" | "unknown" | "unknownFutureValue";
  classification: "truePositive" | "falsePositive" | "informationalExpectedActivity" | "unknown" | null;
  determination: string | null;
  serviceSource: string;
  detectionSource: string | null;
  productName: string | null;
  detectorId: string | null;
  tenantId: string | null;
  title: string | null;
  description: string | null;
  recommendedActions: string | null;
  category: string | null;
  assignedTo: string | null;
  alertWebUrl: string | null;
  incidentWebUrl: string | null;
  actorDisplayName: string | null;
  threatDisplayName: string | null;
  threatFamilyName: string | null;
  mitreTechniques: string[];
  createdDateTime: string | null;
  lastUpdateDateTime: string | null;
  resolvedDateTime: string | null;
  firstActivityDateTime: string | null;
  lastActivityDateTime: string | null;
  systemTags: string[];
  alertPolicyId: string | null;
  comments: SecurityComment[];
  evidence: SecurityAlertEvidence[];
}

/** A comment on an alert or an incident (`microsoft.graph.security.alertComment`). */
export interface SecurityComment {
  comment: string | null;
  createdByDisplayName: string | null;
  createdDateTime: string | null;
}

/**
 * An incident of `/security/incidents` (`microsoft.graph.security.incident`). `alerts` is there
 * with `$expand=alerts` only.
 */
export interface SecurityIncident {
  "@odata.type"?: string;
  id: string;
  tenantId: string | null;
  /**
   * `awaitingAction` only with `Prefer: include-unknown-enum-members`; else `unknownFutureValue`.
   */
  status: "active" | "resolved" | "inProgress" | "redirected" | "awaitingAction" | "unknownFutureValue";
  incidentWebUrl: string | null;
  /** The incident that this one was merged into; its status is then `redirected`. */
  redirectIncidentId: string | null;
  displayName: string | null;
  createdDateTime: string;
  lastUpdateDateTime: string;
  assignedTo: string | null;
  classification: SecurityAlert["classification"];
  determination: string | null;
  severity: SecurityAlert["severity"];
  customTags: string[];
  systemTags: string[];
  description: string | null;
  lastModifiedBy: string | null;
  resolvingComment: string | null;
  summary: string | null;
  priorityScore: number | null;
  comments: SecurityComment[];
  alerts?: SecurityAlert[];
}

/**
 * A piece of an alert's evidence; `@odata.type` says which kind, and each kind adds its own
 * properties.
 */
export interface SecurityAlertEvidence {
  "@odata.type": string;
  createdDateTime: string | null;
  verdict: "unknown" | "suspicious" | "malicious" | "noThreatsFound" | "unknownFutureValue";
  remediationStatus: string;
  remediationStatusDetails: string | null;
  roles: string[];
  detailedRoles: string[];
  tags: string[];
  [property: string]: unknown;
}
