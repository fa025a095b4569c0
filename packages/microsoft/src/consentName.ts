/**
 * Names of Microsoft Graph's application permissions as the consent page shows them in English. Source:
 * microsoftgraph/microsoft-graph-devx-content, permissions (commit 6cbd6bb, 2026-08-07).
 */
import type { microsoftGraph } from "./identifiers";

const consentNames: Readonly<Record<keyof typeof microsoftGraph.appRoles, string>> = {
  "AdministrativeUnit.ReadWrite.All": "Read and write all administrative units",
  "Application.Read.All": "Read all applications",
  "Application.ReadWrite.All": "Read and write all applications",
  "Application.ReadWrite.OwnedBy": "Manage apps that this app creates or owns",
  "AppRoleAssignment.ReadWrite.All": "Manage app permission grants and app role assignments",
  "AuditLog.Read.All": "Read all audit log data",
  "CrossTenantInformation.ReadBasic.All": "Read cross-tenant basic information",
  "CustomDetection.Read.All": "Read all custom detection rules",
  "CustomDetection.ReadWrite.All": "Read and write all custom detection rules",
  "DelegatedAdminRelationship.Read.All": "Read Delegated Admin relationships with customers",
  "DelegatedPermissionGrant.Read.All": "Read all delegated permission grants",
  "DelegatedPermissionGrant.ReadWrite.All": "Manage all delegated permission grants",
  "Directory.Read.All": "Read directory data",
  "Directory.ReadWrite.All": "Read and write directory data",
  "Domain.Read.All": "Read domains",
  "EntitlementManagement.Read.All": "Read all entitlement management resources",
  "EntitlementManagement.ReadWrite.All": "Read and write all entitlement management resources",
  "Group.Create": "Create groups",
  "Group.Read.All": "Read all groups",
  "Group.ReadWrite.All": "Read and write all groups",
  "GroupMember.Read.All": "Read all group memberships",
  "GroupMember.ReadWrite.All": "Read and write all group memberships",
  "IdentityRiskyUser.Read.All": "Read all identity risky user information",
  "IdentityRiskyUser.ReadWrite.All": "Read and write all risky user information",
  "Organization.Read.All": "Read organization information",
  "Policy.Read.All": "Read your organization's policies",
  "Policy.Read.ConditionalAccess": "Read your organization's conditional access policies",
  "Policy.ReadWrite.ApplicationConfiguration": "Read and write your organization's application configuration policies",
  "Policy.ReadWrite.ConditionalAccess": "Read and write your organization's conditional access policies",
  "Policy.ReadWrite.CrossTenantAccess": "Read and write your organization's cross tenant access policies",
  "PrivilegedEligibilitySchedule.Read.AzureADGroup": "Read eligibility schedules for access to Azure AD groups",
  "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup":
    "Read, create, and delete eligibility schedules for access to Azure AD groups",
  "RoleManagement.Read.All": "Read role management data for all RBAC providers",
  "RoleManagement.Read.Defender": "Read M365 Defender RBAC configuration",
  "RoleManagement.Read.Directory": "Read all directory RBAC settings",
  // Microsoft's words, although the permission also writes.
  "RoleManagement.ReadWrite.Defender": "Read M365 Defender RBAC configuration",
  "RoleManagement.ReadWrite.Directory": "Read and write all directory RBAC settings",
  "RoleManagementPolicy.Read.AzureADGroup": "Read all policies in PIM for Groups",
  "RoleManagementPolicy.ReadWrite.AzureADGroup": "Read, update, and delete all policies in PIM for Groups",
  "SecurityAlert.Read.All": "Read all security alerts",
  "SecurityAlert.ReadWrite.All": "Read and write to all security alerts",
  "SecurityEvents.Read.All": "Read your organization's security events",
  "SecurityIncident.Read.All": "Read all security incidents",
  "SecurityIncident.ReadWrite.All": "Read and write to all security incidents",
  "SharePointTenantSettings.Read.All": "Read SharePoint and OneDrive tenant settings",
  "TenantGovernance-Invitation.Read.All": "Read Tenant Governance invitations",
  "TenantGovernance-PolicyTemplate.Read.All": "Read Tenant Governance policy templates",
  "TenantGovernance-Relationship.Read.All": "Read Tenant Governance relationships",
  "TenantGovernance-Request.Read.All": "Read Tenant Governance requests",
  "ThreatHunting.Read.All": "Run hunting queries",
  "User.DeleteRestore.All": "Delete and restore user accounts",
  "User.EnableDisableAccount.All": "Enable and disable user accounts",
  "User.Invite.All": "Invite guest users to the organization",
  "User.Read.All": "Read all users' full profiles and company properties",
  "User.ReadBasic.All": "Read all users' basic profiles",
  "User.ReadWrite.All": "Read and write all users' full profiles",
  "UserAuthenticationMethod.Read.All": "Read all users' authentication methods",
};

/** In Microsoft's words; the permission's own name where they are not known. */
export function consentName(permission: string): string {
  return (consentNames as Readonly<Record<string, string>>)[permission] ?? permission;
}
