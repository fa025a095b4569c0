/**
 * Tokens of the resource types that the program declares. A test reads the components, and
 * compares.
 */

/** Types of azuread's that the program declares, by their names. */
const azureadNames = [
  "AccessPackage",
  "AccessPackageAssignmentPolicy",
  "AccessPackageCatalog",
  "AccessPackageResourceCatalogAssociation",
  "AccessPackageResourcePackageAssociation",
  "AppRoleAssignment",
  "ApplicationApiAccess",
  "ApplicationCertificate",
  "ApplicationFederatedIdentityCredential",
  "ApplicationPassword",
  "ApplicationRedirectUris",
  "ApplicationRegistration",
  "ConditionalAccessPolicy",
  "DirectoryRoleAssignment",
  "Group",
  "ServicePrincipal",
  "ServicePrincipalDelegatedPermissionGrant",
] as const;

/** Dynamic resources of ours, by the last part of their tokens. */
const dynamicNames = [
  "AlertNotificationRule",
  "AppRoleGrant",
  "ConnectedOrganization",
  "CrossTenantPartner",
  "CrossTenantPartnerEntry",
  "DefenderRoleAssignment",
  "DefenderRoleDefinition",
  "DefenderSiemAuthorization",
  "EligibleMembers",
  "Guest",
  "MsspServicePrincipal",
  "PortalAccessModel",
  "StackIdentity",
] as const;

export function azuread(name: string): string {
  return `azuread:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

export function dynamic(name: (typeof dynamicNames)[number]): string {
  return `pulumi-nodejs:dynamic/defender-mssp:${name}`;
}

export const keyVault = "azure-native:keyvault:Vault";
export const registrationDefinition = "azure-native:managedservices:RegistrationDefinition";
export const registrationAssignment = "azure-native:managedservices:RegistrationAssignment";
export const azureRoleAssignment = "azure-native:authorization:RoleAssignment";

/** Dynamic resources of ours. */
export const dynamicTypes: readonly string[] = dynamicNames.map(dynamic);

/** Every type that the program declares, but for its components, its stack and its providers. */
export const programTypes: readonly string[] = [
  ...azureadNames.map(azuread),
  ...dynamicTypes,
  azureRoleAssignment,
  keyVault,
  "azure-native:keyvault:Secret",
  registrationAssignment,
  registrationDefinition,
  "azure-native:resources:ResourceGroup",
  "random:index/randomId:RandomId",
  "random:index/randomUuid:RandomUuid",
];

/** Whether the type is one of the program's: a resource, a component, the stack, or a provider. */
export function isProgramType(type: string): boolean {
  return (
    programTypes.includes(typeWithoutVersion(type)) ||
    /^defender-mssp:index:[A-Z]\w*$/.test(type) ||
    // `pulumi` is the engine's own, by which the program asks what the stack has already.
    /^pulumi:providers:(azuread|azure-native|random|pulumi-nodejs|pulumi)$/.test(type) ||
    type === "pulumi:pulumi:Stack"
  );
}

/**
 * azure-native has each type once more for each version of its API:
 * `azure-native:keyvault/v20230701:Vault`.
 */
export function typeWithoutVersion(type: string): string {
  return type.replace(/^(azure-native:\w+)\/v\w+:/, "$1:");
}
