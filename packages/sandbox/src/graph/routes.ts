/** Every route of the emulated Graph. */
import { RouteTable } from "./match";
import { administrativeUnitRoutes } from "./routes/administrativeUnitRoutes";
import { appRoleAssignmentRoutes } from "./routes/appRoleAssignmentRoutes";
import { accessPackageAssignmentRoutes } from "./routes/accessPackageAssignmentRoutes";
import { auditLogRoutes } from "./routes/auditLogRoutes";
import { accessPackageResourceRoutes } from "./routes/accessPackageResourceRoutes";
import { accessPackageRoutes } from "./routes/accessPackageRoutes";
import { applicationRoutes } from "./routes/applicationRoutes";
import { conditionalAccessRoutes } from "./routes/conditionalAccessRoutes";
import { crossTenantAccessRoutes } from "./routes/crossTenantAccessRoutes";
import { defenderRoleRoutes } from "./routes/defenderRoleRoutes";
import { connectedOrganizationRoutes } from "./routes/connectedOrganizationRoutes";
import { deltaRoutes } from "./routes/deltaRoutes";
import { deletedItemRoutes } from "./routes/deletedItemRoutes";
import { directoryObjectRoutes } from "./routes/directoryObjectRoutes";
import { directoryRoleRoutes } from "./routes/directoryRoleRoutes";
import { federatedIdentityCredentialRoutes } from "./routes/federatedIdentityCredentialRoutes";
import { grantRoutes } from "./routes/grantRoutes";
import { groupRoutes } from "./routes/groupRoutes";
import { groupActivationRoutes } from "./routes/groupActivationRoutes";
import { groupRolePolicyRoutes } from "./routes/groupRolePolicyRoutes";
import { invitationRoutes } from "./routes/invitationRoutes";
import { membershipRoutes } from "./routes/membershipRoutes";
import { namedLocationRoutes } from "./routes/namedLocationRoutes";
import { keyRoutes } from "./routes/keyRoutes";
import { passwordRoutes } from "./routes/passwordRoutes";
import { policyRoutes } from "./routes/policyRoutes";
import { privilegedAccessRoutes } from "./routes/privilegedAccessRoutes";
import { registrationDetailRoutes } from "./routes/registrationDetailRoutes";
import { roleEligibilityRoutes } from "./routes/roleEligibilityRoutes";
import { roleManagementRoutes } from "./routes/roleManagementRoutes";
import { roleScheduleInstanceRoutes } from "./routes/roleScheduleInstanceRoutes";
import { securityPolicyRoutes } from "./routes/securityPolicyRoutes";
import { servicePrincipalRoutes } from "./routes/servicePrincipalRoutes";
import { authenticationMethodRoutes } from "./routes/authenticationMethodRoutes";
import { riskyUserRoutes } from "./routes/riskyUserRoutes";
import { serviceConfigurationRecordRoutes } from "./routes/serviceConfigurationRecordRoutes";
import { subscriptionRoutes } from "./routes/subscriptionRoutes";
import { tenantRoutes } from "./routes/tenantRoutes";
import { tenantGovernanceRoutes } from "./routes/tenantGovernanceRoutes";
import { tenantInformationRoutes } from "./routes/tenantInformationRoutes";
import { userRoutes } from "./routes/userRoutes";

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
