/**
 * Microsoft's identifiers, each with the public source that it was read from. They are the same in
 * every tenant of the public cloud. **National clouds have other IDs for some app roles** (public
 * code gives SecurityAlert.Read.All another ID in GCC High and DoD): a program for those clouds
 * looks roles up by name on the tenant's own service principal.
 */

/**
 * An application that publishes app roles and delegated permission scopes, with their IDs by name.
 */
export interface PublishedApplication {
  /** Application (client) ID. */
  readonly appId: string;
  /** As the tenant's service principal shows it. */
  readonly displayName: string;
  /**
   * App role IDs by value: what an application may do by itself (application permissions, the
   * token's `roles`).
   */
  readonly appRoles: Readonly<Record<string, string>>;
  /**
   * Scope IDs by value: what an application may do for a signed-in user (delegated permissions, the
   * token's `scp`).
   */
  readonly scopes: Readonly<Record<string, string>>;
}

/**
 * The tenant that Microsoft's own applications are registered in (`appOwnerOrganizationId` of their
 * service principals).
 */
export const microsoftServicesTenantId = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/**
 * Microsoft Graph. Source: merill/microsoft-info, `_info/GraphAppRoles.json` and
 * `_info/GraphDelegateRoles.json` (exported from a real tenant, commit 43b8a5d, 2026-08-20); the
 * same IDs are in Microsoft's "Microsoft Graph permissions reference".
 */
