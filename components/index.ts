/**
 * The components and everything that their arguments and outputs name.
 *
 * The Azure components are exported as types. Their classes load azure-native, a third of a second
 * in each program that imports this file; `prepareHandover` and `prepareDelegation` load it when
 * they are called. To use the classes directly, import `components/azure`.
 */
export type {
  AlertApi,
  ConnectorAccess,
  ConnectorCredential,
  CredentialType,
  CrossTenantTrust,
  MsspConditionalAccess,
  SecretSchedule,
} from "@defender-mssp/microsoft";

export type * from "./azure";
export type { AzureProviderChoice } from "./azure/azureSubscription";
export {
  prepareDelegation,
  prepareHandover,
  prepareSentinelAccess,
  type HandedOver,
  type PreparedSentinel,
  type SentinelGroupIds,
} from "./azure/prepare";
export {
  connectorSecrets,
  CustomerOnboarding,
  type CustomerOnboardingArgs,
  type CustomerOnboardingOptions,
} from "./customerOnboarding";
export type { DefenderCallArgs, DefenderCalls } from "./defenderCalls";
export {
  DetectionRule,
  type AutomatedActionArgs,
  type DetectionActionArgs,
  type DetectionAlertTemplateArgs,
  type DetectionIncidentArgs,
  type DetectionQueryArgs,
  type DetectionRuleArgs,
  type DetectionScheduleArgs,
  type DetectionScopeArgs,
  type DetectionTacticArgs,
  type DetectionTechniqueArgs,
} from "./detections/detectionRule";
export { Detections, type DeclaredDetection, type DetectionsArgs } from "./detections/detections";
export { prepareDetections, type DetectionSources } from "./detections/prepareDetections";
export type { Guest, GuestUserArgs } from "./guests/guest";
export { GuestUser } from "./guests/guestUser";
export type { OnboardedAnalyst } from "./guests/invitedAnalysts";
export { AlertNotificationRule, type AlertNotificationRuleArgs } from "./notifications/alertNotificationRule";
export type { OutputsOf } from "./outputs";
export {
  AnalystAccessPackages,
  contactObjectIds,
  type AnalystAccessPackagesArgs,
  type AnalystGroup,
  type ReviewInterval,
} from "./portalAccess/accessPackages";
export { ConnectedOrganization, type ConnectedOrganizationArgs } from "./portalAccess/connectedOrganization";
export {
  DefenderRoleAssignment,
  DefenderRoleDefinition,
  type DefenderRoleAssignmentArgs,
  type DefenderRoleDefinitionArgs,
} from "./portalAccess/defenderRole";
export { DirectoryRoleAccess, type DirectoryRoleAccessArgs } from "./portalAccess/directoryRoleAccess";
export { EntitlementAccess, type EntitlementAccessArgs, type EntitlementTerms } from "./portalAccess/entitlementAccess";
export type { TieredAnalyst } from "../domain/memberships";
export { MsspSecurityGroup, type MsspSecurityGroupArgs } from "./portalAccess/msspSecurityGroup";
export { PortalAccess } from "./portalAccess/portalAccess";
export {
  customerApprovers,
  type Activation,
  type AnalystTier,
  type AnalystUser,
  type BasicChoice,
  type EntitlementChoice,
  type PortalAccessArgs,
  type PortalAccessChoice,
  type RbacChoice,
} from "./portalAccess/portalAccessArgs";
export { EligibleMembers, type EligibleMemberArgs, type EligibleMembersArgs } from "./portalAccess/eligibleMembers";
export { PortalAccessModel, type PortalAccessModelArgs } from "./portalAccess/portalAccessModel";
export { deployedConsents } from "./siemConnector/consents";
export { deployedSecrets } from "./siemConnector/deployedSecrets";
export type { MsspServicePrincipal } from "./siemConnector/msspServicePrincipal";
export { RedirectUri, type RedirectUriArgs } from "./siemConnector/redirectUri";
export type { SecretDates, SecretsBySlot, SecretSlot } from "./siemConnector/secretPlan";
export { DefenderSiemAuthorization, type DefenderSiemAuthorizationArgs } from "./siemConnector/siemAuthorization";
export { SiemConnector, type ConnectorDescription, type SiemConnectorArgs } from "./siemConnector/siemConnector";
export { customerTenant } from "./tenant/customerTenant";
export { StackIdentity, type StackIdentityArgs } from "./tenant/stackIdentity";
export { deployedResources, type DeployedResource, type DeployedResources } from "./tenant/deployedResources";
export type { AllowedPackage } from "../domain/stateCode";
export { recoverLostCreates } from "./tenant/lostCreates";
export { requireTenantFeatures } from "./tenant/tenantFeatures";
export { CrossTenantPartner, type CrossTenantPartnerArgs } from "./trust/crossTenantPartner";
export { CrossTenantPartnerEntry, type CrossTenantPartnerEntryArgs } from "./trust/crossTenantPartnerEntry";
export { MsspTrust, type MsspTrustArgs } from "./trust/msspTrust";
export type { TenantNeeds } from "../domain/tenantNeeds";
