/**
 * What people read of each kind of object, in English: what it is and means, where it is seen, how it is
 * drawn, and how it is taken away. A kind without a row does not compile.
 */
import type { NodeKind } from "@defender-mssp/pages";
import { notApplicable, type KindCell } from "../../../domain/kinds/accessKind";
import type { ObjectKind } from "./kindInReport";
import { stayingAccess } from "../../../domain/stayingAccess";
import {
  credentials,
  defenderPortal,
  defenderRoles,
  enterpriseApplication,
  none,
  view,
  type ObjectLink,
} from "./links";

export interface KindText {
  readonly name: string;
  /** What the MSSP can do by it, in a sentence. */
  readonly meaning: string;
}

export interface KindWords extends KindText {
  /** Whether the details are English words of this program; data, which needs no translation, otherwise. */
  readonly detail?: "words";
  /** Its address in a portal. @default the admin center */
  readonly link?: ObjectLink;
  readonly drawn: KindCell<DrawnKind>;
  /** Where the customer sees such an object. */
  readonly check: KindCell<CheckPlace>;
  readonly removal: RemovalGuide;
}

/** A kind in the picture: its shape, and its column from the MSSP on the left to the rights on the right. */
export interface DrawnKind {
  readonly kind: NodeKind;
  readonly column: number;
}

export type CheckPlace =
  "analysts" | "roles" | "packages" | "connector" | "notifications" | "detections" | "trust" | "azure" | "sentinel";

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

/** A page of Microsoft's documentation. */
const learn = (title: string, page: string) => ({ title, url: `https://learn.microsoft.com/${page}` });

const msspAccess = learn("Grant managed security service provider (MSSP) access", "defender-xdr/mssp-access");
const applications = learn(
  "Application and service principal objects in Microsoft Entra ID",
  "entra/identity-platform/app-objects-and-service-principals",
);
const { tokens: tokensStay, restorable, vault: vaultStays } = stayingAccess;
const terminateGovernance = learn(
  "Terminate a governance relationship (preview)",
  "entra/id-governance/tenant-governance/how-to-terminate-governance-relationship",
);
const governanceEnd = {
  menu: "Entra admin center > Tenant governance > Governing tenants > {names} > Terminate governance",
  object: "the MSSP's tenant",
};
const apps = "Entra admin center > App registrations";
const entitlement = learn("What is entitlement management?", "entra/id-governance/entitlement-management-overview");
const otherModel = "Another portalAccess.model, or pulumi destroy";
const defenderPermissions = learn(
  "Permissions in Microsoft Defender unified RBAC",
  "defender-xdr/custom-permissions-details",
);
const softDelete = learn("Azure Key Vault soft-delete", "azure/key-vault/general/soft-delete-overview");

const azureRolesRemoval = learn(
  "Remove Azure role assignments",
  "azure/role-based-access-control/role-assignments-remove",
);

const delegationRemoval: RemovalGuide = {
  setting: "Remove azureDelegation",
  menu: "Azure portal > Service providers > Delegations > {names} > Delete",
  object: "the delegation",
  stays: "Nothing of the delegation.",
  document: learn("Remove access to a delegation", "azure/lighthouse/how-to/remove-delegation"),
};
const connectorCredential = {
  link: credentials,
  drawn: { kind: "credential", column: 1 },
  check: "connector",
} as const;
const inMsspSubscription = { link: none, check: notApplicable("it is in the MSSP's subscription") };