export const microsoftGraph = {
  appId: "00000003-0000-0000-c000-000000000000",
  displayName: "Microsoft Graph",
  appRoles: {
    "AdministrativeUnit.ReadWrite.All": "5eb59dd3-1da2-4329-8733-9dabdc435916",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
    "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "CrossTenantInformation.ReadBasic.All": "cac88765-0581-4025-9725-5ebc13f729ee",
    "CustomDetection.Read.All": "673a007a-9e0f-4c97-b066-3c0164486909",
    "CustomDetection.ReadWrite.All": "e0fd9c8d-a12e-4cc9-9827-20c8c3cd6fb8",
    "DelegatedAdminRelationship.Read.All": "f6e9e124-4586-492f-adc0-c6f96e4823fd",
    "DelegatedPermissionGrant.Read.All": "81b4724a-58aa-41c1-8a55-84ef97466587",
    "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Domain.Read.All": "dbb9058a-0e50-45d7-ae91-66909b5d4664",
    "EntitlementManagement.Read.All": "c74fd47d-ed3c-45c3-9a9e-b8676de685d2",
    "EntitlementManagement.ReadWrite.All": "9acd699f-1e81-4958-b001-93b1d2506e19",
    "Group.Create": "bf7b1a76-6e77-406b-b258-bf5c7720e98f",
    "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
    "Group.ReadWrite.All": "62a82d76-70ea-41e2-9197-370581804d09",
    "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    "GroupMember.ReadWrite.All": "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
    "IdentityRiskyUser.Read.All": "dc5007c0-2d7d-4c42-879c-2dab87571379",
    "IdentityRiskyUser.ReadWrite.All": "656f6061-f9fe-4807-9708-6a2e0934df76",
    "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
    "Policy.Read.ConditionalAccess": "37730810-e9ba-4e46-b07e-8ca78d182097",
    "Policy.ReadWrite.ApplicationConfiguration": "be74164b-cff1-491c-8741-e671cb536e13",
    "Policy.ReadWrite.ConditionalAccess": "01c0a623-fc9b-48e9-b794-0756f8e8f067",
    "Policy.ReadWrite.CrossTenantAccess": "338163d7-f101-4c92-94ba-ca46fe52447c",
    "PrivilegedEligibilitySchedule.Read.AzureADGroup": "edb419d6-7edc-42a3-9345-509bfdf5d87c",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup": "618b6020-bca8-4de6-99f6-ef445fa4d857",
    "RoleManagement.Read.All": "c7fbd983-d9aa-4fa7-84b8-17382c103bc4",
    "RoleManagement.Read.Defender": "4d6e30d1-e64e-4ae7-bf9d-c706cc928cef",
    "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
    "RoleManagement.ReadWrite.Defender": "8b7e8c0a-7e9d-4049-97ec-04b5e1bcaf05",
    "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    "RoleManagementPolicy.Read.AzureADGroup": "69e67828-780e-47fd-b28c-7b27d14864e6",
    "RoleManagementPolicy.ReadWrite.AzureADGroup": "b38dcc4d-a239-4ed6-aa84-6c65b284f97c",
    "SecurityAlert.Read.All": "472e4a4d-bb4a-4026-98d1-0b0d74cb74a5",
    "SecurityAlert.ReadWrite.All": "ed4fca05-be46-441f-9803-1873825f8fdb",
    "SecurityEvents.Read.All": "bf394140-e372-4bf9-a898-299cfc7564e5",
    "SecurityIncident.Read.All": "45cc0394-e837-488b-a098-1918f48d186c",
    "SecurityIncident.ReadWrite.All": "34bf0e97-1971-4929-b999-9e2442d941d7",
    "SharePointTenantSettings.Read.All": "83d4163d-a2d8-4d3b-9695-4ae3ca98f888",
    "TenantGovernance-Invitation.Read.All": "3f4f98e9-6faf-4e5f-814b-ed2ed8a4ec9e",
    "TenantGovernance-PolicyTemplate.Read.All": "eb9465d8-e7c0-4301-8e51-927f34ee3134",
    "TenantGovernance-Relationship.Read.All": "41c250d0-8793-44e1-a130-5fdbd5bccd0a",
    "TenantGovernance-Request.Read.All": "294294d5-2b81-4cf1-837c-28fc22bc3290",
    "ThreatHunting.Read.All": "dd98c7f5-2d42-42d3-a0e4-633161547251",
    "User.DeleteRestore.All": "eccc023d-eccf-4e7b-9683-8813ab36cecc",
    "User.EnableDisableAccount.All": "3011c876-62b7-4ada-afa2-506cbbecc68c",
    "User.Invite.All": "09850681-111b-4a89-9bed-3f2cae46d706",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
    "User.ReadWrite.All": "741f803b-c850-494e-b5df-cde7c675a1ca",
    "UserAuthenticationMethod.Read.All": "38d9df27-64da-44fd-b7c5-a6fbac20248f",
  },
  scopes: {
    "Application.Read.All": "c79f8feb-a9db-4090-85f9-90d820caa0eb",
    "Application.ReadWrite.All": "bdfbf15f-ee85-4955-8675-146e8e5296b5",
    "AppRoleAssignment.ReadWrite.All": "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
    "CustomDetection.Read.All": "b13ff42e-f321-4d7d-a462-141c46a1b832",
    "CustomDetection.ReadWrite.All": "c34088fb-0649-4714-af0b-bcbfec155897",
    "DelegatedPermissionGrant.ReadWrite.All": "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
    "Directory.AccessAsUser.All": "0e263e50-5827-48a4-b97c-d940288653c7",
    "Directory.Read.All": "06da0dbc-49e2-44d2-8312-53f166ab848a",
    "Directory.ReadWrite.All": "c5366453-9fb0-48a5-a156-24f0c49a4b84",
    "Domain.Read.All": "2f9ee017-59c1-4f1d-9472-bd5529a7b311",
    email: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
    "EntitlementManagement.ReadWrite.All": "ae7a573d-81d7-432b-ad44-4ed5c9d89038",
    "Group.Read.All": "5f8c59db-677d-491f-a6b8-5f174b11ec1d",
    "Group.ReadWrite.All": "4e46008b-f24c-477d-8fff-7bb4ec7aafe0",
    "GroupMember.ReadWrite.All": "f81125ac-d3b7-4573-a3b2-7099cc39df9e",
    offline_access: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
    "OnPremDirectorySynchronization.Read.All": "f6609722-4100-44eb-b747-e6ca0536989d",
    openid: "37f7f235-527c-4136-accd-4a02d197296e",
    "Policy.Read.All": "572fea84-0151-49b2-9301-11cb16974376",
    profile: "14dad69e-099b-42c9-810b-d002981feec1",
    "RoleManagement.ReadWrite.Defender": "d8914f8f-9f64-4bd1-b4d3-f5a701ed8457",
    "RoleManagement.ReadWrite.Directory": "d01b97e9-cbc0-49fe-810a-750afd5527a3",
    "SecurityAlert.Read.All": "bc257fb8-46b4-4b15-8713-01e91bfbe4ea",
    "SecurityIncident.Read.All": "b9abcc4f-94fc-4457-9141-d20ce80ec952",
    "User.Invite.All": "63dd7cd9-b489-4adf-a28c-ac38b9a0f962",
    "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    "User.Read.All": "a154be20-db9c-4678-8ab7-66f6cc099a59",
    "User.ReadWrite.All": "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
  },
} as const satisfies PublishedApplication;

