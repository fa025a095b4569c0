/**
 * Tokens of the resource types in the program's states: none changes. A test reads the components,
 * and compares. Every command may import this module at its start: it imports nothing.
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
  "ApplicationOwner",
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
  "DetectionRule",
  "EligibleMembers",
  "Guest",
  "MsspServicePrincipal",
  "PortalAccessModel",
  "StackIdentity",
] as const;

/** Last part of a dynamic resource's type token. */
export type DynamicResourceType = (typeof dynamicNames)[number];

/** Components, by the last part of their tokens. */
const componentNames = [
  "AnalystAccessPackages",
  "AzureDelegation",
  "CredentialHandover",
  "CustomerOnboarding",
  "Detections",
  "DirectoryRoleAccess",
  "EntitlementAccess",
  "GuestUser",
  "MsspSecurityGroup",
  "MsspTrust",
  "PortalAccess",
  "RedirectUri",
  "SentinelAccess",
  "SiemConnector",
] as const;

/** Last part of a component's type token. */
export type ComponentType = (typeof componentNames)[number];

/** Prefix of the type tokens of this program's dynamic resources. */
export const dynamicTypePrefix = "pulumi-nodejs:dynamic/defender-mssp:";

/**
 * Prefix of the type tokens of the same resources where the plugin serves them, and of the
 * components' tokens.
 */
export const pluginTypePrefix = "defender-mssp:index:";

/** Name of that plugin. */
export const pluginName = "defender-mssp";

export const azureNativePrefix = "azure-native:";

export const providerTypePrefix = "pulumi:providers:";

/** Type of the resource that stands for the stack, and has its outputs. */
export const stackType = "pulumi:pulumi:Stack";

/** The token of a resource type (`Group`), or of a function (`getUser`), of azuread. */
export function azuread(name: string): string {
  return `azuread:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

export function dynamic(name: DynamicResourceType): string {
  return `${dynamicTypePrefix}${name}`;
}

/** @param name module and type, such as `keyvault:Vault`. */
export function azureNative(name: string): string {
  return `${azureNativePrefix}${name}`;
}

/** The token of a component, or of a dynamic resource that the plugin serves. */
export function component(name: ComponentType | DynamicResourceType): string {
  return `${pluginTypePrefix}${name}`;
}

/** @param plugin such as `azuread`. */
export function providerType(plugin: string): string {
  return `${providerTypePrefix}${plugin}`;
}

export function isProviderType(type: string): boolean {
  return type.startsWith(providerTypePrefix);
}

export const keyVault = azureNative("keyvault:Vault");
export const keyVaultSecret = azureNative("keyvault:Secret");
export const registrationDefinition = azureNative("managedservices:RegistrationDefinition");
export const registrationAssignment = azureNative("managedservices:RegistrationAssignment");
export const azureResourceGroup = azureNative("resources:ResourceGroup");
export const azureRoleAssignment = azureNative("authorization:RoleAssignment");

/** Dynamic resources of ours. */
export const dynamicTypes: readonly string[] = dynamicNames.map(dynamic);

/** Random parts of names, of the provider `random`: nothing of them is in a tenant. */
export const randomTypes: readonly string[] = ["random:index/randomId:RandomId", "random:index/randomUuid:RandomUuid"];

/** Components of ours. */
export const componentTypes: readonly string[] = componentNames.map(component);

/** Every type that the program declares, but for its components, its stack and its providers. */
export const programTypes: readonly string[] = [
  ...azureadNames.map(azuread),
  ...dynamicTypes,
  azureRoleAssignment,
  keyVault,
  keyVaultSecret,
  registrationAssignment,
  registrationDefinition,
  azureResourceGroup,
  ...randomTypes,
];

/** Whether the type is one of the program's: a resource, a component, the stack, or a provider. */
export function isProgramType(type: string): boolean {
  return (
    programTypes.includes(judgedType(type)) ||
    componentTypes.includes(type) ||
    // `pulumi` is the engine's own, by which the program asks what the stack has already. The plugin's
    // resources are judged as their twins.
    /^pulumi:providers:(azuread|azure-native|random|pulumi-nodejs|pulumi|defender-mssp)$/.test(type) ||
    type === stackType
  );
}

/** Whether the state alone has a resource of the type: the stack's random ID, and random parts of names. */
export function isInStateAlone(type: string): boolean {
  return isStackIdentity(type) || randomTypes.includes(type);
}

/** Whether the resource has the stack's random ID. */
export function isStackIdentity(type: string): boolean {
  return judgedType(type) === dynamic("StackIdentity");
}

/** The random ID of a stack, by the resources of its state; undefined where it has none. */
export function stackRandomId(
  resources: readonly { readonly type: string; readonly id: string }[],
): string | undefined {
  return resources.find(({ type }) => isStackIdentity(type))?.id;
}

/**
 * The type by which a resource is judged. azure-native has each type once more for each version of
 * its API (`azure-native:keyvault/v20230701:Vault`), and a dynamic resource has another token where
 * the plugin serves it (`defender-mssp:index:Guest`).
 */
export function judgedType(type: string): string {
  const twin = dynamicNames.find((name) => type === component(name));
  return twin === undefined ? type.replace(/^(azure-native:\w+)\/v\w+:/, "$1:") : dynamic(twin);
}
