/**
 * Which properties of a judged type give access, or change who has it, and which rule refuses a
 * value that the settings do not name. Plain data: a test compares it with the arguments of the
 * types, and asks each rule about wrong values of each property.
 */
import {
  azuread,
  azureRoleAssignment,
  dynamic,
  keyVault,
  keyVaultSecret,
  providerType,
  registrationAssignment,
  registrationDefinition,
} from "../domain/resourceTypes";

export interface GrantingProperty {
  /** Token of the type, without the version that azure-native may have in it. */
  readonly type: string;
  /** Path of the property, with dots. */
  readonly property: string;
  /** Name of the rule that refuses a wrong value. */
  readonly rule: string;
}

/** Rules by type and property. */
const rulesByProperty: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [azuread("AccessPackage")]: { catalogId: "own-references" },
  [azuread("AccessPackageAssignmentPolicy")]: {
    accessPackageId: "own-references",
    approvalSettings: "access-packages",
    assignmentReviewSettings: "access-packages",
    durationInDays: "access-packages",
    expirationDate: "access-packages",
    extensionEnabled: "access-packages",
    requestorSettings: "access-packages",
  },
  [azuread("AccessPackageCatalog")]: { externallyVisible: "access-packages" },
  [azuread("AccessPackageResourceCatalogAssociation")]: {
    catalogId: "own-references",
    resourceOriginId: "named-principals",
    resourceOriginSystem: "access-packages",
  },
  [azuread("AccessPackageResourcePackageAssociation")]: {
    accessPackageId: "own-references",
    accessType: "access-packages",
    catalogResourceAssociationId: "own-references",
  },
  [azuread("AppRoleAssignment")]: { appRoleId: "api-permissions", principalObjectId: "named-principals" },
  [azuread("ApplicationApiAccess")]: {
    applicationId: "named-principals",
    roleIds: "api-permissions",
    scopeIds: "api-permissions",
  },
  [azuread("ApplicationCertificate")]: {
    applicationId: "named-principals",
    encoding: "named-credentials",
    endDate: "certificates-expire",
    endDateRelative: "certificates-expire",
    type: "named-credentials",
    value: "named-credentials",
  },
  [azuread("ApplicationFederatedIdentityCredential")]: {
    applicationId: "named-principals",
    audiences: "federated-credentials",
    issuer: "federated-credentials",
    subject: "federated-credentials",
  },
  [azuread("ApplicationOwner")]: { applicationId: "named-principals", ownerObjectId: "owners" },
  [azuread("ApplicationPassword")]: {
    applicationId: "named-principals",
    endDate: "client-secrets-expire",
    endDateRelative: "client-secrets-expire",
  },
  [azuread("ApplicationRedirectUris")]: { applicationId: "named-principals", redirectUris: "redirect-uris" },
  [azuread("ApplicationRegistration")]: { signInAudience: "single-tenant-applications" },
  [azuread("ConditionalAccessPolicy")]: {
    conditions: "trust-of-mssp-only",
    grantControls: "trust-of-mssp-only",
    sessionControls: "trust-of-mssp-only",
    state: "trust-of-mssp-only",
  },
  [azuread("DirectoryRoleAssignment")]: { principalObjectId: "named-principals", roleId: "directory-roles" },
  [azuread("DirectoryRoleEligibilityScheduleRequest")]: {
    principalId: "named-principals",
    roleDefinitionId: "directory-roles",
  },
  [azuread("Group")]: {
    assignableToRole: "role-assignable-groups",
    dynamicMembership: "static-groups",
    members: "named-principals",
    onpremisesGroupType: "static-groups",
    owners: "owners",
    types: "static-groups",
    visibility: "static-groups",
    writebackEnabled: "static-groups",
  },
  [azuread("GroupMember")]: { groupObjectId: "named-principals", memberObjectId: "named-principals" },
  [azuread("Invitation")]: {
    redirectUrl: "named-guests",
    userEmailAddress: "named-guests",
    userType: "named-guests",
  },
  [azuread("ServicePrincipal")]: { clientId: "named-principals", owners: "owners" },
  [azuread("ServicePrincipalCertificate")]: {
    encoding: "named-credentials",
    endDate: "certificates-expire",
    endDateRelative: "certificates-expire",
    servicePrincipalId: "named-principals",
    type: "named-credentials",
    value: "named-credentials",
  },
  [azuread("ServicePrincipalDelegatedPermissionGrant")]: {
    claimValues: "api-permissions",
    servicePrincipalObjectId: "named-principals",
    userObjectId: "named-principals",
  },
  [azuread("ServicePrincipalPassword")]: {
    endDate: "client-secrets-expire",
    endDateRelative: "client-secrets-expire",
    servicePrincipalId: "named-principals",
  },
  [azureRoleAssignment]: {
    principalId: "azure-principals",
    roleDefinitionId: "azure-principals",
    scope: "azure-principals",
  },
  [keyVault]: {
    "properties.accessPolicies": "azure-principals",
    "properties.enablePurgeProtection": "key-vaults",
    "properties.enableRbacAuthorization": "key-vaults",
    "properties.enableSoftDelete": "key-vaults",
    "properties.enabledForDeployment": "key-vaults",
    "properties.enabledForDiskEncryption": "key-vaults",
    "properties.enabledForTemplateDeployment": "key-vaults",
    "properties.tenantId": "named-organizations",
  },
  [keyVaultSecret]: { vaultName: "key-vaults" },
  [registrationAssignment]: {
    "properties.registrationDefinitionId": "own-references",
    scope: "azure-principals",
  },
  [registrationDefinition]: {
    "properties.authorizations": "azure-principals",
    "properties.eligibleAuthorizations": "azure-principals",
    "properties.managedByTenantId": "named-organizations",
  },
  [dynamic("AlertNotificationRule")]: {
    deviceGroups: "notification-rules",
    endpoint: "named-organizations",
    includeDeviceInformation: "notification-rules",
    includeOrganizationName: "notification-rules",
    includeTenantPortalLink: "notification-rules",
    name: "notification-rules",
    recipients: "notification-rules",
    severities: "notification-rules",
    tenantId: "named-organizations",
  },
  [dynamic("AppRoleGrant")]: {
    appRole: "api-permissions",
    principalObjectId: "named-principals",
    tenantId: "named-organizations",
  },
  [dynamic("ConnectedOrganization")]: { identitySource: "named-organizations", tenantId: "named-organizations" },
  [dynamic("CrossTenantPartner")]: {
    found: "own-references",
    inboundConsentAllowed: "trust-of-mssp-only",
    isCompliantDeviceAccepted: "trust-of-mssp-only",
    isHybridAzureADJoinedDeviceAccepted: "trust-of-mssp-only",
    isMfaAccepted: "trust-of-mssp-only",
    limitToApplication: "trust-of-mssp-only",
    limitToGroup: "trust-of-mssp-only",
    partnerTenantId: "trust-of-mssp-only",
    tenantId: "named-organizations",
  },
  [dynamic("CrossTenantPartnerEntry")]: { partnerTenantId: "trust-of-mssp-only", tenantId: "named-organizations" },
  [dynamic("DefenderRoleAssignment")]: {
    principalIds: "named-principals",
    roleDefinitionId: "own-references",
    tenantId: "named-organizations",
  },
  [dynamic("DefenderRoleDefinition")]: {
    displayName: "defender-roles",
    permissions: "defender-roles",
    tenantId: "named-organizations",
  },
  [dynamic("DefenderSiemAuthorization")]: {
    applicationId: "named-principals",
    endpoint: "named-organizations",
    msspTenantId: "named-organizations",
    tenantId: "named-organizations",
  },
  [dynamic("DetectionRule")]: { detectionAction: "detection-actions", tenantId: "named-organizations" },
  [dynamic("EligibleMembers")]: {
    activationRequires: "activations",
    approverGroups: "named-principals",
    approvers: "named-principals",
    groupId: "named-principals",
    maximumActivation: "activations",
    members: "named-principals",
    tenantId: "named-organizations",
  },
  [dynamic("Guest")]: {
    adoptMember: "named-guests",
    copyRecipient: "named-guests",
    email: "named-guests",
    existingObjectId: "named-guests",
    redirectUrl: "named-guests",
    tenantId: "named-organizations",
  },
  [dynamic("MsspServicePrincipal")]: { applicationId: "named-organizations", tenantId: "named-organizations" },
  [providerType("azuread")]: { tenantId: "named-organizations" },
  [providerType("azure-native")]: { subscriptionId: "named-organizations", tenantId: "named-organizations" },
};

