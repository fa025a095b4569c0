/** What each kind of object is and means, in English. */
import type { ObjectKind } from "./kindInReport";

export interface KindText {
  readonly name: string;
  /** What the MSSP can do by it, in a sentence. */
  readonly meaning: string;
}

export const kindWords: Readonly<Record<ObjectKind, KindText>> = {
  guest: {
    name: "Guest user",
    meaning:
      "A person of the MSSP who can sign in to the tenant. Rights come only from groups, roles and access packages.",
  },
  group: {
    name: "Security group",
    meaning: "Its members get the roles that the group has. Whoever is removed from it loses them.",
  },
  directoryRole: {
    name: "Entra directory role",
    meaning: "A role for the whole tenant. It reaches more than Microsoft Defender.",
  },
  defenderRole: {
    name: "Defender role",
    meaning: "The listed actions in the Microsoft Defender portal, and nothing outside of it.",
  },
  connectedOrganization: {
    name: "Connected organization",
    meaning: "People of the MSSP's tenant may request the access packages. It grants nothing by itself.",
  },
  tenantTrust: {
    name: "Trust of the MSSP's tenant",
    meaning:
      "This tenant accepts what the entry says of the MSSP's tenant, such as its multifactor authentication. It grants no access by itself.",
  },
  conditionalAccessPolicy: {
    name: "Conditional Access policy",
    meaning:
      "What people of the MSSP's tenant must satisfy when they sign in. It applies to nobody of your organization.",
  },
  accessPackage: {
    name: "Access package",
    meaning: "Makes the people who request it, and whose request is approved, members of a group for a limited time.",
  },
  application: {
    name: "App registration",
    meaning: "The SIEM connector's entry in the tenant. It can do what its permissions below say, and nothing else.",
  },
  servicePrincipal: {
    name: "Enterprise application",
    meaning: "The identity by which the SIEM signs in to the tenant. Deleting it ends the reading of alerts.",
  },
  clientSecret: {
    name: "Client secret",
    meaning: "A password of the SIEM connector. The page shows when it ends, never its value.",
  },
  certificate: {
    name: "Certificate",
    meaning: "A certificate with which the SIEM connector signs in. The tenant has the public part only.",
  },
  federatedCredential: {
    name: "Federated credential",
    meaning: "Lets one workload of the MSSP sign in as the SIEM connector, without a secret.",
  },
  permission: {
    name: "API permission",
    meaning: "What the SIEM connector may do through this API. A permission called Read changes nothing.",
  },
  notificationRule: {
    name: "E-mail notification rule",
    meaning: "Microsoft Defender sends an e-mail about alerts of these severities to these addresses.",
  },
  detectionRule: {
    name: "Detection rule",
    meaning:
      "A query that runs in your Microsoft Defender by itself and raises alerts; with an automated action it also acts on what it finds.",
  },
  siemAuthorization: {
    name: "SIEM authorization",
    meaning: "Lets the SIEM connector read alerts through the legacy alert API, which Microsoft has deprecated.",
  },
  delegation: {
    name: "Azure Lighthouse delegation",
    meaning: "A group of the MSSP has a role in one subscription or resource group of Azure.",
  },
  vaultSecret: {
    name: "Secret in the MSSP's Key Vault",
    meaning: "Where the MSSP keeps the client secret for its SIEM. It is not in your tenant.",
  },
  governanceGroup: {
    name: "Group of the MSSP's tenant",
    meaning:
      "Its members have directory roles in your tenant, without accounts there, as long as the governance relationship is active.",
  },
  governanceRole: {
    name: "Directory role by a governance relationship",
    meaning: "What the members of the group may do in your tenant.",
  },
  eligibility: {
    name: "Eligible group membership",
    meaning:
      "The people may activate their membership of the group for some hours. Until then they do not have the group's roles.",
  },
  defenderRoleAssignment: { name: "Assignment of a Defender role", meaning: "Gives the groups the Defender role." },
  accessPackageCatalog: {
    name: "Catalog of access packages",
    meaning: "Holds the access packages and the groups that they give. It grants nothing by itself.",
  },
  catalogResource: {
    name: "Resource of the catalog",
    meaning: "The access packages of the catalog may give memberships of this group.",
  },
  accessPackageResource: {
    name: "Role in the access package",
    meaning: "Whoever holds the access package becomes a member of this group.",
  },
  assignmentPolicy: {
    name: "Assignment policy",
    meaning: "Says who may request the access package, who approves it, and when it ends.",
  },
  redirectUri: {
    name: "Redirect URI",
    meaning: "Where a sign-in to the SIEM connector ends. It grants nothing by itself.",
  },
  requestedPermission: {
    name: "Requested API permission",
    meaning: "What the app registration asks for. Without a consent it grants nothing.",
  },
  lighthouseAssignment: {
    name: "Azure Lighthouse assignment",
    meaning: "The subscription or resource group to which the delegation applies.",
  },
  sentinelRole: {
    name: "Microsoft Sentinel role",
    meaning: "Members of the group see this Microsoft Sentinel workspace; with Responder they also change incidents.",
  },
  keyVault: { name: "Key Vault of the MSSP", meaning: "Where the MSSP keeps the secret. It is not in your tenant." },
  vaultReader: {
    name: "Reader of the secret in the MSSP's Key Vault",
    meaning: "Who of the MSSP may read the secret. It is not in your tenant.",
  },
  resourceGroup: { name: "Resource group of the MSSP", meaning: "Holds the Key Vault. It is not in your tenant." },
  unknown: {
    name: "Object of an unknown type",
    meaning: "An extension of the MSSP manages it. This page does not know what it grants: ask the MSSP.",
  },
};