/**
 * WindowsDefenderATP, the API of Microsoft Defender for Endpoint. Sources: a public dump of the
 * service principal's permissions ("WindowsDefenderATP (fc780465-…)": application and delegated
 * permissions with their IDs), a public onboarding script with the same IDs, and Microsoft's page
 * of each call, which names the permission; the application ID also in hashicorp/go-azure-sdk,
 * `sdk/environments/constants.go`.
 */
export const windowsDefenderAtp = {
  appId: "fc780465-2017-40d4-a0c5-307022471b92",
  displayName: "WindowsDefenderATP",
  appRoles: {
    "AdvancedQuery.Read.All": "93489bf5-0fbc-4f2d-b901-33f2fe08ff05",
    "Alert.Read.All": "71fe6b80-7034-4028-9ed8-0f316df9c3ff",
    "Alert.ReadWrite.All": "0f7000ec-157b-497f-b70e-ef0b0584f140",
    "IntegrationConfiguration.ReadWrite": "7c6f6912-60e9-4fcd-bb2a-c25bc35e8c59",
    // The response actions: three public listings agree on these IDs, and other public scripts have
    // wrong ones. The program resolves every role by its value.
    "Machine.CollectForensics": "15405ab2-2103-4a3c-ad80-e829841cedcc",
    "Machine.Isolate": "7e4e1300-e1b9-4102-88ba-f0cb6e6d5974",
    "Machine.LiveResponse": "1629b959-c0af-42a1-92f0-f6162060bdf1",
    "Machine.Read.All": "ea8291d3-4b9a-44b5-bc3a-6cea3026dc79",
    "Machine.Scan": "a86d9824-b2b6-45f8-b042-16bc4922ed4e",
    "Ti.ReadWrite": "a8bc2240-f96a-46a1-bad5-6a960b7327a1",
  },
  scopes: {
    "AdvancedQuery.Read": "1fb6e712-1bd9-4184-b1c0-5e71e759196b",
    "Alert.Read": "b2069dc0-9fe9-4e6d-9aca-ccf3dd503819",
    "Alert.ReadWrite": "cbc3b413-21e6-416d-95a4-af87687efbd0",
    "IntegrationConfiguration.ReadWrite": "7c6f6912-60e9-4fcd-bb2a-c25bc35e8c59",
    "Machine.Read": "fbd3d33a-b1f5-4573-906c-51b39682fbcf",
  },
} as const satisfies PublishedApplication;

/**
 * Microsoft Threat Protection, the API of Microsoft Defender XDR. Sources: the same public dump
 * ("Microsoft Threat Protection (8ee8fdad-…)"), and public scripts with the same IDs; the
 * application ID also in hashicorp/go-azure-sdk, `sdk/environments/constants.go`.
 */
