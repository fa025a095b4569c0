/** Ways that no command looks at. The certificate, the report and the hand-out list each of them. */
import { notLooked, type Way } from "./way";

const noPermission = "no permission that this program asks for reads them";
const noApi = "no public API shows them";

export const notLookedAt: readonly Way[] = [
  notLooked(
    "unmarkedAccount",
    {
      what: "accounts with an address of the customer's own that people of the MSSP use",
      why: "nothing in the directory tells whose they are",
      look: "Microsoft Entra admin center > Users > All users: look for accounts that nobody of your organization has.",
    },
    "/users",
    "/users/{id}",
  ),
  notLooked(
    "unmarkedApplication",
    {
      what: "applications of the customer's own tenant whose credentials the MSSP knows",
      why: "without the mark of a stack nothing tells them from the customer's",
      look: "Microsoft Entra admin center > App registrations > All applications: look at Certificates & secrets and at the owners of each.",
    },
    "/applications",
    "/applications/{id}",
    "/applications/{id}/addPassword",
    "/servicePrincipals/{id}/addPassword",
  ),
  notLooked(
    "unmarkedRule",
    {
      what: "detection rules and Defender roles that somebody made by hand, and that name nobody of the MSSP",
      why: "without the mark of a stack nothing tells them from the customer's",
      look: "Microsoft Defender portal > Hunting > Custom detection rules; and Settings > Microsoft Defender XDR > Permissions and roles.",
    },
    "/security/rules/detectionRules/**",
    "/roleManagement/defender/roleDefinitions/**",
  ),
  notLooked(
    "authenticationMethod",
    {
      what: "authentication methods that somebody registered for the customer's own users",
      why: noPermission,
      look: "Microsoft Entra admin center > Users > the user > Authentication methods.",
    },
    "/authenticationMethodsPolicy/**",
    "/authenticationMethodConfigurations/**",
    "/certificateBasedAuthConfiguration/**",
    "/users/{id}/authentication/**",
  ),
  notLooked(
    "identityProvider",
    {
      what: "external identity providers, federated domains and certificate authorities",
      why: noPermission,
      look: "Microsoft Entra admin center > External Identities > All identity providers; and Settings > Domain names: no domain is federated that you do not know.",
    },
    "/identityProviders/**",
    "/domains/**",
    "/domainDnsRecords/**",
    "/organization/**",
  ),
  notLooked(
    "accessDefault",
    {
      what: "the default for all external organizations",
      why: "it is the customer's own for every tenant, not for the MSSP's alone",
      look: "Microsoft Entra admin center > External Identities > Cross-tenant access settings > Default settings.",
    },
    "/policies/crossTenantAccessPolicy/default",
  ),
  notLooked(
    "multiTenantOrganization",
    {
      what: "memberships in a multitenant organization",
      why: noPermission,
      look: "Microsoft 365 admin center > Settings > Org settings > Organization profile > Multitenant collaboration.",
    },
    "/tenantRelationships/multiTenantOrganization/**",
  ),
  notLooked(
    "namedLocation",
    {
      what: "named locations, and exclusions of people and groups from Conditional Access policies",
      why: "they give no right, but let somebody sign in with less",
      look: "Microsoft Entra admin center > Conditional Access > Named locations, and the exclusions of each policy.",
    },
    "/identity/conditionalAccess/namedLocations/**",
    "/identity/conditionalAccess/policies",
    "/identity/conditionalAccess/policies/{id}",
  ),
  notLooked(
    "agentIdentity",
    {
      what: "agent identities and their blueprints",
      why: noPermission,
      look: "Microsoft Entra admin center > Agents > All agent identities.",
    },
    "/copilot/**",
  ),
  notLooked(
    "resourceSpecificConsent",
    {
      what: "applications with permissions for one team, chat or site",
      why: noPermission,
      look: "Microsoft Teams admin center > Teams apps > Manage apps > the app > Permissions; for sites, SharePoint admin center > Advanced > API access.",
    },
    "/permissionGrants/**",
    "/appCatalogs/**",
    "/teamwork/**",
  ),
  notLooked(
    "entitlementRole",
    {
      what: "roles of entitlement management on catalogs of the customer's own",
      why: "the search looks at the catalogs of the stack only",
      look: "Microsoft Entra admin center > Identity Governance > Catalogs > the catalog > Roles and administrators.",
    },
    "/roleManagement/entitlementManagement/**",
  ),
  notLooked(
    "changeNotification",
    {
      what: "subscriptions to change notifications",
      why: "Microsoft Graph shows each to the application that made it only",
      look: "Microsoft Entra admin center > Enterprise applications: delete the applications that you do not know; without its application no subscription is renewed.",
    },
    "/subscriptions/**",
  ),
  notLooked(
    "sharedContent",
    {
      what: "sites, files, teams and chats that are shared with people outside",
      why: noPermission,
      look: "SharePoint admin center > Sites > Active sites > the site > Membership and Sharing; Microsoft Teams admin center > Teams > Manage teams.",
    },
    "/sites/**",
    "/drives/**",
    "/drive/**",
    "/shares/**",
    "/teams/**",
    "/chats/**",
    "/planner/**",
    "/storage/**",
  ),
  notLooked(
    "exchangeRole",
    {
      what: "roles, application access, mailbox permissions and forwarding of Exchange Online",
      why: noPermission,
      look: "Exchange admin center > Roles > Admin roles; Mail flow > Rules and Connectors; and Get-ManagementRoleAssignment in Exchange Online PowerShell.",
    },
    "/roleManagement/exchange/**",
  ),
  notLooked(
    "intuneRole",
    {
      what: "roles, scripts and applications of Microsoft Intune, and roles of Windows 365",
      why: noPermission,
      look: "Microsoft Intune admin center > Tenant administration > Roles > All roles; and Devices > Scripts and remediations.",
    },
    "/deviceManagement/**",
    "/deviceAppManagement/**",
    "/roleManagement/deviceManagement/**",
    "/roleManagement/cloudPC/**",
  ),
  notLooked(
    "purviewRole",
    {
      what: "roles of Microsoft Purview, and cases of eDiscovery",
      why: noPermission,
      look: "Microsoft Purview portal > Settings > Roles and scopes > Role groups; and eDiscovery > Cases.",
    },
    "/compliance/**",
    "/informationProtection/**",
    "/dataPolicyOperations/**",
    "/privacy/**",
    "/security/cases/**",
  ),
  notLooked(
    "ownRoles",
    {
      what: "roles of other services of Microsoft 365 with their own administration (Bookings, backup, education, Viva, print)",
      why: noPermission,
      look: "Microsoft 365 admin center > Roles > Role assignments, and the administration of each service.",
    },
    "/solutions/**",
    "/education/**",
    "/employeeExperience/**",
    "/print/**",
    "/communications/**",
    "/admin/**",
    "/external/**",
    "/connections/**",
  ),
  notLooked("defenderSetting", {
    what: "indicators, alert tuning, exclusions and the library of live response of Microsoft Defender",
    why: noPermission,
    look: "Microsoft Defender portal > Settings > Endpoints > Indicators; Settings > Microsoft Defender XDR > Alert tuning; and the library of a live response session.",
  }),
  notLooked("streamingApi", {
    what: "event streams of Microsoft Defender to an event hub or a storage account",
    why: noApi,
    look: "Microsoft Defender portal > Settings > Microsoft Defender XDR > Streaming API.",
  }),
  notLooked("diagnosticSetting", {
    what: "diagnostic settings, export rules and continuous export that send logs out of the tenant or the subscription",
    why: noPermission,
    look: "Microsoft Entra admin center > Monitoring & health > Diagnostic settings; Azure portal > Monitor > Diagnostic settings; the workspace > Data export; Microsoft Defender for Cloud > Environment settings > Continuous export.",
  }),
  notLooked(
    "azureResource",
    {
      what: "access that a resource of Azure gives by itself (Key Vault access policies, shared access signatures, managed identities with federated credentials, playbooks, Azure Arc, policy assignments)",
      why: noPermission,
      look: "Azure portal > each subscription > Resources: Access policies of key vaults, Shared access signature and Access keys of storage accounts, Federated credentials of managed identities, logic apps.",
    },
    "azure-native:**",
    "azure:Microsoft.OperationalInsights/workspaces",
    "azure:Microsoft.SecurityInsights/onboardingStates",
  ),
  notLooked("otherSubscription", {
    what: "delegations and roles in subscriptions of Azure that the MSSP's automation does not see, and delegations of single resource groups",
    why: "Azure shows an identity only the subscriptions in which it has a role, and it is not documented whether its list has the resource groups",
    look: "Azure portal > Service providers > Service provider offers; and Subscriptions > each > Access control (IAM) > Role assignments.",
  }),
];
