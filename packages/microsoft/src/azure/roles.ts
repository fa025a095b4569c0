/**
 * Azure's built-in roles as far as this program names them, and which of them Azure Lighthouse
 * delegates. IDs are the same in every tenant and cloud. Sources:
 * - [roles] MicrosoftDocs/azure-docs, `articles/role-based-access-control/built-in-roles.md` and
 *   the pages of its categories (general, privileged, security, monitor,
 *   management-and-governance), 2026-04-09
 * - [lighthouse] Microsoft, "Tenants, users, and roles in Azure Lighthouse scenarios", section
 *   "Role support for Azure Lighthouse"
 * - [137] Azure/Azure-Lighthouse-samples, issue 137: since June 2025 Log Analytics Contributor has
 *   DataActions, and is refused
 */
import { VisibleError } from "@defender-mssp/errors";
import { lastSegment } from "../lastSegment";

export const azureRoles = {
  Contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c", // [roles], privileged
  "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483", // [roles], security
  "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395", // [roles], security
  "Key Vault Reader": "21090545-7ca7-4776-b22c-e363652d74d2", // [roles], security
  "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", // [roles], security
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6", // [roles], security
  "Log Analytics Contributor": "92aaf0da-9dab-42b6-94a3-d43ce8d16293", // [137]
  "Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893", // [roles], monitor
  "Logic App Contributor": "87a39d53-fc1b-424a-814c-f7e04687dc9e", // [roles], integration
  "Managed Services Registration assignment Delete Role": "91c1777a-f3dc-4fae-b103-61d183457e46", // [roles], management and governance
  "Microsoft Sentinel Automation Contributor": "f4c81013-99ee-4d62-a7ee-b3f1f648599a", // [roles], security
  "Microsoft Sentinel Contributor": "ab8e14d6-4a74-4a29-9ba8-549422addade", // [roles], security
  "Microsoft Sentinel Playbook Operator": "51d6186e-6489-4900-b93f-92e23144cca5", // [roles], security
  "Microsoft Sentinel Reader": "8d289c81-5878-46d4-8554-54e1e3d8b5cb", // [roles], security
  "Microsoft Sentinel Responder": "3e150937-b8fe-4cfb-8069-0eaf05ecd056", // [roles], security
  "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05", // [roles], monitor
  Owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", // [roles], privileged
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7", // [roles], general
  "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168", // [roles], privileged
  "Security Admin": "fb1c8493-542b-48eb-b624-b4c8fea62acd", // [roles], security
  "Security Reader": "39bc4728-0917-49c7-9d2c-d95423bc2eb4", // [roles], security
  "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", // [roles], privileged
  "Workbook Contributor": "e8ddcd69-c73f-4f9f-9844-4100522f16ad", // [roles], monitor
} as const;

/** Name of a built-in role that this program knows. */
export type AzureRoleName = keyof typeof azureRoles;

/** Roles whose holder can give access to others. Source: [roles], category "Privileged". */
export const azureAccessRoles = {
  Owner: azureRoles.Owner,
  "Role Based Access Control Administrator": azureRoles["Role Based Access Control Administrator"],
  "User Access Administrator": azureRoles["User Access Administrator"],
} as const;

/** Name of an Azure role that gives access. */
export type AzureAccessRole = keyof typeof azureAccessRoles;

/**
 * Roles that can be delegated: built-in ones without DataActions, useful for watching a Sentinel
 * workspace.
 */
export const delegableAzureRoles: readonly AzureRoleName[] = [
  "Contributor",
  "Log Analytics Reader",
  "Managed Services Registration assignment Delete Role",
  "Microsoft Sentinel Automation Contributor",
  "Microsoft Sentinel Contributor",
  "Microsoft Sentinel Playbook Operator",
  "Microsoft Sentinel Reader",
  "Microsoft Sentinel Responder",
  "Monitoring Reader",
  "Reader",
  "Security Admin",
  "Security Reader",
];

/** Roles whose DataActions keep Lighthouse from delegating them. */
export const azureRolesWithDataActions: readonly AzureRoleName[] = [
  "Key Vault Administrator",
  "Key Vault Reader",
  "Key Vault Secrets Officer",
  "Key Vault Secrets User",
  "Log Analytics Contributor",
];

/**
 * A role to delegate, by name (upper and lower case are the same) or ID. "User Access
 * Administrator" only with the roles that it may hand on to managed identities, and to nobody else.
 */
export type DelegatedRole = string | { readonly role: string; readonly delegatedRoles?: readonly string[] };

