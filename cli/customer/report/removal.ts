/** How each kind of object is taken away, and the document of Microsoft's about it. */
import type { ObjectKind } from "../../access/objects/kindInReport";

export interface RemovalGuide {
  /** What the MSSP changes in the settings; then `npx pulumi up`. */
  readonly setting: string;
  /** What an administrator of the customer does: names of menus, with `{names}` in place of the objects'. */
  readonly menu: string;
  /** In place of `{names}`, where none is named. */
  readonly object: string;
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
const governanceEnd = {
  menu: "Entra admin center > Tenant governance > Governing tenants > {names} > Terminate governance",
  object: "the MSSP's tenant",
};
const apps = "Entra admin center > App registrations";
const entitlement = {
  title: "What is entitlement management?",
  url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-overview",
};
const otherModel = "Another portalAccess.model, or pulumi destroy";
const defenderPermissions = {
  title: "Permissions in Microsoft Defender unified RBAC",
  url: "https://learn.microsoft.com/defender-xdr/custom-permissions-details",
};
const softDelete = {
  title: "Azure Key Vault soft-delete",
  url: "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
};

const azureRolesRemoval = {
  title: "Remove Azure role assignments",
  url: "https://learn.microsoft.com/azure/role-based-access-control/role-assignments-remove",
};

export const removals: Readonly<Record<ObjectKind, RemovalGuide>> = {
  guest: {
    setting: "Remove the person from analysts, or set accessEndsOn",
    menu: "Entra admin center > Users > {names} > Delete",
    object: "the guest",
    stays: `The deleted user can be restored for 30 days. ${tokensStay}`,
    document: {
      title: "Properties of a Microsoft Entra B2B collaboration user",
      url: "https://learn.microsoft.com/entra/external-id/user-properties",
    },
  },
  group: {
    setting: otherModel,
    menu: "Entra admin center > Groups > {names} > Delete",
    object: "the group",
    stays: "The guests, without the roles of this group.",
    document: msspAccess,
  },
  directoryRole: {
    setting: "portalAccess.model: rbac",
    menu: "Entra admin center > Roles and administrators > {names} > Remove assignments",
    object: "the role",
    stays: tokensStay,
    document: {
      title: "Microsoft Entra built-in roles",
      url: "https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference",
    },
  },
  defenderRole: {
    setting: "portalAccess.tiers.<tier>.permissions: []",
    menu: "Defender portal > Settings > Microsoft Defender XDR > Permissions and roles > {names} > Delete",
    object: "the role",
    stays: "The group and its members, without this role.",
    document: defenderPermissions,
  },
  connectedOrganization: {
    setting: otherModel,
    menu: "Entra admin center > Identity Governance > Connected organizations > {names} > Delete",
    object: "the organization",
    stays: "People who hold an access package keep it until it expires or is removed.",
    document: {
      title: "Manage connected organizations in entitlement management",
      url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-organization",
    },
  },
  tenantTrust: {
    setting: "Remove crossTenantTrust",
    menu:
      "Entra admin center > External Identities > Cross-tenant access settings > Organizational settings > {names} > " +
      "Inbound access > Trust settings > Default settings",
    object: "the MSSP's tenant",
    stays: "The guests, who then register for MFA in the customer's tenant if a policy asks for it.",
    document: {
      title: "Cross-tenant access settings for B2B collaboration",
      url: "https://learn.microsoft.com/entra/external-id/cross-tenant-access-settings-b2b-collaboration",
    },
  },
  conditionalAccessPolicy: {
    setting: "Remove conditionalAccess",
    menu: "Entra admin center > Conditional Access > Policies > {names} > Delete",
    object: "the policy",
    stays: "The customer's other policies, which apply to the MSSP's people as before.",
    document: {
      title: "Authentication and Conditional Access for External ID",
      url: "https://learn.microsoft.com/entra/external-id/authentication-conditional-access",
    },
  },
  accessPackage: {
    setting: "Another portalAccess.model, or pulumi destroy, after the assignments are removed",
    menu: "Entra admin center > Identity Governance > Access packages > {names} > Delete",
    object: "the package",
    stays: "Graph refuses to delete a package that somebody holds: remove the assignments first.",
    document: entitlement,
  },
  application: {
    setting: "pulumi destroy",
    menu: `${apps} > {names} > Delete`,
    object: "the application",
    stays: `A deleted application can be restored for 30 days. ${tokensStay}`,
    document: applications,
  },
  servicePrincipal: {
    setting: "pulumi destroy",
    menu: "Entra admin center > Enterprise applications > {names} > Properties > Delete",
    object: "the application",
    stays: `The app registration, which can't sign in without it. ${tokensStay}`,
    document: applications,
  },
  clientSecret: {
    setting: "connector.credential: another type, or renewMadeBefore for a new secret",
    menu: `${apps} > Certificates & secrets > {names} > Delete`,
    object: "the secret",
    stays: `The copy that the SIEM has no longer works. ${tokensStay}`,
    document: applications,
  },
  certificate: {
    setting: "connector.credential.certificate",
    menu: `${apps} > Certificates & secrets > {names} > Delete`,
    object: "the certificate",
    stays: tokensStay,
    document: applications,
  },
  federatedCredential: {
    setting: "connector.credential",
    menu: `${apps} > Certificates & secrets > Federated credentials > {names} > Delete`,
    object: "the credential",
    stays: tokensStay,
    document: {
      title: "Workload identity federation",
      url: "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
    },
  },
  permission: {
    setting: "connector.profile or connector.alertApis",
    menu: "Entra admin center > Enterprise applications > Permissions > {names} > Revoke permission",
    object: "the permission",
    stays: tokensStay,
    document: {
      title: "Microsoft Graph permissions reference",
      url: "https://learn.microsoft.com/graph/permissions-reference",
    },
  },
  notificationRule: {
    setting: "Remove the rule from notificationRules",
    menu: "Defender portal > Settings > Endpoints > General > Email notifications > {names} > Delete",
    object: "the rule",
    stays: "E-mails that were sent.",
    document: {
      title: "Configure alert notifications that are sent to MSSPs",
      url: "https://learn.microsoft.com/defender-endpoint/configure-mssp-notifications",
    },
  },
  detectionRule: {
    setting: "Remove the set from detections.sets, or detections.except with off: true",
    menu: "Defender portal > Investigation & response > Hunting > Custom detection rules > {names} > Delete",
    object: "the rule",
    stays: "The alerts and incidents that it raised. Lists show a deleted rule for some hours.",
    document: {
      title: "Create and manage custom detection rules",
      url: "https://learn.microsoft.com/defender-xdr/custom-detection-rules",
    },
  },
  siemAuthorization: {
    setting: "connector.alertApis: [graph]",
    menu: "Defender portal > Settings > SIEM > MSSP > {names}",
    object: "the application",
    stays: "The application, which then reads no alerts through the legacy API.",
    document: {
      title: "Configure managed security service provider integration",
      url: "https://learn.microsoft.com/defender-endpoint/configure-mssp-support",
    },
  },
  delegation: {
    setting: "Remove azureDelegation",
    menu: "Azure portal > Service providers > Delegations > {names} > Delete",
    object: "the delegation",
    stays: "Nothing of the delegation.",
    document: {
      title: "Remove access to a delegation",
      url: "https://learn.microsoft.com/azure/lighthouse/how-to/remove-delegation",
    },
  },
  vaultSecret: {
    setting: "Remove handover",
    menu: "Azure portal > Key vaults > Secrets > {names} > Delete",
    object: "the secret, in the MSSP's subscription",
    stays: "A deleted secret can be recovered during the vault's retention.",
    document: softDelete,
  },
  governanceGroup: {
    setting: "Remove the group from portalAccess.groups, then npx mssp governance request",
    ...governanceEnd,
    stays: `The group in the MSSP's own tenant. ${tokensStay}`,
    document: terminateGovernance,
  },
  governanceRole: {
    setting: "Remove the role from portalAccess.groups, then npx mssp governance request",
    ...governanceEnd,
    stays: tokensStay,
    document: terminateGovernance,
  },
  eligibility: {
    setting: "Remove portalAccess.activation",
    menu: "Entra admin center > Identity Governance > Privileged Identity Management > Groups > {names} > Assignments > Remove",
    object: "the group",
    stays: `The guests, and the group. ${tokensStay}`,
    document: {
      title: "Privileged Identity Management (PIM) for Groups",
      url: "https://learn.microsoft.com/entra/id-governance/privileged-identity-management/concept-pim-for-groups",
    },
  },
  defenderRoleAssignment: {
    setting: "portalAccess.tiers.<tier>.permissions: []",
    menu: "Defender portal > Settings > Microsoft Defender XDR > Permissions and roles > {names} > Assignments > Delete",
    object: "the role",
    stays: "The role, which nobody has then.",
    document: defenderPermissions,
  },
  accessPackageCatalog: {
    setting: otherModel,
    menu: "Entra admin center > Identity Governance > Catalogs > {names} > Delete",
    object: "the catalog",
    stays: "Graph refuses to delete a catalog that has access packages.",
    document: entitlement,
  },
  catalogResource: {
    setting: otherModel,
    menu: "Entra admin center > Identity Governance > Catalogs > Resources > {names} > Remove",
    object: "the resource",
    stays: "The group.",
    document: entitlement,
  },
  accessPackageResource: {
    setting: otherModel,
    menu: "Entra admin center > Identity Governance > Access packages > Resource roles > {names} > Remove",
    object: "the role",
    stays: "The access package, which then gives less.",
    document: entitlement,
  },
  assignmentPolicy: {
    setting: otherModel,
    menu: "Entra admin center > Identity Governance > Access packages > Policies > {names} > Delete",
    object: "the policy",
    stays: "The access package, which nobody can request by this policy.",
    document: entitlement,
  },
  redirectUri: {
    setting: "customerDomain",
    menu: `${apps} > Authentication > {names} > Delete`,
    object: "the redirect URI",
    stays: "The application, without sign-ins that end at this address.",
    document: applications,
  },
  requestedPermission: {
    setting: "connector.profile or connector.alertApis",
    menu: `${apps} > API permissions > {names} > Remove permission`,
    object: "the permission",
    stays: "A consent that was given: revoke it at the enterprise application.",
    document: applications,
  },
  lighthouseAssignment: {
    setting: "Remove azureDelegation",
    menu: "Azure portal > Service providers > Delegations > {names} > Delete",
    object: "the delegation",
    stays: "Nothing of the delegation.",
    document: {
      title: "Remove access to a delegation",
      url: "https://learn.microsoft.com/azure/lighthouse/how-to/remove-delegation",
    },
  },
  sentinelRole: {
    setting: "Remove the role from sentinelAccess.roles",
    menu: "Azure portal > Resource groups > Access control (IAM) > Role assignments > {names} > Remove",
    object: "the role of the MSSP's group",
    stays: "Effect of a removed role on people who are signed in: up to an hour.",
    document: azureRolesRemoval,
  },
  keyVault: {
    setting: "Remove handover",
    menu: "Azure portal > Key vaults > {names} > Delete",
    object: "the vault, in the MSSP's subscription",
    stays: "A deleted vault can be recovered during its retention.",
    document: softDelete,
  },
  vaultReader: {
    setting: "Remove handover.readerObjectId",
    menu: "Azure portal > Key vaults > Access control (IAM) > {names} > Remove",
    object: "the reader, in the MSSP's subscription",
    stays: "The secret, which the SIEM can no longer read.",
    document: azureRolesRemoval,
  },
  resourceGroup: {
    setting: "Remove handover",
    menu: "Azure portal > Resource groups > {names} > Delete resource group",
    object: "the resource group, in the MSSP's subscription",
    stays: "A deleted vault can be recovered during its retention.",
    document: softDelete,
  },
  unknown: {
    setting: "Remove the extension that declares it, or pulumi destroy",
    menu: "{names}",
    object: "Where the extension's own documentation says",
    stays: "What the extension's own documentation says.",
    document: {
      title: "Microsoft Entra audit logs",
      url: "https://learn.microsoft.com/entra/identity/monitoring-health/concept-audit-logs",
    },
  },
};

/** The step with names of objects, or with their kind. */
export function clickText({ menu, object }: RemovalGuide, names?: string): string {
  return menu.replace("{names}", () => names ?? object);
}
