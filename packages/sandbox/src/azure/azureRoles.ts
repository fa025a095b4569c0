/**
 * `actions`, `notActions` and `dataActions` of Azure's built-in roles, as published by Microsoft,
 * as far as the sandbox uses them, and of the roles that a tenant has made.
 */
import { listOf, recordOf, textOf } from "@defender-mssp/errors/json";
import { azureRoles, type AzureRoleName } from "@defender-mssp/microsoft";
import type { StoredObject, Tenant } from "../cloud/model";
import { azureResources } from "./subscriptions";

export interface RolePermissions {
  readonly actions: readonly string[];
  readonly notActions?: readonly string[];
  readonly dataActions?: readonly string[];
}

const readSentinel = {
  actions: [
    "Microsoft.SecurityInsights/*/read",
    "Microsoft.OperationalInsights/workspaces/*/read",
    "Microsoft.OperationalInsights/workspaces/read",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
  ],
};
const readAll: RolePermissions = { actions: ["*/read"] };

/**
 * Roles that are not in this table allow nothing in the sandbox. MicrosoftDocs/azure-docs,
 * `articles/role-based-access-control/built-in-roles`.
 */
const permissions: Readonly<Partial<Record<AzureRoleName, RolePermissions>>> = {
  Contributor: {
    actions: ["*"],
    notActions: [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
    ],
  },
  "Key Vault Administrator": { actions: ["Microsoft.KeyVault/*/read"], dataActions: ["Microsoft.KeyVault/vaults/*"] },
  "Key Vault Contributor": {
    actions: ["Microsoft.KeyVault/*", "Microsoft.Resources/subscriptions/resourceGroups/read"],
    notActions: ["Microsoft.KeyVault/locations/deletedVaults/purge/action"],
  },
  "Key Vault Secrets Officer": {
    actions: ["Microsoft.KeyVault/*/read"],
    dataActions: ["Microsoft.KeyVault/vaults/secrets/*"],
  },
  "Key Vault Secrets User": {
    actions: [],
    dataActions: [
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
  },
  "Log Analytics Reader": readAll,
  "Microsoft Sentinel Contributor": {
    actions: [
      "Microsoft.SecurityInsights/*",
      "Microsoft.OperationalInsights/workspaces/*/read",
      "Microsoft.OperationalInsights/workspaces/read",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
    ],
  },
  "Microsoft Sentinel Reader": readSentinel,
  "Microsoft Sentinel Responder": readSentinel,
  "Monitoring Reader": readAll,
  Owner: { actions: ["*"] },
  Reader: readAll,
  "Role Based Access Control Administrator": {
    actions: [
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleAssignments/delete",
      "*/read",
    ],
  },
  "User Access Administrator": { actions: ["*/read", "Microsoft.Authorization/*"] },
};

/** The built-in role whose definition has this ID, given as UUID or resource ID. */
export function roleOfDefinition(roleDefinitionId: string): AzureRoleName | undefined {
  const uuid = roleDefinitionId.split("/").at(-1)?.toLowerCase();
  return (Object.keys(azureRoles) as AzureRoleName[]).find((name) => azureRoles[name] === uuid);
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly permissions: RolePermissions;
}

/** The same also for a role of the tenant's own. */
export function findRole(tenant: Tenant, roleDefinitionId: string): Role | undefined {
  const name = roleOfDefinition(roleDefinitionId);
  if (name !== undefined) return { id: azureRoles[name], name, permissions: permissions[name] ?? { actions: [] } };
  const id = roleDefinitionId.split("/").at(-1)?.toLowerCase() ?? "";
  const definition = customRoles(tenant).find((role) => textOf(role["name"]).toLowerCase() === id);
  if (definition === undefined) return undefined;
  const { roleName, permissions: given } = recordOf(definition["properties"]);
  const [{ actions, notActions, dataActions } = {}] = listOf(given).map(recordOf);
  const own = { actions: listOf(actions), notActions: listOf(notActions), dataActions: listOf(dataActions) };
  return { id, name: textOf(roleName), permissions: own as unknown as RolePermissions };
}

export const roleDefinitionType = "Microsoft.Authorization/roleDefinitions";

export function customRoles(tenant: Tenant): StoredObject[] {
  return [...tenant.objects(azureResources).values()].filter(({ type }) => type === roleDefinitionType);
}

/** Whether a role allows an action of the resource manager's. */
export function allows({ actions, notActions = [] }: RolePermissions, action: string): boolean {
  return actions.some((one) => matches(one, action)) && !notActions.some((one) => matches(one, action));
}

/** Whether a role allows an action inside a resource: reading a secret's value. */
export function allowsData({ dataActions = [] }: RolePermissions, action: string): boolean {
  return dataActions.some((pattern) => matches(pattern, action));
}

/** A role's definition as the resource manager answers it. */
export function roleDefinition(subscriptionId: string, role: AzureRoleName): Record<string, unknown> {
  const { actions = [], notActions = [], dataActions = [] } = permissions[role] ?? {};
  return {
    properties: {
      roleName: role,
      type: "BuiltInRole",
      assignableScopes: ["/"],
      permissions: [{ actions, notActions, dataActions, notDataActions: [] }],
    },
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`,
    type: roleDefinitionType,
    name: azureRoles[role],
  };
}

function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${expression}$`, "i").test(action);
}