export const kindWords: Readonly<Record<ObjectKind, KindWords>> = {
  guest: {
    name: "Guest user",
    meaning:
      "A person of the MSSP who can sign in to the tenant. Rights come only from groups, roles and access packages.",
    link: (place, { objectId }) =>
      view(place, `Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/${objectId}`),
    drawn: { kind: "person", column: 1 },
    check: "analysts",
    removal: {
      setting: "Remove the person from analysts, or set accessEndsOn",
      menu: "Entra admin center > Users > {names} > Delete",
      object: "the guest",
      stays: `${restorable} ${tokensStay}`,
      document: learn("Properties of a Microsoft Entra B2B collaboration user", "entra/external-id/user-properties"),
    },
  },
  group: {
    name: "Security group",
    meaning: "Its members get the roles that the group has. Whoever is removed from it loses them.",
    detail: "words",
    link: (place, { objectId }) =>
      view(place, `Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Overview/groupId/${objectId}`),
    drawn: { kind: "group", column: 3 },
    check: "analysts",
    removal: {
      setting: otherModel,
      menu: "Entra admin center > Groups > {names} > Delete",
      object: "the group",
      stays: "The guests, without the roles of this group.",
      document: msspAccess,
    },
  },
  ownership: {
    name: "Ownership of the application",
    meaning: "The MSSP's keeper renews the client secret as an owner of the SIEM connector's application.",
    drawn: notApplicable("it gives no right in Defender"),
    check: "connector",
    removal: {
      setting: "Remove msspApplications.keeper",
      menu: `${apps} > {names} > Owners > Remove owners`,
      object: "the application",
      stays: "The secrets that it has set.",
      document: learn("Assign enterprise application owners", "entra/identity/enterprise-apps/assign-app-owners"),
    },
  },
  directoryRole: {
    name: "Entra directory role",
    meaning: "A role for the whole tenant. It reaches more than Microsoft Defender.",
    drawn: { kind: "role", column: 4 },
    check: "roles",
    removal: {
      setting: "portalAccess.model: rbac",
      menu: "Entra admin center > Roles and administrators > {names} > Remove assignments",
      object: "the role",
      stays: tokensStay,
      document: learn(
        "Microsoft Entra built-in roles",
        "entra/identity/role-based-access-control/permissions-reference",
      ),
    },
  },
  defenderRole: {
    name: "Defender role",
    meaning:
      "The listed actions in the Microsoft Defender portal, and nothing outside of it. It works while unified RBAC is on, which Microsoft also switches on by itself.",
    link: defenderRoles,
    drawn: { kind: "role", column: 4 },
    check: "roles",
    removal: {
      setting: "portalAccess.tiers.<tier>.permissions: []",
      menu: "Defender portal > Settings > Microsoft Defender XDR > Permissions and roles > {names} > Delete",
      object: "the role",
      stays: "The group and its members, without this role.",
      document: defenderPermissions,
    },
  },
  connectedOrganization: {
    name: "Connected organization",
    meaning: "People of the MSSP's tenant may request the access packages. It grants nothing by itself.",
    drawn: { kind: "organization", column: 1 },
    check: "packages",
    removal: {
      setting: otherModel,
      menu: "Entra admin center > Identity Governance > Connected organizations > {names} > Delete",
      object: "the organization",
      stays: "People who hold an access package keep it until it expires or is removed.",
      document: learn(
        "Manage connected organizations in entitlement management",
        "entra/id-governance/entitlement-management-organization",
      ),
    },
  },
  tenantTrust: {
    name: "Trust of the MSSP's tenant",
    meaning:
      "This tenant accepts what the entry says of the MSSP's tenant, such as its multifactor authentication. It grants no access by itself.",
    drawn: { kind: "rule", column: 2 },
    check: "trust",
    removal: {
      setting: "Remove crossTenantTrust",
      menu:
        "Entra admin center > External Identities > Cross-tenant access settings > Organizational settings > {names} > " +
        "Inbound access > Trust settings > Default settings",
      object: "the MSSP's tenant",
      stays: "The guests, who then register for MFA in the customer's tenant if a policy asks for it.",
      document: learn(
        "Cross-tenant access settings for B2B collaboration",
        "entra/external-id/cross-tenant-access-settings-b2b-collaboration",
      ),
    },
  },
  conditionalAccessPolicy: {
    name: "Conditional Access policy",
    meaning:
      "What people of the MSSP's tenant must satisfy when they sign in. It applies to nobody of your organization.",
    drawn: { kind: "rule", column: 2 },
    check: "trust",
    removal: {
      setting: "Remove conditionalAccess",
      menu: "Entra admin center > Conditional Access > Policies > {names} > Delete",
      object: "the policy",
      stays: "The customer's other policies, which apply to the MSSP's people as before.",
      document: learn(
        "Authentication and Conditional Access for External ID",
        "entra/external-id/authentication-conditional-access",
      ),
    },
  },
  accessPackage: {
    name: "Access package",
    meaning: "Makes the people who request it, and whose request is approved, members of a group for a limited time.",
    detail: "words",
    drawn: { kind: "group", column: 2 },
    check: "packages",
    removal: {
      setting: "Another portalAccess.model, or pulumi destroy, after the assignments are removed",
      menu: "Entra admin center > Identity Governance > Access packages > {names} > Delete",
      object: "the package",
      stays: "Graph refuses to delete a package that somebody holds: remove the assignments first.",
      document: entitlement,
    },
  },
  application: {
    name: "App registration",
    meaning: "The SIEM connector's entry in the tenant. It can do what its permissions below say, and nothing else.",
    link: (place, { appId }) =>
      view(place, `Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/${appId}`),
    drawn: { kind: "application", column: 2 },
    check: "connector",
    removal: {
      setting: "pulumi destroy",
      menu: `${apps} > {names} > Delete`,
      object: "the application",
      stays: `${restorable} ${tokensStay}`,
      document: applications,
    },
  },
  servicePrincipal: {
    name: "Enterprise application",
    meaning: "The identity by which the SIEM signs in to the tenant. Deleting it ends the reading of alerts.",
    link: enterpriseApplication,
    drawn: { kind: "application", column: 3 },
    check: "connector",
    removal: {
      setting: "pulumi destroy",
      menu: "Entra admin center > Enterprise applications > {names} > Properties > Delete",
      object: "the application",
      stays: `The app registration, which can't sign in without it. ${tokensStay}`,
      document: applications,
    },
  },
  clientSecret: {
    name: "Client secret",
    meaning: "A password of the SIEM connector. The page shows when it ends, never its value.",
    ...connectorCredential,
    removal: {
      setting: "connector.credential: another type, or renewMadeBefore for a new secret",
      menu: `${apps} > Certificates & secrets > {names} > Delete`,
      object: "the secret",
      stays: `The copy that the SIEM has no longer works. ${tokensStay}`,
      document: applications,
    },
  },
  certificate: {
    name: "Certificate",
    meaning: "A certificate with which the SIEM connector signs in. The tenant has the public part only.",
    ...connectorCredential,
    removal: {
      setting: "connector.credential.certificate",
      menu: `${apps} > Certificates & secrets > {names} > Delete`,
      object: "the certificate",
      stays: tokensStay,
      document: applications,
    },
  },
  federatedCredential: {
    name: "Federated credential",
    meaning: "Lets one workload of the MSSP sign in as the SIEM connector, without a secret.",
    ...connectorCredential,
    removal: {
      setting: "connector.credential",
      menu: `${apps} > Certificates & secrets > Federated credentials > {names} > Delete`,
      object: "the credential",
      stays: tokensStay,
      document: learn("Workload identity federation", "entra/workload-id/workload-identity-federation"),
    },
  },
  permission: {
    name: "API permission",
    meaning: "What the SIEM connector may do through this API. A permission called Read changes nothing.",
    link: enterpriseApplication,
    drawn: { kind: "permission", column: 4 },
    check: "connector",
    removal: {
      setting: "connector.profile or connector.alertApis",
      menu: "Entra admin center > Enterprise applications > Permissions > {names} > Revoke permission",
      object: "the permission",
      stays: tokensStay,
      document: learn("Microsoft Graph permissions reference", "graph/permissions-reference"),
    },
  },
  notificationRule: {
    name: "E-mail notification rule",
    meaning: "Microsoft Defender sends an e-mail about alerts of these severities to these addresses.",
    link: defenderPortal,
    drawn: { kind: "rule", column: 4 },
    check: "notifications",
    removal: {
      setting: "Remove the rule from notificationRules",
      menu: "Defender portal > Settings > Endpoints > General > Email notifications > {names} > Delete",
      object: "the rule",
      stays: "E-mails that were sent.",
      document: learn(
        "Configure alert notifications that are sent to MSSPs",
        "defender-endpoint/configure-mssp-notifications",
      ),
    },
  },
  detectionRule: {
    name: "Detection rule",
    meaning:
      "A query that runs in your Microsoft Defender by itself and raises alerts; with an automated action it also acts on what it finds.",
    link: defenderPortal,
    drawn: notApplicable("nobody reaches anything by it: a table lists the rules"),
    check: "detections",
    removal: {
      setting: "Remove the set from detections.sets, or detections.except with off: true",
      menu: "Defender portal > Investigation & response > Hunting > Custom detection rules > {names} > Delete",
      object: "the rule",
      stays: "The alerts and incidents that it raised. Lists show a deleted rule for some hours.",
      document: learn("Create and manage custom detection rules", "defender-xdr/custom-detection-rules"),
    },
  },
  siemAuthorization: {
    name: "SIEM authorization",
    meaning: "Lets the SIEM connector read alerts through the legacy alert API, which Microsoft has deprecated.",
    detail: "words",
    link: defenderPortal,
    drawn: { kind: "permission", column: 4 },
    check: "connector",
    removal: {
      setting: "connector.alertApis: [graph]",
      menu: "Defender portal > Settings > SIEM > MSSP > {names}",
      object: "the application",
      stays: "The application, which then reads no alerts through the legacy API.",
      document: learn(
        "Configure managed security service provider integration",
        "defender-endpoint/configure-mssp-support",
      ),
    },
  },
  delegation: {
    name: "Azure Lighthouse delegation",
    meaning: "A group of the MSSP has a role in one subscription or resource group of Azure.",
    link: none,
    drawn: { kind: "role", column: 4 },
    check: "azure",
    removal: delegationRemoval,
  },
  vaultSecret: {
    name: "Secret in the MSSP's Key Vault",
    meaning: "Where the MSSP keeps the client secret for its SIEM. It is not in your tenant.",
    ...inMsspSubscription,
    drawn: { kind: "credential", column: 1 },
    removal: {
      setting: "Remove handover",
      menu: "Azure portal > Key vaults > Secrets > {names} > Delete",
      object: "the secret, in the MSSP's subscription",
      stays: "A deleted secret can be recovered during the vault's retention.",
      document: softDelete,
    },
  },
  governanceGroup: {
    name: "Group of the MSSP's tenant",
    meaning:
      "Its members have directory roles in your tenant, without accounts there, as long as the governance relationship is active.",
    drawn: { kind: "group", column: 1 },
    check: notApplicable("the step to end the relationship says where it is"),
    removal: {
      setting: "Remove the group from portalAccess.groups, then npx mssp governance request",
      ...governanceEnd,
      stays: `The group in the MSSP's own tenant. ${tokensStay}`,
      document: terminateGovernance,
    },
  },
  governanceRole: {
    name: "Directory role by a governance relationship",
    meaning: "What the members of the group may do in your tenant.",
    drawn: { kind: "role", column: 4 },
    check: notApplicable("the step to end the relationship says where it is"),
    removal: {
      setting: "Remove the role from portalAccess.groups, then npx mssp governance request",
      ...governanceEnd,
      stays: tokensStay,
      document: terminateGovernance,
    },
  },
  eligibility: {
    name: "Eligible group membership",
    meaning:
      "The people may activate their membership of the group for some hours. Until then they do not have the group's roles.",
    detail: "words",
    drawn: notApplicable("a path from the person to the group"),
    check: "analysts",
    removal: {
      setting: "Remove portalAccess.activation",
      menu: "Entra admin center > Identity Governance > Privileged Identity Management > Groups > {names} > Assignments > Remove",
      object: "the group",
      stays: `The guests, and the group. ${tokensStay}`,
      document: learn(
        "Privileged Identity Management (PIM) for Groups",
        "entra/id-governance/privileged-identity-management/concept-pim-for-groups",
      ),
    },
  },
  defenderRoleAssignment: {
    name: "Assignment of a Defender role",
    meaning: "Gives the groups the Defender role.",
    link: defenderRoles,
    drawn: notApplicable("a path from the group to the role"),
    check: "roles",
    removal: {
      setting: "portalAccess.tiers.<tier>.permissions: []",
      menu: "Defender portal > Settings > Microsoft Defender XDR > Permissions and roles > {names} > Assignments > Delete",
      object: "the role",
      stays: "The role, which nobody has then.",
      document: defenderPermissions,
    },
  },
  accessPackageCatalog: {
    name: "Catalog of access packages",
    meaning: "Holds the access packages and the groups that they give. It grants nothing by itself.",
    drawn: notApplicable("it gives by its packages"),
    check: "packages",
    removal: {
      setting: otherModel,
      menu: "Entra admin center > Identity Governance > Catalogs > {names} > Delete",
      object: "the catalog",
      stays: "Graph refuses to delete a catalog that has access packages.",
      document: entitlement,
    },
  },
  catalogResource: {
    name: "Resource of the catalog",
    meaning: "The access packages of the catalog may give memberships of this group.",
    drawn: notApplicable("it gives by its packages"),
    check: "packages",
    removal: {
      setting: otherModel,
      menu: "Entra admin center > Identity Governance > Catalogs > Resources > {names} > Remove",
      object: "the resource",
      stays: "The group.",
      document: entitlement,
    },
  },
  accessPackageResource: {
    name: "Role in the access package",
    meaning: "Whoever holds the access package becomes a member of this group.",
    drawn: notApplicable("a path from the package to the group"),
    check: "packages",
    removal: {
      setting: otherModel,
      menu: "Entra admin center > Identity Governance > Access packages > Resource roles > {names} > Remove",
      object: "the role",
      stays: "The access package, which then gives less.",
      document: entitlement,
    },
  },
  assignmentPolicy: {
    name: "Assignment policy",
    meaning: "Says who may request the access package, who approves it, and when it ends.",
    detail: "words",
    drawn: notApplicable("a path from the organization to the package"),
    check: "packages",
    removal: {
      setting: otherModel,
      menu: "Entra admin center > Identity Governance > Access packages > Policies > {names} > Delete",
      object: "the policy",
      stays: "The access package, which nobody can request by this policy.",
      document: entitlement,
    },
  },
  redirectUri: {
    name: "Redirect URI",
    meaning: "Where a sign-in to the SIEM connector ends. It grants nothing by itself.",
    drawn: notApplicable("it is a part of the application"),
    check: "connector",
    removal: {
      setting: "customerDomain",
      menu: `${apps} > Authentication > {names} > Delete`,
      object: "the redirect URI",
      stays: "The application, without sign-ins that end at this address.",
      document: applications,
    },
  },
  requestedPermission: {
    name: "Requested API permission",
    meaning: "What the app registration asks for. Without a consent it grants nothing.",
    drawn: notApplicable("without a consent it gives nothing"),
    check: "connector",
    removal: {
      setting: "connector.profile or connector.alertApis",
      menu: `${apps} > API permissions > {names} > Remove permission`,
      object: "the permission",
      stays: "A consent that was given: revoke it at the enterprise application.",
      document: applications,
    },
  },
  lighthouseAssignment: {
    name: "Azure Lighthouse assignment",
    meaning: "The subscription or resource group to which the delegation applies.",
    link: none,
    drawn: notApplicable("the delegation's details have it"),
    check: "azure",
    removal: delegationRemoval,
  },
  sentinelRole: {
    name: "Microsoft Sentinel role",
    meaning: "Members of the group see this Microsoft Sentinel workspace; with Responder they also change incidents.",
    link: none,
    drawn: { kind: "role", column: 4 },
    check: "sentinel",
    removal: {
      setting: "Remove the role from sentinelAccess.roles",
      menu: "Azure portal > Resource groups > Access control (IAM) > Role assignments > {names} > Remove",
      object: "the role of the MSSP's group",
      stays: "Effect of a removed role on people who are signed in: up to an hour.",
      document: azureRolesRemoval,
    },
  },
  keyVault: {
    name: "Key Vault of the MSSP",
    meaning: "Where the MSSP keeps the secret. It is not in your tenant.",
    ...inMsspSubscription,
    drawn: notApplicable("it is the MSSP's"),
    removal: {
      setting: "Remove handover",
      menu: "Azure portal > Key vaults > {names} > Delete",
      object: "the vault, in the MSSP's subscription",
      stays: vaultStays,
      document: softDelete,
    },
  },
  vaultReader: {
    name: "Reader of the secret in the MSSP's Key Vault",
    meaning: "Who of the MSSP may read the secret. It is not in your tenant.",
    ...inMsspSubscription,
    drawn: notApplicable("it is the MSSP's"),
    removal: {
      setting: "Remove handover.readerObjectId",
      menu: "Azure portal > Key vaults > Access control (IAM) > {names} > Remove",
      object: "the reader, in the MSSP's subscription",
      stays: "The secret, which the SIEM can no longer read.",
      document: azureRolesRemoval,
    },
  },
  resourceGroup: {
    name: "Resource group of the MSSP",
    meaning: "Holds the Key Vault. It is not in your tenant.",
    ...inMsspSubscription,
    drawn: notApplicable("it is the MSSP's"),
    removal: {
      setting: "Remove handover",
      menu: "Azure portal > Resource groups > {names} > Delete resource group",
      object: "the resource group, in the MSSP's subscription",
      stays: vaultStays,
      document: softDelete,
    },
  },
  unknown: {
    name: "Object of an unknown type",
    meaning: "An extension of the MSSP manages it. This page does not know what it grants: ask the MSSP.",
    link: none,
    drawn: { kind: "permission", column: 4 },
    check: notApplicable("nothing is known of its type"),
    removal: {
      setting: "Remove the extension that declares it, or pulumi destroy",
      menu: "{names}",
      object: "Where the extension's own documentation says",
      stays: "What the extension's own documentation says.",
      document: learn("Microsoft Entra audit logs", "entra/identity/monitoring-health/concept-audit-logs"),
    },
  },
};

/** The step with names of objects, or with their kind. */
export function clickText({ menu, object }: RemovalGuide, names?: string): string {
  return menu.replace("{names}", () => names ?? object);
}
