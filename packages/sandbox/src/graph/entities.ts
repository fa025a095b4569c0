/**
 * The one table of Graph's entity sets, shared by the emulated Graph and the stand-in plugins: each
 * set's type, its properties (type, null or not, default, writable or not, returned by default or
 * only when selected, in the service's order), whether a delete is soft, and its links.
 *
 * Source: Microsoft's published metadata, and recorded answers, which take precedence.
 */
import { directoryAudit, signIn } from "./entities/auditLogs";
import {
  authenticationMethod,
  microsoftAuthenticatorAuthenticationMethod,
  passwordAuthenticationMethod,
} from "./entities/authenticationMethod";
import {
  conditionalAccessPolicy,
  countryNamedLocation,
  ipNamedLocation,
  namedLocation,
  whatIfAnalysisResult,
} from "./entities/conditionalAccess";
import {
  crossTenantAccessPolicyConfigurationDefault,
  crossTenantAccessPolicyConfigurationPartner,
  crossTenantIdentitySyncPolicyPartner,
} from "./entities/crossTenantAccess";
import { application, federatedIdentityCredential, servicePrincipal } from "./entities/applications";
import {
  appRoleAssignment,
  defenderRoleDefinition,
  directoryRole,
  directoryRoleTemplate,
  oauth2PermissionGrant,
  unifiedRoleAssignment,
  unifiedRoleAssignmentMultiple,
  unifiedRoleDefinition,
} from "./entities/grants";
import {
  accessPackage,
  accessPackageAssignment,
  accessPackageAssignmentRequest,
  accessPackageSubject,
  accessPackageAssignmentPolicy,
  accessPackageCatalog,
  accessPackageResource,
  accessPackageResourceRequest,
  accessPackageResourceRole,
  accessPackageResourceRoleScope,
  accessPackageResourceScope,
  connectedOrganization,
} from "./entities/entitlementManagement";
import { group } from "./entities/groups";
import {
  activityBasedTimeoutPolicy,
  adminConsentRequestPolicy,
  authorizationPolicy,
  groupSetting,
  identitySecurityDefaultsEnforcementPolicy,
  subscribedSku,
  tenantAppManagementPolicy,
} from "./entities/policies";
import {
  approvalStage,
  assignmentSchedule,
  assignmentScheduleRequest,
  eligibilitySchedule,
  eligibilityScheduleRequest,
  unifiedRoleManagementPolicy,
  unifiedRoleManagementPolicyAssignment,
} from "./entities/privilegedAccess";
import { domain, organization } from "./entities/tenant";
import {
  governanceInvitation,
  governancePolicyTemplate,
  governanceRelationship,
  governanceRequest,
  tenantGovernanceSetting,
} from "./entities/tenantGovernance";
import {
  roleAssignmentScheduleInstance,
  roleEligibilitySchedule,
  roleEligibilityScheduleInstance,
  roleEligibilityScheduleRequest,
} from "./entities/roleEligibilitySchedule";
import { delegatedAdminRelationship } from "./entities/delegatedAdminRelationship";
import { domainDnsMxRecord, domainDnsRecord, domainDnsTxtRecord } from "./entities/domainDnsRecord";
import { onPremisesDirectorySynchronization } from "./entities/onPremisesDirectorySynchronization";
import { riskyUser } from "./entities/riskyUser";
import { sharepointSettings } from "./entities/sharepointSettings";
import { userRegistrationDetails } from "./entities/userRegistrationDetails";
import { invitation, user } from "./entities/users";
import type { GraphVersion, EntityProperties } from "./entities/property";

export { signInAudiences } from "./entities/applications";
export { complexTypes, complexTypeOf, typeAnnotation } from "./entities/complexTypes";
export type { GraphVersion, PrimitiveType, EntityProperties, EntityProperty } from "./entities/property";

/** A collection of references to directory objects, kept as links under `<entity set>.<name>`. */
export interface EntityLink {
  /** Entity sets of the linked objects. */
  readonly targets: readonly EntitySetName[];
}

