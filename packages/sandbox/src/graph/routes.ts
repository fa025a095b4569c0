/** Every route of the emulated Graph. */
import { RouteTable } from "./match";
import { administrativeUnitRoutes } from "./routes/administrativeUnitRoutes";
import { appRoleAssignmentRoutes } from "./routes/appRoleAssignments";
import { accessPackageAssignmentRoutes } from "./routes/accessPackageAssignments";
import { auditLogRoutes } from "./routes/auditLogs";
import { accessPackageResourceRoutes } from "./routes/accessPackageResources";
import { accessPackageRoutes } from "./routes/accessPackages";
import { applicationRoutes } from "./routes/applications";
import { conditionalAccessRoutes } from "./routes/conditionalAccess";
import { crossTenantAccessRoutes } from "./routes/crossTenantAccess";
import { defenderRoleRoutes } from "./routes/defenderRoles";
import { connectedOrganizationRoutes } from "./routes/connectedOrganizations";
import { deltaRoutes } from "./routes/deltaRoutes";
import { deletedItemRoutes } from "./routes/deletedItems";
import { directoryObjectRoutes } from "./routes/directoryObjects";
import { directoryRoleRoutes } from "./routes/directoryRoles";
import { federatedIdentityCredentialRoutes } from "./routes/federatedIdentityCredentials";
import { grantRoutes } from "./routes/grants";
import { groupRoutes } from "./routes/groups";
import { groupActivationRoutes } from "./routes/groupActivations";
import { groupRolePolicyRoutes } from "./routes/groupRolePolicies";
import { invitationRoutes } from "./routes/invitations";
import { membershipRoutes } from "./routes/memberships";
import { namedLocationRoutes } from "./routes/namedLocationRoutes";
import { keyRoutes } from "./routes/keyRoutes";
import { passwordRoutes } from "./routes/passwords";
import { policyRoutes } from "./routes/policies";
import { privilegedAccessRoutes } from "./routes/privilegedAccess";
import { registrationDetailRoutes } from "./routes/registrationDetailRoutes";
import { roleEligibilityRoutes } from "./routes/roleEligibilityRoutes";
import { roleManagementRoutes } from "./routes/roleManagement";
import { roleScheduleInstanceRoutes } from "./routes/roleScheduleInstanceRoutes";
import { securityPolicyRoutes } from "./routes/securityPolicyRoutes";
import { servicePrincipalRoutes } from "./routes/servicePrincipals";
import { authenticationMethodRoutes } from "./routes/authenticationMethodRoutes";
import { riskyUserRoutes } from "./routes/riskyUserRoutes";
import { serviceConfigurationRecordRoutes } from "./routes/serviceConfigurationRecordRoutes";
import { subscriptionRoutes } from "./routes/subscriptionRoutes";
import { tenantRoutes } from "./routes/tenant";
import { tenantGovernanceRoutes } from "./routes/tenantGovernance";
import { tenantInformationRoutes } from "./routes/tenantInformationRoutes";
import { userRoutes } from "./routes/users";

export const routeTable = new RouteTable([
  ...applicationRoutes,
  ...passwordRoutes,
  ...keyRoutes,
  ...federatedIdentityCredentialRoutes,
  ...servicePrincipalRoutes,
  ...appRoleAssignmentRoutes,
  ...grantRoutes,
  ...groupRoutes,
  ...userRoutes,
  ...membershipRoutes,
  ...deltaRoutes,
  ...invitationRoutes,
  ...directoryRoleRoutes,
  ...roleManagementRoutes,
  ...administrativeUnitRoutes,
  ...roleEligibilityRoutes,
  ...roleScheduleInstanceRoutes,
  ...defenderRoleRoutes,
  ...directoryObjectRoutes,
  ...deletedItemRoutes,
  ...tenantRoutes,
  ...tenantInformationRoutes,
  ...policyRoutes,
  ...securityPolicyRoutes,
  ...registrationDetailRoutes,
  ...authenticationMethodRoutes,
  ...riskyUserRoutes,
  ...serviceConfigurationRecordRoutes,
  ...crossTenantAccessRoutes,
  ...conditionalAccessRoutes,
  ...namedLocationRoutes,
  ...connectedOrganizationRoutes,
  ...accessPackageRoutes,
  ...accessPackageResourceRoutes,
  ...accessPackageAssignmentRoutes,
  ...auditLogRoutes,
  ...subscriptionRoutes,
  ...tenantGovernanceRoutes,
  ...privilegedAccessRoutes,
  ...groupActivationRoutes,
  ...groupRolePolicyRoutes,
]);
