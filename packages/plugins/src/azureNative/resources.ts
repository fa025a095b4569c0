/**
 * The resource types of azure-native that the stand-in has: the default API version of each module,
 * as the SDK's docstrings name it.
 */
import { type ResourceProperties, boolean, integer, list, map, object, objects, string } from "../schema/property";
import type { ArmCall } from "./resourceManager";

export interface ArmResource {
  /** Pulumi's module and name: `keyvault:Vault`. */
  readonly name: string;
  /**
   * Its ID, with the parameters that the program gives in braces; `subscriptionId` is the
   * provider's. A changed parameter replaces it.
   */
  readonly path: string;
  readonly apiVersion: string;
  /** Arguments, and outputs that only Azure sets (`computed`). */
  readonly properties: ResourceProperties;
  /** The parameter that the plugin generates by default. */
  readonly autoname: { readonly property: string; readonly kind: "random" | "uuid" };
  /** Parameters of the path that are outputs, too. */
  readonly pathOutputs?: readonly string[];
  /** Outputs, as paths, that an update changes. */
  readonly changing?: readonly string[];
  /**
   * Lists that other resource types maintain as well: sent empty at first, and then as they are. As
   * paths in the API's body.
   */
  readonly shared?: readonly string[];
  /** For types without a delete in the resource manager. */
  delete?(call: ArmCall, names: Readonly<Record<string, string>>): Promise<void>;
}

const name = string("computed");
const type = string("computed");
const azureApiVersion = string("computed");
const location = string("optional", { forceNew: true });
const changedMeansNew = { forceNew: true };

const resourceGroup: ArmResource = {
  name: "resources:ResourceGroup",
  path: "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}",
  apiVersion: "2024-03-01",
  properties: {
    location,
    managedBy: string("optional"),
    resourceGroupName: string("optional", changedMeansNew),
    tags: map("optional"),
    azureApiVersion,
    name,
    properties: object("computed", { provisioningState: string("computed") }),
    type,
  },
  autoname: { property: "resourceGroupName", kind: "random" },
};

const vault: ArmResource = {
  name: "keyvault:Vault",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}",
  apiVersion: "2024-11-01",
  properties: {
    location,
    properties: object("required", {
      accessPolicies: objects("optional", {}, { unsupported: true }),
      enablePurgeProtection: boolean("optional"),
      enableRbacAuthorization: boolean("optional"),
      enableSoftDelete: boolean("optional"),
      // The SDK sends its defaults of these four.
      enabledForDeployment: boolean("optional"),
      enabledForDiskEncryption: boolean("optional"),
      enabledForTemplateDeployment: boolean("optional"),
      publicNetworkAccess: string("optional"),
      sku: object("required", { family: string("required"), name: string("required") }),
      softDeleteRetentionInDays: integer("optional"),
      tenantId: string("required"),
      provisioningState: string("computed"),
      vaultUri: string("computed"),
    }),
    resourceGroupName: string("required", changedMeansNew),
    tags: map("optional"),
    vaultName: string("optional", changedMeansNew),
    azureApiVersion,
    name,
    systemData: object("computed", {}),
    type,
  },
  autoname: { property: "vaultName", kind: "random" },
  shared: ["properties.accessPolicies"],
};

const secret: ArmResource = {
  name: "keyvault:Secret",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
  apiVersion: "2024-11-01",
  properties: {
    properties: object("required", {
      attributes: object("optional", {
        enabled: boolean("optional"),
        expires: integer("optional", { arm: "exp" }),
        notBefore: integer("optional", { arm: "nbf" }),
        created: integer("computed"),
        updated: integer("computed"),
      }),
      contentType: string("optional"),
      value: string("optional", { secret: true }),
      secretUri: string("computed"),
      secretUriWithVersion: string("computed"),
    }),
    resourceGroupName: string("required", changedMeansNew),
    secretName: string("optional", changedMeansNew),
    tags: map("optional"),
    vaultName: string("required", changedMeansNew),
    azureApiVersion,
    location: string("computed"),
    name,
    type,
  },
  autoname: { property: "secretName", kind: "random" },
  changing: ["properties.secretUriWithVersion", "properties.attributes.updated"],
  delete: (call, { vaultName = "", secretName = "" }) => call.deleteSecret(vaultName, secretName),
};

const roleAssignment: ArmResource = {
  name: "authorization:RoleAssignment",
  path: "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
  apiVersion: "2022-04-01",
  properties: {
    condition: string("optional", { arm: "properties.condition" }),
    conditionVersion: string("optional", { arm: "properties.conditionVersion" }),
    description: string("optional", { arm: "properties.description" }),
    principalId: string("required", { ...changedMeansNew, arm: "properties.principalId" }),
    principalType: string("optional", { ...changedMeansNew, arm: "properties.principalType" }),
    roleAssignmentName: string("optional", changedMeansNew),
    roleDefinitionId: string("required", { ...changedMeansNew, arm: "properties.roleDefinitionId" }),
    scope: string("required", { ...changedMeansNew, arm: "properties.scope" }),
    azureApiVersion,
    createdBy: string("computed", { arm: "properties.createdBy" }),
    createdOn: string("computed", { arm: "properties.createdOn" }),
    name,
    systemData: object("computed", {}),
    type,
    updatedBy: string("computed", { arm: "properties.updatedBy" }),
    updatedOn: string("computed", { arm: "properties.updatedOn" }),
  },
  autoname: { property: "roleAssignmentName", kind: "uuid" },
  pathOutputs: ["scope"],
};

const registrationDefinition: ArmResource = {
  name: "managedservices:RegistrationDefinition",
  path: "/{scope}/providers/Microsoft.ManagedServices/registrationDefinitions/{registrationDefinitionId}",
  apiVersion: "2022-10-01",
  properties: {
    properties: object("optional", {
      authorizations: objects("required", {
        delegatedRoleDefinitionIds: list("optional"),
        principalId: string("required"),
        principalIdDisplayName: string("optional"),
        roleDefinitionId: string("required"),
      }),
      description: string("optional"),
      managedByTenantId: string("required"),
      registrationDefinitionName: string("optional"),
      managedByTenantName: string("computed"),
      manageeTenantId: string("computed"),
      manageeTenantName: string("computed"),
      provisioningState: string("computed"),
    }),
    registrationDefinitionId: string("optional", changedMeansNew),
    scope: string("required", changedMeansNew),
    azureApiVersion,
    name,
    systemData: object("computed", {}),
    type,
  },
  autoname: { property: "registrationDefinitionId", kind: "uuid" },
};

const registrationAssignment: ArmResource = {
  name: "managedservices:RegistrationAssignment",
  path: "/{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{registrationAssignmentId}",
  apiVersion: "2022-10-01",
  properties: {
    properties: object("optional", {
      registrationDefinitionId: string("required"),
      provisioningState: string("computed"),
      registrationDefinition: object("computed", {}),
    }),
    registrationAssignmentId: string("optional", changedMeansNew),
    scope: string("required", changedMeansNew),
    azureApiVersion,
    name,
    systemData: object("computed", {}),
    type,
  },
  autoname: { property: "registrationAssignmentId", kind: "uuid" },
};

export const resources: readonly ArmResource[] = [
  registrationAssignment,
  registrationDefinition,
  resourceGroup,
  roleAssignment,
  secret,
  vault,
];