export interface EntitySet {
  /** Graph's type without `microsoft.graph.`: its `@odata.type` is `#microsoft.graph.<type>`. */
  readonly type: string;
  readonly properties: EntityProperties;
  /**
   * Its objects are directory objects: part of mixed lists and `/directoryObjects`, and possible
   * link targets.
   */
  readonly directoryObject: boolean;
  /** Deleted objects are kept in `/directory/deletedItems` for 30 days. */
  readonly softDelete: boolean;
  readonly links: Readonly<Record<string, EntityLink>>;
  /** The path under `/v1.0` and `/beta`, if it differs from the entity set's name. */
  readonly path?: string;
  /** Another property that identifies one object, as in `/applications(appId='…')`. */
  readonly alternateKey?: string;
  /**
   * Last segment of the `location` header of a create, such as
   * `Microsoft.DirectoryServices.Application`.
   */
  readonly directoryService?: string;
}

const anyPrincipal: EntityLink = { targets: ["users", "servicePrincipals", "groups"] };
const userOrServicePrincipal: EntityLink = { targets: ["users", "servicePrincipals"] };

const directory = { directoryObject: true, softDelete: false, links: {} } as const;
const plain = { directoryObject: false, softDelete: false, links: {} } as const;

export type EntitySetName =
  | "applications"
  | "servicePrincipals"
  | "groups"
  | "users"
  | "invitations"
  | "oauth2PermissionGrants"
  | "appRoleAssignments"
  | "directoryRoles"
  | "directoryRoleTemplates"
  | "roleAssignments"
  | "roleEligibilityScheduleRequests"
  | "roleEligibilitySchedules"
  | "roleAssignmentScheduleInstances"
  | "roleEligibilityScheduleInstances"
  | "roleDefinitions"
  | "defenderRoleAssignments"
  | "defenderRoleDefinitions"
  | "domains"
  | "organization"
  | "subscribedSkus"
  | "authorizationPolicy"
  | "defaultAppManagementPolicy"
  | "identitySecurityDefaultsEnforcementPolicy"
  | "adminConsentRequestPolicy"
  | "activityBasedTimeoutPolicies"
  | "groupSettings"
  | "domainDnsRecords"
  | "domainDnsMxRecords"
  | "domainDnsTxtRecords"
  | "authenticationMethods"
  | "passwordMethods"
  | "microsoftAuthenticatorMethods"
  | "riskyUsers"
  | "onPremisesSynchronization"
  | "sharepointSettings"
  | "userRegistrationDetails"
  | "directoryAudits"
  | "signIns"
  | "federatedIdentityCredentials"
  | "approvalStages"
  | "assignmentScheduleRequests"
  | "assignmentSchedules"
  | "eligibilityScheduleRequests"
  | "eligibilitySchedules"
  | "roleManagementPolicies"
  | "roleManagementPolicyAssignments"
  | "conditionalAccessPolicies"
  | "whatIfAnalysisResults"
  | "namedLocations"
  | "ipNamedLocations"
  | "countryNamedLocations"
  | "crossTenantAccessDefault"
  | "crossTenantAccessPartners"
  | "crossTenantIdentitySynchronizations"
  | EntitlementSetName
  | GovernanceSetName;

/** The entity sets under `identityGovernance/entitlementManagement`. */
export type EntitlementSetName =
  | "connectedOrganizations"
  | "accessPackageCatalogs"
  | "accessPackages"
  | "accessPackageAssignments"
  | "accessPackageAssignmentRequests"
  | "accessPackageSubjects"
  | "accessPackageAssignmentPolicies"
  | "accessPackageResources"
  | "accessPackageResourceRequests"
  | "accessPackageResourceRoles"
  | "accessPackageResourceScopes"
  | "accessPackageResourceRoleScopes";

/** The entity sets under `directory/tenantGovernance`. */
export type GovernanceSetName =
  | "tenantGovernanceSettings"
  | "governanceInvitations"
  | "governancePolicyTemplates"
  | "governanceRequests"
  | "governanceRelationships"
  | "delegatedAdminRelationships";