/** Each granting property, with the rule that judges it. */
export const grantingProperties: readonly GrantingProperty[] = Object.entries(rulesByProperty).flatMap(
  ([type, properties]) => Object.entries(properties).map(([property, rule]) => ({ type, property, rule })),
);

const certificate = "keyId startDate";
const password = "displayName rotateWhenChanged startDate";

/**
 * Arguments of the judged types that give nobody access: names and texts, what narrows a grant, and
 * what names an API whose permissions `api-permissions` judges.
 */
export const otherProperties: Readonly<Record<string, string>> = {
  [azuread("AccessPackage")]: "description displayName hidden",
  [azuread("AccessPackageAssignmentPolicy")]: "description displayName questions",
  [azuread("AccessPackageCatalog")]: "description displayName published",
  [azuread("AppRoleAssignment")]: "resourceObjectId",
  [azuread("ApplicationApiAccess")]: "apiClientId",
  [azuread("ApplicationCertificate")]: certificate,
  [azuread("ApplicationFederatedIdentityCredential")]: "description displayName",
  [azuread("ApplicationPassword")]: password,
  // Every platform's addresses are judged alike.
  [azuread("ApplicationRedirectUris")]: "type",
  [azuread("ApplicationRegistration")]:
    "description displayName groupMembershipClaims homepageUrl implicitAccessTokenIssuanceEnabled " +
    "implicitIdTokenIssuanceEnabled logoutUrl marketingUrl notes privacyStatementUrl requestedAccessTokenVersion " +
    "serviceManagementReference supportUrl termsOfServiceUrl",
  [azuread("ConditionalAccessPolicy")]: "displayName",
  // A scope narrows the role.
  [azuread("DirectoryRoleAssignment")]: "appScopeId directoryScopeId",
  [azuread("DirectoryRoleEligibilityScheduleRequest")]: "directoryScopeId justification",
  [azuread("Group")]:
    "administrativeUnitIds autoSubscribeNewMembers behaviors description displayName externalSendersAllowed " +
    "hideFromAddressLists hideFromOutlookClients mailEnabled mailNickname preventDuplicateNames provisioningOptions " +
    "securityEnabled theme",
  [azuread("Invitation")]: "message userDisplayName",
  [azuread("ServicePrincipal")]:
    "accountEnabled alternativeNames appRoleAssignmentRequired description featureTags features loginUrl notes " +
    "notificationEmailAddresses preferredSingleSignOnMode samlSingleSignOn tags useExisting",
  [azuread("ServicePrincipalCertificate")]: certificate,
  [azuread("ServicePrincipalDelegatedPermissionGrant")]: "resourceServicePrincipalObjectId",
  [azuread("ServicePrincipalPassword")]: password,
  [azureRoleAssignment]:
    "condition conditionVersion delegatedManagedIdentityResourceId description principalType roleAssignmentName",
  [keyVault]:
    "location resourceGroupName tags vaultName properties.createMode properties.networkAcls " +
    "properties.publicNetworkAccess properties.sku properties.softDeleteRetentionInDays",
  [keyVaultSecret]: "properties.attributes properties.contentType properties.value resourceGroupName secretName tags",
  [registrationAssignment]: "registrationAssignmentId",
  [registrationDefinition]:
    "plan properties.description properties.registrationDefinitionName registrationDefinitionId scope",
  [dynamic("AlertNotificationRule")]: "mode",
  [dynamic("AppRoleGrant")]: "apiApplicationId principalAdopted",
  [dynamic("ConnectedOrganization")]: "description displayName",
  // The default, "/", is every data source: a list narrows the role.
  [dynamic("DefenderRoleAssignment")]: "dataSources displayName portalAccess",
  [dynamic("DefenderRoleDefinition")]: "description",
  [dynamic("DefenderSiemAuthorization")]: "mode",
  // Alerts go to the tenant's own queue, whatever the rule finds.
  [dynamic("DetectionRule")]:
    "apiVersion description displayName firstRun foundInTenant overwriteEditsUntil queryCondition ruleId schedule status",
  [dynamic("EligibleMembers")]: "permanentEligibility portalAccess",
  [dynamic("Guest")]: "displayName language message",
  [dynamic("PortalAccessModel")]: "model",
  [dynamic("StackIdentity")]: "msspTenantId",
};
