/**
 * Microsoft's identifiers, clouds and wire shapes, and the clients for Graph and Defender. No
 * Pulumi in here.
 */
export * from "./identifiers";
export * from "./clouds";
export * from "./consentName";
export * from "@defender-mssp/errors";
export * from "./http";
export { limiterVariable, type RequestLimiter } from "./requestLimiter";
export * from "./endpoints";
export * from "./clock";
export * from "./sandboxVariables";
export * from "./waits";
export * from "./entra/lookUpDomain";
export * from "./entra/token";
export * from "./entra/tokenSource";
export {
  equals,
  graphCall,
  graphList,
  ListPages,
  nextPage,
  objectIdIn,
  signInToGraph,
  type CallContext,
  type GraphCall,
  type GraphSignIn,
} from "./graph/call";
export { deleteIfThere, goneStatuses, isGone } from "./graph/gone";
export {
  failureOf,
  isLostAnswer,
  isLostCreate,
  isTooEarly,
  undoLostCreate,
  type FailedCreate,
} from "./graph/lostCreate";
export { unknown as unknownValue } from "./providers/provider";
export { isUuid } from "./uuid";
export { lastSegment } from "./lastSegment";
export { markedStack, parseStackMark, type StackMark } from "./stackMark";
export type { PortalCall } from "./defender/portalCall";
export type * from "./graph/types";
export * from "./graph/application";
export * from "./graph/auditLog";
export { graphRoute, type GraphPermission } from "./graph/collection";
export * from "./graph/delegatedAdmin";
export * from "./graph/deletedItem";
export * from "./graph/directoryRole";
export * from "./graph/entitlementManagement";
export * from "./graph/group";
export * from "./graph/organization";
export * from "./graph/principal";
export * from "./graph/servicePrincipal";
export * from "./graph/user";
export {
  findUsers,
  findUsersOf,
  getUser,
  hasAddress,
  isMember,
  otherAddresses,
  type GuestUserObject,
} from "./graph/guest";
export { guestKey } from "./providers/guestMark";
export * from "./providers/guest";
export type * from "./defender/alerts";
export type * from "./defender/securityTypes";
export type * from "./entra/msspTrust";
export * from "./defender/alertApi";
export * from "./defender/alertRecord";
export * from "./defender/hunting";
export * from "./defender/incidentRecord";
export * from "./defender/incidentClassifications";
export * from "./defender/incidents";
export * from "./defender/readAlerts";
export * from "./defender/siemAuthorization";
export * from "./defender/connectorProfile";
export * from "./defender/automatedActionForms";
export * from "./defender/detections/comparableRule";
export * from "./defender/detections/listDetectionRules";
export * from "./defender/detections/offNote";
export type * from "./defender/detections/detectionRuleProperties";
export * from "./defender/detections/newShape";
export * from "./defender/detections/patchBody";
export * from "./defender/detections/ruleActionNames";
export * from "./defender/detections/ruleBody";
export * from "./defender/detections/turnedOffReason";
export * from "./providers/detectionRuleResource";
export * from "./defender/siemConnector";
export * from "./providers/siemAuthorization";
export * from "./azure/keyVaultSecrets";
export { endpointVariable, type PortalMode } from "./providers/portal";
export * from "./defender/notificationRule";
export * from "./providers/notificationRule";
export * from "./defender/tiers";
export * from "./defender/roles";
export * from "./providers/roleDefinition";
export * from "./providers/roleAssignment";
export { domainOwnership, type DomainOwnership } from "./graph/domainOwnership";
export * from "./graph/tenantFeatures";
export * from "./graph/tenantGovernance";
export * from "./changes/retirements";
export * from "./changes/endings";
export * from "./changes/behaviourChanges";
export * from "./changes/changes";
export { uuidV5 } from "./uuidV5";
export * from "./providers/portalAccessModel";
export * from "./providers/stackIdentity";
export * from "./graph/connectedOrganization";
export * from "./providers/connectedOrganization";
export {
  activationPolicyPermissions,
  graphGroupEligibilities,
  groupEligibilityRequestsPath,
  listGroupEligibilities,
  setStandingMembers,
  type EligibleMember,
  type GroupEligibility,
} from "./graph/groupEligibility";
export * from "./providers/eligibleMembers";
export {
  getAccessDefault,
  getAccessPartner,
  getIdentitySynchronization,
  graphAccessPartners,
  type AccessPartner,
  type B2BSetting,
} from "./graph/crossTenantAccess";
export { graphAccessPolicies, listAccessPolicies, whatIfAccess, type AccessPolicy } from "./graph/conditionalAccess";
export { judgePolicy, type ExternalSignIn, type PolicyJudgement } from "./graph/policyJudgement";
export * from "./providers/crossTenantPartner";
export * from "./providers/crossTenantPartnerEntry";
export * from "./azure/armCall";
export * from "./azure/assignmentCondition";
export * from "./azure/azureRoleAssignment";
export * from "./azure/roles";
export * from "./azure/sentinelRoles";
export * from "./azure/readSentinelWorkspace";
export * from "./azure/resourceId";
export * from "./azure/keyVault";
export * from "./azure/vaultAddress";
export * from "./azure/logsIngestion";
export * from "./providers/servicePrincipal";
export * from "./providers/appRoleGrant";
export * from "./graph/appManagementPolicy";