export const microsoftThreatProtection = {
  appId: "8ee8fdad-f234-4243-8f3b-15c294843740",
  displayName: "Microsoft Threat Protection",
  appRoles: {
    "AdvancedHunting.Read.All": "7734e8e5-8dde-42fc-b5ae-6eafea078693",
    "CustomDetections.ReadWrite.All": "a7deff90-e2f5-4e4e-83a3-2c74e7002e28",
    "Incident.Read.All": "a9790345-4595-42e4-971a-ccdc79f19b7c",
    "Incident.ReadWrite.All": "8d90f441-09cf-4fdc-ab45-e874fa3a28e8",
  },
  scopes: {
    "AdvancedHunting.Read": "15f11de4-5113-4268-a2d1-0bad43d781f9",
    "CustomDetections.ReadWrite": "ddbb8d0c-c86b-4ece-bcb7-0f031a9cf103",
    "Incident.Read": "12c153a4-4204-4224-aa3c-4626e2f47c2b",
    "Incident.ReadWrite": "2af415cc-88cf-4146-a0c8-444c3a80d5db",
  },
} as const satisfies PublishedApplication;

/**
 * Windows Azure Active Directory: Azure AD Graph, retired on 2025-08-31. Still the *resource* of
 * the legacy alert API's tokens. The role's and the scope's names and IDs:
 * MicrosoftDocs/azure-docs, "Use a Linux VM system-assigned managed identity to access Azure AD
 * Graph API" (Directory.Read.All) and the default permission of every old registration (User.Read,
 * in thousands of public application manifests).
 */
export const azureAdGraph = {
  appId: "00000002-0000-0000-c000-000000000000",
  displayName: "Windows Azure Active Directory",
  appRoles: {
    "Directory.Read.All": "5778995a-e1bf-45b8-affa-663a9f3f4d04",
  },
  scopes: {
    "User.Read": "311a71cc-e848-46a1-bdf8-97ff7156d8e6",
  },
} as const satisfies PublishedApplication;

/**
 * Azure Resource Manager. Sources: sign-in logs and consent scripts in public repositories, all
 * with these IDs ("Windows Azure Service Management API"). It has no app roles: what an application
 * may do is for Azure's role assignments to say.
 */
export const azureServiceManagement = {
  appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  displayName: "Windows Azure Service Management API",
  appRoles: {},
  scopes: { user_impersonation: "41094075-9dad-400e-a0bd-54e686782033" },
} as const satisfies PublishedApplication;

/**
 * Azure Key Vault's data plane, which has no app roles either. Source: MicrosoftDocs/azure-docs,
 * "Manage storage account keys with Key Vault" (service principal application ID); the scope as
 * `required_resource_access` of public Terraform registrations has it.
 */
export const azureKeyVault = {
  appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
  displayName: "Azure Key Vault",
  appRoles: {},
  scopes: { user_impersonation: "f53da476-18e3-4152-8e01-aec403e6edc0" },
} as const satisfies PublishedApplication;

/**
 * The applications above: what a small tenant with Defender has of Microsoft's own, as far as it
 * matters here.
 */
export const publishedApplications: readonly PublishedApplication[] = [
  microsoftGraph,
  windowsDefenderAtp,
  microsoftThreatProtection,
  azureAdGraph,
  azureServiceManagement,
  azureKeyVault,
];

/** The permissions that an ID or a name stands for: `<display name of the API>/<value>`; none for an unknown one. */
export function publishedPermissions(idOrName: string): readonly string[] {
  return publishedApplications.flatMap(({ displayName, appRoles, scopes }) =>
    [...Object.entries(appRoles), ...Object.entries(scopes)]
      .filter(([name, id]) => name === idOrName || id === idOrName.toLowerCase())
      .map(([name]) => `${displayName}/${name}`),
  );
}

