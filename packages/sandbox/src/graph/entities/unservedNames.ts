/**
 * Names that Microsoft's published metadata has and the sandbox lacks, by type: of both versions, then of beta.
 * Made from microsoftgraph/msgraph-metadata by `test/graph/judges.test.ts`. Don't edit it.
 */
export const unservedNames: Readonly<Partial<Record<string, string>>> = {
  accessPackage:
    "accessPackagesIncompatibleWith assignmentPolicies incompatibleAccessPackages incompatibleGroups|accessPackageAssignmentPolicies accessPackageCatalog",
  accessPackageAnswerChoice: "localizations text|",
  accessPackageApprovalStage: "approverInformationVisibility|",
  accessPackageAssignment:
    "assignmentPolicy customExtensionCalloutInstances schedule|accessPackageAssignmentPolicy accessPackageAssignmentRequests accessPackageAssignmentResourceRoles",
  accessPackageAssignmentPolicy:
    "catalog customExtensionStageSettings notificationSettings|accessPackageCatalog customExtensionHandlers verifiableCredentialSettings",
  accessPackageAssignmentRequest:
    "accessPackage answers assignment completedDateTime customExtensionCalloutInstances requestor schedule state status|accessPackageAssignment customExtensionHandlerInstances isValidationOnly verifiedCredentialsData",
  accessPackageCatalog:
    "accessPackages customWorkflowExtensions resourceRoles resourceScopes resources|accessPackageCustomWorkflowExtensions accessPackageResourceRoles accessPackageResourceScopes accessPackageResources customAccessPackageWorkflowExtensions",
  accessPackageMultipleChoiceQuestion: "isMultipleSelectionAllowed localizations|",
  accessPackageQuestion: "localizations|",
  accessPackageResource:
    "environment modifiedDateTime uploadSessions|accessPackageResourceEnvironment accessPackageResourceRoles accessPackageResourceScopes",
  accessPackageResourceRequest: "catalog resource|accessPackageResource requestor",
  accessPackageResourceRole: "resource type|accessPackageResource",
  accessPackageResourceScope: "resource|accessPackageResource",
  accessPackageSubject: "connectedOrganization|",
  accessPackageTextInputQuestion: "localizations regexPattern|",
  activityBasedTimeoutPolicy: "appliesTo deletedDateTime|",
  adminConsentRequestPolicy: "id|",
  administrativeUnit:
    "extensions isMemberManagementRestricted membershipRule membershipRuleProcessingState membershipType scopedRoleMembers|",
  application:
    "appManagementPolicies authenticationBehaviors createdOnBehalfOf extensionProperties homeRealmDiscoveryPolicies isDisabled logo managerApplications synchronization tokenIssuancePolicies tokenLifetimePolicies|claimsMappingPolicies connectorGroup onPremisesPublishing signInAudienceRestrictions",
  appManagementApplicationConfiguration: "identifierUris|audiences redirectUris",
  auditActivityInitiator: "|linkableIdentifiers",
  authenticationMethod: "|lastUsedDateTime",
  authenticationStrengthPolicy: "combinationConfigurations|",
  authorizationPolicy: "deletedDateTime|enabledPreviewFeatures permissionGrantPolicyIdsAssignedToDefaultUserRole",
  conditionalAccessClientApplications:
    "|agentIdServicePrincipalFilter excludeAgentIdServicePrincipals includeAgentIdServicePrincipals",
  conditionalAccessConditionSet: "|agentIdRiskLevels deviceStates",
  conditionalAccessDevices: "|excludeDeviceStates excludeDevices includeDeviceStates includeDevices",
  conditionalAccessSessionControls: "|continuousAccessEvaluation",
  connectedOrganization: "externalSponsors internalSponsors|",
  connectedOrganizationMembers: "connectedOrganizationId|",
  countryNamedLocation: "deletedDateTime|",
  crossTenantAccessPolicyConfigurationDefault: "invitationRedemptionIdentityProviderConfiguration|",
  crossTenantAccessPolicyConfigurationPartner: "identitySynchronization serviceProviderConstraints|",
  crossTenantIdentitySyncPolicyPartner: "|groupSyncInbound",
  delegatedAdminRelationship: "accessAssignments operations requests|",
  directoryAudit: "|userAgent",
  directoryRole: "scopedMembers|",
  domain:
    "domainNameReferences federationConfiguration manufacturer model rootDomain serviceConfigurationRecords verificationDnsRecords|",
  federatedIdentityCredential: "|claimsMatchingExpression",
  group:
    "acceptedSenders accessType appRoleAssignments assignedLabels assignedLicenses calendar calendarView conversations createdOnBehalfOf drive drives events extensions groupLifecyclePolicies isArchived isFavorite isSubscribedByMail licenseProcessingState membersWithLicenseErrors onPremisesExtensionAttributes onPremisesSyncBehavior onenote permissionGrants photo photos planner rejectedSenders settings sites team threads transitiveMemberOf transitiveMembers unseenConversationsCount unseenCount unseenMessagesCount welcomeMessageEnabled|cloudLicensing endpoints membershipRuleProcessingStatus",
  groupMembers: "groupId|",
  identitySecurityDefaultsEnforcementPolicy: "deletedDateTime|",
  invitation: "invitedUser invitedUserSponsors|",
  ipNamedLocation: "deletedDateTime|",
  keyCredentialConfiguration: "excludeActors|certificateBasedApplicationConfigurationIds",
  microsoftAuthenticatorAuthenticationMethod: "device|clientAppName lastUsedDateTime",
  namedLocation: "deletedDateTime|",
  onPremisesDirectorySynchronizationConfiguration:
    "|anchorAttribute applicationId currentExportData customerRequestedSynchronizationInterval synchronizationClientVersion synchronizationInterval writebackConfiguration",
  onPremisesDirectorySynchronizationFeature: "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled|",
  organization:
    "branding certificateBasedAuthConfiguration extensions mobileDeviceManagementAuthority|directorySizeQuota isMultipleDataLocationsForServicesEnabled partnerInformation settings",
  passwordAuthenticationMethod: "|lastUsedDateTime",
  passwordCredentialConfiguration: "excludeActors|",
  permissionScope: "origin|",
  phoneAuthenticationMethod: "|lastUsedDateTime",
  preAuthorizedApplication: "|permissionIds",
  privilegedAccessGroupAssignmentSchedule: "activatedUsing group principal|",
  privilegedAccessGroupAssignmentScheduleRequest: "activatedUsing group principal targetSchedule|approval",
  privilegedAccessGroupEligibilitySchedule: "group principal|",
  privilegedAccessGroupEligibilityScheduleRequest: "group principal targetSchedule|approval",
  requestorManager: "managerLevel|",
  riskyUser: "history|",
  servicePrincipal:
    "appManagementPolicies claimsMappingPolicies createdObjects delegatedPermissionClassifications endpoints federatedIdentityCredentials homeRealmDiscoveryPolicies isDisabled ownedObjects remoteDesktopSecurityConfiguration synchronization tokenIssuancePolicies tokenLifetimePolicies transitiveMemberOf|licenseDetails passwordSingleSignOnSettings",
  sharepointSettings: "id|",
  signIn:
    "authenticationAppDeviceDetails|alternateSignInName appTokenProtectionStatus authenticationAppPolicyEvaluationDetails authenticationDetails authenticationMethodsUsed authenticationProcessingDetails authenticationProtocol authenticationRequirement authenticationRequirementPolicies clientSessionId conditionalAccessAudiences flaggedForReview globalSecureAccessIpAddress ipAddressFromResourceProvider isThroughGlobalSecureAccess managedServiceIdentity mfaDetail networkLocationDetails originalRequestId originalTransferMethod processingTimeInMilliseconds resourceOwnerTenantId sessionId signInIdentifier signInIdentifierType signInTokenProtectionStatus tokenIssuerName tokenIssuerType tokenProtectionStatusDetails",
  signInActivity: "lastNonInteractiveSignInRequestId lastSignInRequestId lastSuccessfulSignInRequestId|",
  signInConditions: "deviceInfo|agentIdRiskLevel",
  singleUser: "userId|",
  subscription: "|includeProperties",
  tenantAppManagementPolicy: "deletedDateTime|",
  unifiedRoleAssignment: "appScope condition directoryScope principalOrganizationId|resourceScope",
  unifiedRoleAssignmentMultiple: "|appScopes condition directoryScopes principals roleDefinition",
  unifiedRoleAssignmentScheduleInstance: "activatedUsing appScope directoryScope|",
  unifiedRoleDefinition: "inheritsPermissionsFrom|allowedPrincipalTypes isPrivileged",
  unifiedRoleEligibilitySchedule: "appScope directoryScope principal roleDefinition|",
  unifiedRoleEligibilityScheduleInstance: "appScope directoryScope|",
  unifiedRoleEligibilityScheduleRequest: "appScope directoryScope principal roleDefinition targetSchedule|approval",
  unifiedRoleManagementPolicy: "effectiveRules rules|",
  unifiedRoleManagementPolicyAssignment: "policy|",
  unifiedRolePermission: "excludedResourceActions|",
  user: "aboutMe activities adhocCalls agreementAcceptances appRoleAssignments authentication authorizationInfo birthday calendar calendarGroups calendarView calendars chats cloudClipboard cloudPCs contactFolders contacts createdObjects customSecurityAttributes dataSecurityAndGovernance deviceEnrollmentLimit deviceManagementTroubleshootingEvents directReports drive drives employeeExperience employeeLeaveDateTime events extensions followedSites hireDate identityParentId inferenceClassification insights interests isManagementRestricted isResourceAccount joinedTeams lastPasswordChangeDateTime licenseAssignmentStates licenseDetails mailFolders mailboxSettings managedAppRegistrations managedDevices messages mySite oauth2PermissionGrants onPremisesExtensionAttributes onPremisesSyncBehavior onenote onlineMeetings outlook ownedDevices ownedObjects pastProjects people permissionGrants photo photos planner preferredName presence print registeredDevices responsibilities schools scopedRoleMemberOf serviceProvisioningErrors settings signInActivity signInSessionsValidFromDateTime skills solutions sponsorOf sponsors teamwork todo transitiveMemberOf|appConsentRequestsForApproval appRoleAssignedResources approvals cloudLicensing cloudRealtimeCommunicationInfo deviceKeys infoCatalogs informationProtection joinedGroups pendingAccessReviewInstances profile refreshTokensValidFromDateTime transitiveReports",
  userRegistrationDetails: "|defaultMfaMethod",
  webApplication: "|oauth2AllowImplicitFlow",
};
