/** Ways that a kind of access looks at. */
import { azureNative, looked, type Way } from "./way";

const partners = "/policies/crossTenantAccessPolicy/partners";
const entitlement = "/identityGovernance/entitlementManagement";
const privileged = "/identityGovernance/privilegedAccess/group";
const directoryRoles = "/roleManagement/directory";

export const lookedAt: readonly Way[] = [
  looked("guest", ["guest"], "/invitations /users /users/{id}"),
  looked("externalMember", ["guest"], "/users /users/{id}"),
  looked("group", ["group"], "/groups /groups/{id}"),
  looked("groupMember", ["membership"], "/groups/{id}/members/$ref /groups/{id}/members/{id}/$ref"),
  looked("groupOwner", ["ownership"], "/groups/{id}/owners/$ref /groups/{id}/owners/{id}/$ref"),
  looked("eligibleMember", ["eligibility"], `${privileged}/eligibilityScheduleRequests`),
  looked(
    "activatedMember",
    ["membership"],
    `${privileged}/assignmentScheduleRequests ${privileged}/assignmentScheduleRequests/{id}/cancel ` +
      `${privileged}/assignmentApprovals/{id}/stages/{id}`,
  ),
  looked(
    "activationPolicy",
    ["activationPolicy"],
    "/policies/roleManagementPolicies/{id} /policies/roleManagementPolicies/{id}/rules/{id}",
  ),
  looked(
    "directoryRole",
    ["directoryRoleAssignment"],
    "/directoryRoles /directoryRoles/{id}/members/$ref /directoryRoles/{id}/members/{id}/$ref " +
      `/scopedRoleMemberships /roleManagement ${directoryRoles}/roleAssignments ` +
      `${directoryRoles}/roleAssignments/{id}`,
  ),
  looked("eligibleDirectoryRole", ["directoryRoleEligibility"], `${directoryRoles}/roleEligibilityScheduleRequests`),
  looked("defenderRole", ["defenderRole"], "/roleManagement/defender/roleDefinitions/**"),
  looked("defenderRoleAssignment", ["defenderRoleAssignment"], "/roleManagement/defender/roleAssignments/**"),
  looked("application", ["application", "requestedPermission"], "/applications /applications/{id}"),
  looked(
    "clientSecret",
    ["clientSecret"],
    "/applications/{id}/addPassword /applications/{id}/removePassword /servicePrincipals/{id}/addPassword " +
      "/servicePrincipals/{id}/removePassword",
  ),
  looked(
    "certificate",
    ["certificate"],
    ["/applications/{id}", "/servicePrincipals/{id}"].map((at) => `${at} ${at}/addKey ${at}/removeKey`).join(" "),
  ),
  looked("federatedCredential", ["federatedCredential"], "/applications/{id}/federatedIdentityCredentials/**"),
  looked("redirectUri", ["redirectUri"], "/applications/{id} /servicePrincipals/{id}"),
  looked(
    "applicationOwner",
    ["ownership"],
    "/applications/{id}/owners/$ref /applications/{id}/owners/{id}/$ref " +
      "/servicePrincipals/{id}/owners/$ref /servicePrincipals/{id}/owners/{id}/$ref",
  ),
  looked("servicePrincipal", ["servicePrincipal"], "/servicePrincipals /servicePrincipals/{id}"),
  looked(
    "msspServicePrincipal",
    ["msspServicePrincipal", "automationConsent", "previewConsent"],
    "/servicePrincipals /servicePrincipals/{id} entra:/{tenant}/adminconsent " + "entra:/{tenant}/v2.0/adminconsent",
  ),
  looked(
    "applicationPermission",
    ["applicationPermission"],
    "/appRoleAssignments /servicePrincipals/{id}/appRoleAssignedTo/** " +
      "/servicePrincipals/{id}/appRoleAssignments/** /users/{id}/appRoleAssignments/** " +
      "/groups/{id}/appRoleAssignments/**",
  ),
  looked(
    "delegatedConsent",
    ["delegatedConsent"],
    "/oauth2PermissionGrants/** entra:/{tenant}/oauth2/authorize entra:/{tenant}/oauth2/v2.0/authorize",
  ),
  looked(
    "restorable",
    ["guest", "group", "application", "servicePrincipal"],
    "/directory /directory/deletedItems/{id} /directory/deletedItems/{id}/restore",
  ),
  looked(
    "refreshToken",
    ["refreshToken"],
    "entra:/{tenant}/oauth2/token entra:/{tenant}/oauth2/v2.0/token entra:/{tenant}/oauth2/devicecode " +
      "entra:/{tenant}/oauth2/v2.0/devicecode",
  ),
  looked("connectedOrganization", ["connectedOrganization"], `${entitlement}/connectedOrganizations/**`),
  looked(
    "accessPackage",
    ["accessPackageCatalog", "accessPackage", "catalogResource", "accessPackageResource"],
    `/identityGovernance ${entitlement}/accessPackageCatalogs/** ${entitlement}/catalogs/** ${entitlement}/accessPackages/** ` +
      `${entitlement}/accessPackageResourceRequests ${entitlement}/resourceRequests`,
  ),
  looked(
    "assignmentPolicy",
    ["assignmentPolicy"],
    `${entitlement}/accessPackageAssignmentPolicies/** ${entitlement}/assignmentPolicies/** /users/{id}/manager/$ref`,
  ),
  looked("accessPackageAssignment", ["accessPackageAssignment"], `${entitlement}/accessPackageAssignmentRequests`),
  looked("inboundTrust", ["partnerEntry"], `${partners} ${partners}/{id}`),
  looked("automaticRedemption", ["partnerEntry"], `${partners} ${partners}/{id}`),
  looked("collaboration", ["partnerEntry"], `${partners} ${partners}/{id}`),
  looked("directConnect", ["partnerEntry"], `${partners} ${partners}/{id}`),
  looked("tenantRestrictions", ["partnerEntry"], `${partners} ${partners}/{id}`),
  looked("identitySynchronization", ["partnerEntry"], `${partners}/{id}/identitySynchronization`),
  looked(
    "conditionalAccessPolicy",
    ["conditionalAccessPolicy"],
    "/identity /policies /identity/conditionalAccess/policies /identity/conditionalAccess/policies/{id}",
  ),
  looked("governanceRelationship", ["governanceRelationship"], "/directory/tenantGovernance/**"),
  looked("gdapRelationship", ["gdapRelationship"], "/tenantRelationships /contracts/**"),
  looked("notificationRule", ["notificationRule"], "defender:/notificationRules/{name}"),
  looked("siemAuthorization", ["siemAuthorization"], "defender:/siemAuthorizations/{id}"),
  looked("detectionRule", ["detectionRule"], "/security /security/rules/detectionRules/**"),
  looked(
    "lighthouseDelegation",
    ["lighthouseDefinition", "lighthouseAssignment"],
    `azure:Microsoft.ManagedServices/** ${azureNative("managedservices:RegistrationAssignment")} ${azureNative("managedservices:RegistrationDefinition")}`,
  ),
  looked(
    "azureRole",
    ["azureRole", "sentinelAssignment"],
    `azure:Microsoft.Authorization/roleAssignments ${azureNative("authorization:RoleAssignment")}`,
  ),
  looked("eligibleAzureRole", ["azureRole"], "azure:Microsoft.Authorization/roleEligibilityScheduleRequests"),
  looked(
    "handover",
    ["keyVault", "keyVaultSecret", "vaultReader", "resourceGroup"],
    `azure:Microsoft.KeyVault/** azure:resourceGroups ${azureNative("keyvault:Secret")} ${azureNative("keyvault:Vault")} ${azureNative("resources:ResourceGroup")}`,
  ),
  looked("stackState", ["stackIdentity"]),
  looked("extension", ["extensionResource"]),
];