/**
 * Directory role template IDs by display name. A template ID serves as the `roleDefinitionId` of an
 * assignment. Source: MicrosoftDocs/entra-docs,
 * `docs/identity/role-based-access-control/permissions-reference.md` (2026-01-20).
 */
export const directoryRoleTemplates = {
  "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  "Application Developer": "cf1c38e5-3621-4004-a7cb-879624dced7c",
  "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
  "Compliance Administrator": "17315797-102d-40b4-93e0-432062caca18",
  "Conditional Access Administrator": "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
  "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
  "Directory Writers": "9360feb5-f418-4baa-8175-e2a00bac4301",
  "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
  "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  "Groups Administrator": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
  "Guest Inviter": "95e79109-95c0-4d8e-aee3-d01accf2d47b",
  "Identity Governance Administrator": "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
  "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
  "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
  "Security Operator": "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
  "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
  // These two: two public listings of role templates that agree (2026).
  "Tenant Governance Administrator": "1981f584-96e9-4a6f-95b0-f522373f8fae",
  "Tenant Governance Relationship Administrator": "b8e31d83-1534-480f-9b10-0338ded51b7e",
  "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
} as const;

/** The display name of a directory role that this program knows. */
export type DirectoryRoleName = keyof typeof directoryRoleTemplates;

/**
 * Service plans of Microsoft Entra ID by name, as `/subscribedSkus` lists them: P1 for
 * role-assignable groups; P2 or ID Governance for entitlement management. Source: Microsoft,
 * "Product names and service plan identifiers for licensing".
 */
export const entraServicePlans = {
  AAD_PREMIUM: "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
  AAD_PREMIUM_P2: "eec0eb4f-6444-4f95-aba0-50c24d67f998",
  Entra_Identity_Governance: "e866a266-3cff-43a3-acca-0c90a7e00c8b",
} as const;

/** The service plan of Microsoft Defender for Endpoint, `WINDEFATP`. Same source. */
export const windowsDefenderServicePlan = "871d91ec-ec1a-452b-a83f-bd76c7d770ef";

/**
 * The application of the Defender portal in Conditional Access and cross-tenant access. Microsoft
 * Purview and Intune share it. Source: merill/microsoft-info (commit 43b8a5d, 2026-08-20).
 */
export const defenderPortalAppId = "80ccca67-54bd-44ab-8625-4b79c4dc7775";

/**
 * The built-in authentication strengths by the setting's word. Source: Microsoft, "Conditional
 * Access authentication strengths", and azuread's documentation of `authenticationStrengthPolicyId`.
 */
export const authenticationStrengths = {
  multifactor: "00000000-0000-0000-0000-000000000002",
  passwordless: "00000000-0000-0000-0000-000000000003",
  phishingResistant: "00000000-0000-0000-0000-000000000004",
} as const;

export type AuthenticationStrength = keyof typeof authenticationStrengths;

/**
 * The directory roles that an MSSP's analysts may be given, least first. Microsoft's document of
 * 2018 asks for the last.
 */
export const portalAccessRoles = [
  "Security Reader",
  "Security Operator",
  "Security Administrator",
] as const satisfies readonly DirectoryRoleName[];

/** The name of a directory role that gives access to the Defender portal. */
export type PortalAccessRole = (typeof portalAccessRoles)[number];

/** The name of a directory role that this program knows; otherwise its ID. */
export function directoryRoleName(definitionId: string): string {
  return Object.entries(directoryRoleTemplates).find(([, template]) => template === definitionId)?.[0] ?? definitionId;
}

/** The name of a published application permission; otherwise its ID. */
export function publishedRoleName(appRoleId: string): string {
  const roles = publishedApplications.flatMap(({ appRoles }) => Object.entries(appRoles));
  return roles.find(([, role]) => role === appRoleId.toLowerCase())?.[0] ?? appRoleId;
}
