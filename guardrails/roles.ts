/** Which roles may be given, as pure functions: of Entra's directory, and of Azure. */
import { azureAccessRoles, directoryRoleTemplates, type AzureAccessRole } from "@defender-mssp/microsoft";

/** Roles whose holder can make anybody an administrator: never given, whatever is allowed. */
export const forbiddenDirectoryRoles = ["Global Administrator", "Privileged Role Administrator"] as const;

/**
 * A directory role that may not be given.
 *
 * @param role template ID or display name.
 * @param allowed display names.
 */
export function directoryRoleProblem(role: string, allowed: readonly string[]): string | undefined {
  const name = Object.entries(directoryRoleTemplates).find(
    ([known, id]) => id === role.toLowerCase() || known === role,
  )?.[0];
  if (name !== undefined && forbiddenDirectoryRoles.some((one) => one === name)) return `${name} is never given`;
  if (name !== undefined && allowed.includes(name)) return undefined;
  const list = allowed.length === 0 ? "none" : allowed.join(", ");
  return `${name ?? `a role that is not known here (${role})`} is not allowed; allowed: ${list}`;
}

/**
 * An Azure role by which its holder could give access to others.
 *
 * @param roleDefinitionId the role's ID, or a resource ID that ends with it.
 * @param handsOn the roles that it may hand on to managed identities; Lighthouse delegates "User Access Administrator" with such a list only.
 */
export function azureRoleProblem(roleDefinitionId: string, handsOn: readonly string[] = []): string | undefined {
  const id = roleDefinitionId.slice(roleDefinitionId.lastIndexOf("/") + 1).toLowerCase();
  const roles = Object.keys(azureAccessRoles) as AzureAccessRole[];
  const name = roles.find((role) => azureAccessRoles[role] === id);
  if (name === "User Access Administrator" && handsOn.length > 0) {
    const problem = handsOn.map((one) => azureRoleProblem(one)).find((one) => one !== undefined);
    return problem === undefined ? undefined : `User Access Administrator may hand on: ${problem}`;
  }
  return name === undefined ? undefined : `${name} lets its holder give access to others`;
}
