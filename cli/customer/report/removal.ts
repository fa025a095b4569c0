/** How each kind of object is taken away, and the document of Microsoft's about it. */
import type { ObjectKind } from "./model";

export interface RemovalGuide {
  /** What the MSSP changes in the settings; then `npx pulumi up`. */
  readonly setting: string;
  /** What an administrator of the customer does. */
  readonly click: string;
  /** What remains after it. */
  readonly stays: string;
  readonly document: { readonly title: string; readonly url: string };
}

const msspAccess = {
  title: "Grant managed security service provider (MSSP) access",
  url: "https://learn.microsoft.com/defender-xdr/mssp-access",
};
const applications = {
  title: "Application and service principal objects in Microsoft Entra ID",
  url: "https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals",
};
const tokensStay = "Access tokens that were issued before stay valid until they expire, by default about an hour.";
const terminateGovernance = {
  title: "Terminate a governance relationship (preview)",
  url: "https://learn.microsoft.com/entra/id-governance/tenant-governance/how-to-terminate-governance-relationship",
};
const governanceEnd =
  "Entra admin center > Tenant governance > Governing tenants > the MSSP's tenant > Terminate governance";
const apps = "Entra admin center > App registrations > the application";

export const removals: Readonly<Record<ObjectKind, RemovalGuide>> = {
  guest: {
    setting: "Remove the person from analysts, or set accessEndsOn",
    click: "Entra admin center > Users > the guest > Delete",
    stays: `The deleted user can be restored for 30 days. ${tokensStay}`,
    document: {
      title: "Properties of a Microsoft Entra B2B collaboration user",
      url: "https://learn.microsoft.com/entra/external-id/user-properties",
    },
  },
  group: {
    setting: "Another portalAccess.model, or pulumi destroy",
    click: "Entra admin center > Groups > the group > Delete, or remove its members",
    stays: "The guests, without the roles of this group.",
    document: msspAccess,
  },
  directoryRole: {
    setting: "portalAccess.model: rbac",
    click: "Entra admin center > Roles and administrators > the role > remove the assignment",
    stays: tokensStay,
    document: {
      title: "Microsoft Entra built-in roles",
      url: "https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference",
    },
  },
  defenderRole: {
    setting: "portalAccess.tiers.<tier>.permissions: []",
    click: "Defender portal > Settings > Microsoft Defender XDR > Permissions and roles > the role > Delete",
    stays: "The group and its members, without this role.",
    document: {
      title: "Permissions in Microsoft Defender unified RBAC",
      url: "https://learn.microsoft.com/defender-xdr/custom-permissions-details",
    },
  },
  connectedOrganization: {
    setting: "Another portalAccess.model, or pulumi destroy",
    click: "Entra admin center > Identity Governance > Connected organizations > the organization > Delete",
    stays: "People who hold an access package keep it until it expires or is removed.",
    document: {
      title: "Manage connected organizations in entitlement management",
      url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-organization",
    },
  },
  tenantTrust: {
    setting: "Remove crossTenantTrust",
    click:
      "Entra admin center > External Identities > Cross-tenant access settings > Organizational settings > the " +
      "MSSP's tenant > Inbound access > Trust settings > Default settings",
    stays: "The guests, who then register for MFA in the customer's tenant if a policy asks for it.",
    document: {
      title: "Cross-tenant access settings for B2B collaboration",
      url: "https://learn.microsoft.com/entra/external-id/cross-tenant-access-settings-b2b-collaboration",
    },
  },
  conditionalAccessPolicy: {
    setting: "Remove conditionalAccess",
    click: "Entra admin center > Conditional Access > Policies > the policy > Delete",
    stays: "The customer's other policies, which apply to the MSSP's people as before.",
    document: {
      title: "Authentication and Conditional Access for External ID",
      url: "https://learn.microsoft.com/entra/external-id/authentication-conditional-access",
    },
  },
  accessPackage: {
    setting: "Another portalAccess.model, or pulumi destroy, after the assignments are removed",
    click:
      "Entra admin center > Identity Governance > Access packages > the package > Assignments > Remove, then Delete",
    stays: "Graph refuses to delete a package that somebody holds.",
    document: {
      title: "What is entitlement management?",
      url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-overview",
    },
  },
  application: {
    setting: "pulumi destroy",
    click: `${apps} > Delete`,
    stays: `A deleted application can be restored for 30 days. ${tokensStay}`,
    document: applications,
  },
  servicePrincipal: {
    setting: "pulumi destroy",
    click: "Entra admin center > Enterprise applications > the application > Properties > Delete",
    stays: `The app registration, which can't sign in without it. ${tokensStay}`,
    document: applications,
  },
  clientSecret: {
    setting: "connector.credential: another type, or renewMadeBefore for a new secret",
    click: `${apps} > Certificates & secrets > Delete`,
    stays: `The copy that the SIEM has no longer works. ${tokensStay}`,
    document: applications,
  },
  certificate: {
    setting: "connector.credential.certificate",
    click: `${apps} > Certificates & secrets > Delete`,
    stays: tokensStay,
    document: applications,
  },
  federatedCredential: {
    setting: "connector.credential",
    click: `${apps} > Certificates & secrets > Federated credentials > Delete`,
    stays: tokensStay,
    document: {
      title: "Workload identity federation",
      url: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
    },
  },
  permission: {
    setting: "connector.profile or connector.alertApis",
    click: "Entra admin center > Enterprise applications > the application > Permissions > Revoke permission",
    stays: tokensStay,
    document: {
      title: "Microsoft Graph permissions reference",
      url: "https://learn.microsoft.com/graph/permissions-reference",
    },
  },
  notificationRule: {
    setting: "Remove the rule from notificationRules",
    click: "Defender portal > Settings > Endpoints > General > Email notifications > the rule > Delete",
    stays: "E-mails that were sent.",
    document: {
      title: "Configure alert notifications that are sent to MSSPs",
      url: "https://learn.microsoft.com/defender-endpoint/configure-mssp-notifications",
    },
  },
  siemAuthorization: {
    setting: "connector.alertApis: [graph]",
    click: "Defender portal > Settings > SIEM, tab MSSP",
    stays: "The application, which then reads no alerts through the legacy API.",
    document: {
      title: "Configure managed security service provider integration",
      url: "https://learn.microsoft.com/defender-endpoint/configure-mssp-support",
    },
  },
  delegation: {
    setting: "Remove azureDelegation",
    click: "Azure portal > Service providers > Delegations > the delegation > Delete",
    stays: "Nothing of the delegation.",
    document: {
      title: "Remove access to a delegation",
      url: "https://learn.microsoft.com/azure/lighthouse/how-to/remove-delegation",
    },
  },
  vaultSecret: {
    setting: "Remove handover",
    click: "In the MSSP's Azure: Key vaults > the vault > Secrets > the secret > Delete",
    stays: "A deleted secret can be recovered during the vault's retention.",
    document: {
      title: "Azure Key Vault soft-delete",
      url: "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
    },
  },
  governanceGroup: {
    setting: "Remove the group from portalAccess.groups, then npx mssp governance request",
    click: governanceEnd,
    stays: `The group in the MSSP's own tenant. ${tokensStay}`,
    document: terminateGovernance,
  },
  governanceRole: {
    setting: "Remove the role from portalAccess.groups, then npx mssp governance request",
    click: governanceEnd,
    stays: tokensStay,
    document: terminateGovernance,
  },
};