/** Role definition IDs of one authorization of a registration definition. */
export interface RoleAuthorization {
  readonly roleName: AzureRoleName;
  readonly roleDefinitionId: string;
  readonly delegatedRoleDefinitionIds?: readonly string[];
}

/**
 * The authorizations of the roles for Lighthouse, each once, sorted by ID, so that their order in
 * the settings makes no difference.
 * @throws VisibleError that names every role which can't be delegated, and why.
 */
export function roleAuthorizations(roles: readonly DelegatedRole[]): RoleAuthorization[] {
  const problems: string[] = [];
  const found = new Map<string, RoleAuthorization>();
  for (const wanted of roles) {
    const { role, delegatedRoles = [] } = typeof wanted === "string" ? { role: wanted } : wanted;
    const result = authorizationOf(role, delegatedRoles);
    if (typeof result === "string") problems.push(result);
    else if (found.has(result.roleDefinitionId)) problems.push(`"${result.roleName}" is listed twice.`);
    else found.set(result.roleDefinitionId, result);
  }
  if (roles.length === 0) problems.push("no role is listed: a delegation gives at least one.");
  if (problems.length > 0) throw new VisibleError(problems.join("\n"));
  return [...found.values()].sort((a, b) => (a.roleDefinitionId < b.roleDefinitionId ? -1 : 1));
}

/** The known role of that name or ID. */
export function azureRoleName(nameOrId: string): AzureRoleName | undefined {
  const wanted = nameOrId.trim().toLowerCase();
  return names.find((name) => name.toLowerCase() === wanted || azureRoles[name] === wanted);
}

/** The name of the role with this resource ID, or its own ID where it is none of those that this program knows. */
export function shownAzureRole(roleDefinitionId = ""): string {
  const id = lastSegment(roleDefinitionId);
  return azureRoleName(id) ?? id;
}

/**
 * Resource ID of a built-in role in a subscription, as role assignments and definitions refer to
 * it.
 */
export function roleDefinitionResourceId(subscriptionId: string, role: AzureRoleName): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${azureRoles[role]}`;
}

const names = Object.keys(azureRoles) as AzureRoleName[];

/** The authorization or the error. */
function authorizationOf(role: string, delegatedRoles: readonly string[]): RoleAuthorization | string {
  const roleName = azureRoleName(role);
  const mayHandOn = roleName === "User Access Administrator";
  if (mayHandOn && delegatedRoles.length === 0) {
    return (
      '"User Access Administrator" is delegated only to give roles to managed identities, and needs delegatedRoles: the roles ' +
      'that it may give. To give your people access, name their roles instead, such as "Microsoft Sentinel Responder".'
    );
  }
  const problem = mayHandOn ? undefined : notDelegable(role, roleName);
  if (problem !== undefined || roleName === undefined) return problem ?? "";
  if (!mayHandOn && delegatedRoles.length > 0) {
    return `"${roleName}" can't hand roles on: delegatedRoles belongs to "User Access Administrator" alone.`;
  }
  const handedOn = delegatedRoles.map((one) => ({ one, name: azureRoleName(one) }));
  const refused = handedOn.map(({ one, name }) => notDelegable(one, name)).find((one) => one !== undefined);
  if (refused !== undefined) return `delegatedRoles of "${roleName}": ${refused}`;
  const ids = handedOn.map(({ name }) => (name === undefined ? "" : azureRoles[name]));
  const delegated = ids.length === 0 ? {} : { delegatedRoleDefinitionIds: [...new Set(ids)].sort() };
  return { roleName, roleDefinitionId: azureRoles[roleName], ...delegated };
}

/** Why Lighthouse does not delegate a role; undefined if it does. [lighthouse] */
function notDelegable(wanted: string, roleName: AzureRoleName | undefined): string | undefined {
  if (roleName !== undefined && delegableAzureRoles.includes(roleName)) return undefined;
  const allowed = `Allowed are: ${delegableAzureRoles.join(", ")}.`;
  if (roleName === undefined) {
    return `"${wanted}" is no role that can be delegated here (custom roles never can). ${allowed}`;
  }
  if (azureRolesWithDataActions.includes(roleName)) {
    return `"${roleName}" has DataActions, and Azure Lighthouse delegates no role with DataActions. ${allowed}`;
  }
  if (roleName === "Owner") return `Azure Lighthouse doesn't delegate "Owner". ${allowed}`;
  return `"${roleName}" lets one give access to others, and is not delegated. ${allowed}`;
}