/** Every entity set by name. */
export const entitySets: Readonly<Record<EntitySetName, EntitySet>> = {
  applications: {
    ...directory,
    type: "application",
    properties: application,
    softDelete: true,
    links: { owners: userOrServicePrincipal },
    alternateKey: "appId",
    directoryService: "Microsoft.DirectoryServices.Application",
  },
  servicePrincipals: {
    ...directory,
    type: "servicePrincipal",
    properties: servicePrincipal,
    softDelete: true,
    links: { owners: userOrServicePrincipal },
    alternateKey: "appId",
    directoryService: "Microsoft.DirectoryServices.ServicePrincipal",
  },
  groups: {
    ...directory,
    type: "group",
    properties: group,
    softDelete: true,
    links: { owners: userOrServicePrincipal, members: anyPrincipal },
    directoryService: "Microsoft.DirectoryServices.Group",
  },
  users: {
    ...directory,
    type: "user",
    properties: user,
    softDelete: true,
    links: { manager: { targets: ["users"] } },
    directoryService: "Microsoft.DirectoryServices.User",
  },
  invitations: { ...plain, type: "invitation", properties: invitation },
  oauth2PermissionGrants: { ...plain, type: "oAuth2PermissionGrant", properties: oauth2PermissionGrant },
  appRoleAssignments: { ...plain, type: "appRoleAssignment", properties: appRoleAssignment },
  directoryRoles: {
    ...directory,
    type: "directoryRole",
    properties: directoryRole,
    links: { members: anyPrincipal },
    alternateKey: "roleTemplateId",
    directoryService: "Microsoft.DirectoryServices.DirectoryRole",
  },
  directoryRoleTemplates: { ...directory, type: "directoryRoleTemplate", properties: directoryRoleTemplate },
  roleAssignments: {
    ...plain,
    type: "unifiedRoleAssignment",
    properties: unifiedRoleAssignment,
    path: "roleManagement/directory/roleAssignments",
  },
  roleEligibilityScheduleRequests: {
    ...plain,
    type: "unifiedRoleEligibilityScheduleRequest",
    properties: roleEligibilityScheduleRequest,
    path: "roleManagement/directory/roleEligibilityScheduleRequests",
  },
  roleEligibilitySchedules: {
    ...plain,
    type: "unifiedRoleEligibilitySchedule",
    properties: roleEligibilitySchedule,
    path: "roleManagement/directory/roleEligibilitySchedules",
  },
  /** Answers from the assignments and schedules; none is stored. */
  roleAssignmentScheduleInstances: {
    ...plain,
    type: "unifiedRoleAssignmentScheduleInstance",
    properties: roleAssignmentScheduleInstance,
    path: "roleManagement/directory/roleAssignmentScheduleInstances",
  },
  roleEligibilityScheduleInstances: {
    ...plain,
    type: "unifiedRoleEligibilityScheduleInstance",
    properties: roleEligibilityScheduleInstance,
    path: "roleManagement/directory/roleEligibilityScheduleInstances",
  },
  roleDefinitions: {
    ...plain,
    type: "unifiedRoleDefinition",
    properties: unifiedRoleDefinition,
    path: "roleManagement/directory/roleDefinitions",
  },
  defenderRoleAssignments: {
    ...plain,
    type: "unifiedRoleAssignmentMultiple",
    properties: unifiedRoleAssignmentMultiple,
    path: "roleManagement/defender/roleAssignments",
  },
  defenderRoleDefinitions: {
    ...plain,
    type: "unifiedRoleDefinition",
    properties: defenderRoleDefinition,
    path: "roleManagement/defender/roleDefinitions",
  },
  domains: { ...plain, type: "domain", properties: domain },
  organization: { ...directory, type: "organization", properties: organization },
  subscribedSkus: { ...plain, type: "subscribedSku", properties: subscribedSku },
  authorizationPolicy: {
    ...plain,
    type: "authorizationPolicy",
    properties: authorizationPolicy,
    path: "policies/authorizationPolicy",
  },
  defaultAppManagementPolicy: {
    ...plain,
    type: "tenantAppManagementPolicy",
    properties: tenantAppManagementPolicy,
    path: "policies/defaultAppManagementPolicy",
  },
  identitySecurityDefaultsEnforcementPolicy: {
    ...plain,
    type: "identitySecurityDefaultsEnforcementPolicy",
    properties: identitySecurityDefaultsEnforcementPolicy,
    path: "policies/identitySecurityDefaultsEnforcementPolicy",
  },
  adminConsentRequestPolicy: {
    ...plain,
    type: "adminConsentRequestPolicy",
    properties: adminConsentRequestPolicy,
    path: "policies/adminConsentRequestPolicy",
  },
  activityBasedTimeoutPolicies: {
    ...plain,
    type: "activityBasedTimeoutPolicy",
    properties: activityBasedTimeoutPolicy,
    path: "policies/activityBasedTimeoutPolicies",
  },
  groupSettings: { ...plain, type: "groupSetting", properties: groupSetting },
  /** Answers from the domains; none is stored. */
  domainDnsRecords: { ...plain, type: "domainDnsRecord", properties: domainDnsRecord },
  domainDnsMxRecords: { ...plain, type: "domainDnsMxRecord", properties: domainDnsMxRecord },
  domainDnsTxtRecords: { ...plain, type: "domainDnsTxtRecord", properties: domainDnsTxtRecord },
  /** Answers from the users; none is stored. */
  authenticationMethods: { ...plain, type: "authenticationMethod", properties: authenticationMethod },
  passwordMethods: { ...plain, type: "passwordAuthenticationMethod", properties: passwordAuthenticationMethod },
  microsoftAuthenticatorMethods: {
    ...plain,
    type: "microsoftAuthenticatorAuthenticationMethod",
    properties: microsoftAuthenticatorAuthenticationMethod,
  },
  riskyUsers: { ...plain, type: "riskyUser", properties: riskyUser, path: "identityProtection/riskyUsers" },
  onPremisesSynchronization: {
    ...plain,
    type: "onPremisesDirectorySynchronization",
    properties: onPremisesDirectorySynchronization,
    path: "directory/onPremisesSynchronization",
  },
  sharepointSettings: {
    ...plain,
    type: "sharepointSettings",
    properties: sharepointSettings,
    path: "admin/sharepoint/settings",
  },
  /** Answers from the users; none is stored. */
  userRegistrationDetails: {
    ...plain,
    type: "userRegistrationDetails",
    properties: userRegistrationDetails,
    path: "reports/authenticationMethods/userRegistrationDetails",
  },
  /** Contained in applications: linked from them by `applications.federatedIdentityCredentials`. */
  federatedIdentityCredentials: {
    ...plain,
    type: "federatedIdentityCredential",
    properties: federatedIdentityCredential,
  },
  conditionalAccessPolicies: {
    ...plain,
    type: "conditionalAccessPolicy",
    properties: conditionalAccessPolicy,
    path: "identity/conditionalAccess/policies",
  },
  /** Answers of `identity/conditionalAccess/evaluate`; none is stored. */
  whatIfAnalysisResults: { ...plain, type: "whatIfAnalysisResult", properties: whatIfAnalysisResult },
  /** Named locations of both types: what a list selects and filters by. */
  namedLocations: {
    ...plain,
    type: "namedLocation",
    properties: namedLocation,
    path: "identity/conditionalAccess/namedLocations",
  },
  ipNamedLocations: {
    ...plain,
    type: "ipNamedLocation",
    properties: ipNamedLocation,
    path: "identity/conditionalAccess/namedLocations",
  },
  countryNamedLocations: {
    ...plain,
    type: "countryNamedLocation",
    properties: countryNamedLocation,
    path: "identity/conditionalAccess/namedLocations",
  },
  crossTenantAccessDefault: {
    ...plain,
    type: "crossTenantAccessPolicyConfigurationDefault",
    properties: crossTenantAccessPolicyConfigurationDefault,
    path: "policies/crossTenantAccessPolicy/default",
  },
  crossTenantAccessPartners: {
    ...plain,
    type: "crossTenantAccessPolicyConfigurationPartner",
    properties: crossTenantAccessPolicyConfigurationPartner,
    path: "policies/crossTenantAccessPolicy/partners",
  },
  /** By the partner's tenant ID. */
  crossTenantIdentitySynchronizations: {
    ...plain,
    type: "crossTenantIdentitySyncPolicyPartner",
    properties: crossTenantIdentitySyncPolicyPartner,
  },
  directoryAudits: { ...plain, type: "directoryAudit", properties: directoryAudit, path: "auditLogs/directoryAudits" },
  signIns: { ...plain, type: "signIn", properties: signIn, path: "auditLogs/signIns" },
  /** Kept in the request that it decides on. */
  approvalStages: { ...plain, type: "approvalStage", properties: approvalStage },
  assignmentScheduleRequests: {
    ...plain,
    type: "privilegedAccessGroupAssignmentScheduleRequest",
    properties: assignmentScheduleRequest,
    path: "identityGovernance/privilegedAccess/group/assignmentScheduleRequests",
  },
  assignmentSchedules: {
    ...plain,
    type: "privilegedAccessGroupAssignmentSchedule",
    properties: assignmentSchedule,
    path: "identityGovernance/privilegedAccess/group/assignmentSchedules",
  },
  eligibilityScheduleRequests: {
    ...plain,
    type: "privilegedAccessGroupEligibilityScheduleRequest",
    properties: eligibilityScheduleRequest,
    path: "identityGovernance/privilegedAccess/group/eligibilityScheduleRequests",
  },
  eligibilitySchedules: {
    ...plain,
    type: "privilegedAccessGroupEligibilitySchedule",
    properties: eligibilitySchedule,
    path: "identityGovernance/privilegedAccess/group/eligibilitySchedules",
  },
  roleManagementPolicies: {
    ...plain,
    type: "unifiedRoleManagementPolicy",
    properties: unifiedRoleManagementPolicy,
    path: "policies/roleManagementPolicies",
  },
  roleManagementPolicyAssignments: {
    ...plain,
    type: "unifiedRoleManagementPolicyAssignment",
    properties: unifiedRoleManagementPolicyAssignment,
    path: "policies/roleManagementPolicyAssignments",
  },
  connectedOrganizations: { ...plain, type: "connectedOrganization", properties: connectedOrganization },
  accessPackageCatalogs: { ...plain, type: "accessPackageCatalog", properties: accessPackageCatalog },
  accessPackageAssignments: { ...plain, type: "accessPackageAssignment", properties: accessPackageAssignment },
  accessPackageAssignmentRequests: {
    ...plain,
    type: "accessPackageAssignmentRequest",
    properties: accessPackageAssignmentRequest,
  },
  accessPackageSubjects: { ...plain, type: "accessPackageSubject", properties: accessPackageSubject },
  accessPackages: { ...plain, type: "accessPackage", properties: accessPackage },
  accessPackageAssignmentPolicies: {
    ...plain,
    type: "accessPackageAssignmentPolicy",
    properties: accessPackageAssignmentPolicy,
  },
  /**
   * Linked from catalogs by `accessPackageCatalogs.accessPackageResources`, and so on:
   * `routes/accessPackageResources.ts`.
   */
  accessPackageResources: { ...plain, type: "accessPackageResource", properties: accessPackageResource },
  accessPackageResourceRequests: {
    ...plain,
    type: "accessPackageResourceRequest",
    properties: accessPackageResourceRequest,
  },
  accessPackageResourceRoles: { ...plain, type: "accessPackageResourceRole", properties: accessPackageResourceRole },
  accessPackageResourceScopes: { ...plain, type: "accessPackageResourceScope", properties: accessPackageResourceScope },
  accessPackageResourceRoleScopes: {
    ...plain,
    type: "accessPackageResourceRoleScope",
    properties: accessPackageResourceRoleScope,
  },
  tenantGovernanceSettings: { ...plain, type: "tenantGovernanceSetting", properties: tenantGovernanceSetting },
  governanceInvitations: { ...plain, type: "governanceInvitation", properties: governanceInvitation },
  governancePolicyTemplates: { ...plain, type: "tenantGovernancePolicyTemplate", properties: governancePolicyTemplate },
  governanceRequests: {
    ...plain,
    type: "governanceRequest",
    properties: governanceRequest,
    // v1.0's and beta's name of the template that a create refers to.
    links: {
      tenantGovernancePolicyTemplate: { targets: ["governancePolicyTemplates"] },
      governancePolicyTemplate: { targets: ["governancePolicyTemplates"] },
    },
  },
  governanceRelationships: { ...plain, type: "governanceRelationship", properties: governanceRelationship },
  delegatedAdminRelationships: { ...plain, type: "delegatedAdminRelationship", properties: delegatedAdminRelationship },
};

/** The `@odata.type` of an entity set's objects. */
export function odataType(entitySet: EntitySetName): string {
  return `#microsoft.graph.${entitySets[entitySet].type}`;
}

/** Whether a path is one of Graph's. */
export function isGraphPath(path: string): boolean {
  return /^\/(v1\.0|beta)\//.test(path);
}

/** Whether a text names a version of Graph. */
export function isGraphVersion(name: string): name is GraphVersion {
  return name === "v1.0" || name === "beta";
}

/** Whether a name is that of an entity set. */
export function isEntitySet(name: string): name is EntitySetName {
  return Object.hasOwn(entitySets, name);
}

/** The entity sets of directory objects, in the order of the search for an ID. */
export const directoryObjectSets = (Object.keys(entitySets) as EntitySetName[]).filter(
  (name) => entitySets[name].directoryObject,
);
