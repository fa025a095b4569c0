/** Ways that no command looks at. The certificate, the report and the hand-out list each of them. */
import { azureNative, notLooked, type Way } from "./way";

const noPermission = "no permission that this program asks for reads them";
const noApi = "no public API shows them";

export const notLookedAt: readonly Way[] = [
  notLooked(
    "unmarkedAccount",
    "accounts with an address of the customer's own that people of the MSSP use",
    "no address, sign-in identity or mark of theirs names the MSSP",
    "Microsoft Entra admin center > Users > All users: look for accounts that nobody of your organization has.",
    "/users /users/{id}",
  ),
  notLooked(
    "unnamedTenant",
    "people, applications, trusts and delegations of further tenants and domains that the MSSP has and its settings do not name",
    "only the MSSP's tenant ID and the domains of its people tell whose they are",
    "Microsoft Entra admin center > Users > user type Guest; Enterprise applications; and External Identities > Cross-tenant access settings: each tenant is one that you know.",
    "/invitations /servicePrincipals /policies/crossTenantAccessPolicy/partners",
  ),
  notLooked(
    "restorableOther",
    "deleted people, groups and applications of the MSSP that its program did not create",
    "they give nothing until an administrator of the tenant restores them",
    "Microsoft Entra admin center > Users > Deleted users; Groups > Deleted groups; and App registrations > Deleted applications.",
    "/directory/deletedItems/{id}/restore",
  ),
  notLooked(
    "unmarkedApplication",
    "applications of the customer's own tenant whose credentials the MSSP knows",
    "neither a mark nor an issuer, a redirect URI or an authorized application of theirs names the MSSP",
    "Microsoft Entra admin center > App registrations > All applications: look at Certificates & secrets and at the owners of each.",
    "/applications /applications/{id} /applications/{id}/addPassword /applications/{id}/addKey " +
      "/applications/{id}/federatedIdentityCredentials/** /servicePrincipals/{id}/addPassword " +
      "/servicePrincipals/{id}/addKey",
  ),
  notLooked(
    "unmarkedRule",
    'detection rules whose description does not end in "(managed by …)", whoever created them, and Defender roles created by hand that name nobody of the MSSP',
    "without the mark of a stack nothing tells them from the customer's",
    "Microsoft Defender portal > Hunting > Custom detection rules; and Settings > Microsoft Defender XDR > Permissions and roles.",
    "/security/rules/detectionRules/** /roleManagement/defender/roleDefinitions/**",
  ),
  notLooked(
    "unlistedSetting",
    "email notification rules and SIEM authorizations in the Defender portal that the MSSP's program did not create",
    noApi,
    "Microsoft Defender portal > Settings > Endpoints > General > Email notifications; and Settings > SIEM > MSSP.",
    "defender:/notificationRules/{name} defender:/siemAuthorizations/{id}",
  ),
  notLooked(
    "standingMember",
    "standing assignments to a group of people who may only activate one, and activations that wait for an approval",
    noPermission,
    "Microsoft Entra admin center > Groups > the group > Privileged Identity Management > Assignments > Active assignments; and Pending requests.",
    "/groups/{id}/members/$ref /identityGovernance/privilegedAccess/group/assignmentScheduleRequests",
  ),
  notLooked(
    "openPolicy",
    "access packages of the customer's own that anybody outside the organization may request",
    "they are the customer's own for everybody, not for the MSSP alone",
    "Microsoft Entra admin center > Identity Governance > Access packages > the package > Policies: all users, also those who are not in your directory.",
    "/identityGovernance/entitlementManagement/accessPackageAssignmentPolicies/** " +
      "/identityGovernance/entitlementManagement/assignmentPolicies/**",
  ),
  notLooked(
    "authenticationMethod",
    "authentication methods that somebody registered for the customer's own users",
    noPermission,
    "Microsoft Entra admin center > Users > the user > Authentication methods.",
    "/authenticationMethodsPolicy/** /authenticationMethodConfigurations/** " +
      "/certificateBasedAuthConfiguration/** /users/{id}/authentication/**",
  ),
  notLooked(
    "identityProvider",
    "external identity providers, federated domains and certificate authorities",
    noPermission,
    "Microsoft Entra admin center > External Identities > All identity providers; and Settings > Domain names: no domain is federated that you do not know.",
    "/identityProviders/** /domains/** /domainDnsRecords/** /organization/**",
  ),
  notLooked(
    "accessDefault",
    "the defaults for all external organizations and for all guests",
    "they are the customer's own for every tenant, not for the MSSP's alone",
    "Microsoft Entra admin center > External Identities > Cross-tenant access settings > Default settings; and External collaboration settings > Guest user access.",
    "/policies/crossTenantAccessPolicy/default /policies/authorizationPolicy",
  ),
  notLooked(
    "multiTenantOrganization",
    "memberships in a multitenant organization",
    noPermission,
    "Microsoft 365 admin center > Settings > Org settings > Organization profile > Multitenant collaboration.",
    "/tenantRelationships/multiTenantOrganization/**",
  ),
  notLooked(
    "namedLocation",
    "named locations, and exclusions of people and groups from Conditional Access policies",
    "they give no right, but let somebody sign in with less",
    "Microsoft Entra admin center > Conditional Access > Named locations, and the exclusions of each policy.",
    "/identity/conditionalAccess/namedLocations/** /identity/conditionalAccess/policies " +
      "/identity/conditionalAccess/policies/{id}",
  ),
  notLooked(
    "agentIdentity",
    "agent identities and their blueprints",
    noPermission,
    "Microsoft Entra admin center > Agents > All agent identities.",
    "/copilot/**",
  ),
  notLooked(
    "resourceSpecificConsent",
    "applications with permissions for one team, chat or site",
    noPermission,
    "Microsoft Teams admin center > Teams apps > Manage apps > the app > Permissions; for sites, SharePoint admin center > Advanced > API access.",
    "/permissionGrants/** /appCatalogs/** /teamwork/**",
  ),
  notLooked(
    "entitlementRole",
    "roles of entitlement management on catalogs of the customer's own",
    "the search looks at the catalogs of the stack only",
    "Microsoft Entra admin center > Identity Governance > Catalogs > the catalog > Roles and administrators.",
    "/roleManagement/entitlementManagement/**",
  ),
  notLooked(
    "changeNotification",
    "subscriptions to change notifications",
    "Microsoft Graph shows each to the application that made it only",
    "Microsoft Entra admin center > Enterprise applications: delete the applications that you do not know; without its application no subscription is renewed.",
    "/subscriptions/**",
  ),
  notLooked(
    "sharedContent",
    "sites, files, teams and chats that are shared with people outside",
    noPermission,
    "SharePoint admin center > Sites > Active sites > the site > Membership and Sharing; Microsoft Teams admin center > Teams > Manage teams.",
    "/sites/** /drives/** /drive/** /shares/** /teams/** /chats/** /planner/** /storage/**",
  ),
  notLooked(
    "exchangeRole",
    "roles, application access, mailbox permissions and forwarding of Exchange Online",
    noPermission,
    "Exchange admin center > Roles > Admin roles; Mail flow > Rules and Connectors; and Get-ManagementRoleAssignment in Exchange Online PowerShell.",
    "/roleManagement/exchange/**",
  ),
  notLooked(
    "intuneRole",
    "roles, scripts and applications of Microsoft Intune, and roles of Windows 365",
    noPermission,
    "Microsoft Intune admin center > Tenant administration > Roles > All roles; and Devices > Scripts and remediations.",
    "/deviceManagement/** /deviceAppManagement/** /roleManagement/deviceManagement/** " + "/roleManagement/cloudPC/**",
  ),
  notLooked(
    "purviewRole",
    "roles of Microsoft Purview, and cases of eDiscovery",
    noPermission,
    "Microsoft Purview portal > Settings > Roles and scopes > Role groups; and eDiscovery > Cases.",
    "/compliance/** /informationProtection/** /dataPolicyOperations/** /privacy/** /security/cases/**",
  ),
  notLooked(
    "ownRoles",
    "roles of other services of Microsoft 365 with their own administration (Bookings, backup, education, Viva, print)",
    noPermission,
    "Microsoft 365 admin center > Roles > Role assignments, and the administration of each service.",
    "/solutions/** /education/** /employeeExperience/** /print/** /communications/** /admin/** " +
      "/external/** /connections/**",
  ),
  notLooked(
    "defenderSetting",
    "indicators, alert tuning, exclusions and the library of live response of Microsoft Defender",
    noPermission,
    "Microsoft Defender portal > Settings > Endpoints > Indicators; Settings > Microsoft Defender XDR > Alert tuning; and the library of a live response session.",
  ),
  notLooked(
    "streamingApi",
    "event streams of Microsoft Defender to an event hub or a storage account",
    noApi,
    "Microsoft Defender portal > Settings > Microsoft Defender XDR > Streaming API.",
  ),
  notLooked(
    "diagnosticSetting",
    "diagnostic settings, export rules and continuous export that send logs out of the tenant or the subscription",
    noPermission,
    "Microsoft Entra admin center > Monitoring & health > Diagnostic settings; Azure portal > Monitor > Diagnostic settings; the workspace > Data export; Microsoft Defender for Cloud > Environment settings > Continuous export.",
  ),
  notLooked(
    "azureResource",
    "access that a resource of Azure gives by itself (Key Vault access policies, shared access signatures, managed identities with federated credentials, playbooks, Azure Arc, policy assignments)",
    noPermission,
    "Azure portal > each subscription > Resources: Access policies of key vaults, Shared access signature and Access keys of storage accounts, Federated credentials of managed identities, logic apps.",
    `${azureNative("**")} azure:Microsoft.OperationalInsights/workspaces ` +
      "azure:Microsoft.SecurityInsights/onboardingStates",
  ),
  notLooked(
    "otherSubscription",
    "delegations and roles in subscriptions of Azure that the MSSP's automation does not see, and delegations of single resource groups",
    "Azure shows an identity only the subscriptions in which it has a role, and it is not documented whether its list has the resource groups",
    "Azure portal > Service providers > Service provider offers; and Subscriptions > each > Access control (IAM) > Role assignments.",
  ),
];
