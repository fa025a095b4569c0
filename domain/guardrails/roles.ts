/** Which roles may be given, as pure functions: in Defender, in Entra's directory, and in Azure. */
import {
  azureAccessRoles,
  directoryRoleTemplates,
  effectiveActions,
  lastSegment,
  type AzureAccessRole,
} from "@defender-mssp/microsoft";

/**
 * An action of Defender's unified RBAC that is not allowed.
 *
 * @param allowed actions; each also allows the actions that it includes (`manage` includes `read`,
 * `*` any part).
 */
export function defenderActionProblem(action: string, allowed: readonly string[]): string | undefined {
  const wanted = action.trim().toLowerCase();
  const others = allowed.map((one) => one.trim().toLowerCase());
  if (others.includes(wanted) || !effectiveActions([...others, wanted]).includes(wanted)) return undefined;
  return wanted.includes("*")
    ? `${wanted} has a wildcard and includes actions that are not allowed`
    : `${wanted} is not an allowed action`;
}

/**
 * Roles whose holder can make any user an administrator: refused even if a parameter allows them.
 */
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
  if (name !== undefined && forbiddenDirectoryRoles.some((one) => one === name)) return `${name} is never allowed`;
  if (name !== undefined && allowed.includes(name)) return undefined;
  const list = allowed.length === 0 ? "none" : allowed.join(", ");
  return `${name ?? `an unknown role (${role})`} is not allowed; allowed: ${list}`;
}

/**
 * An Azure role whose holder can give access to others.
 *
 * @param roleDefinitionId the role's ID, or a resource ID that ends with it.
 * @param handsOn the roles that it may assign to managed identities; Lighthouse delegates "User
 * Access Administrator" with such a list only.
 */
export function azureRoleProblem(roleDefinitionId: string, handsOn: readonly string[] = []): string | undefined {
  const id = lastSegment(roleDefinitionId).toLowerCase();
  const roles = Object.keys(azureAccessRoles) as AzureAccessRole[];
  const name = roles.find((role) => azureAccessRoles[role] === id);
  if (name === "User Access Administrator" && handsOn.length > 0) {
    const problem = handsOn.map((one) => azureRoleProblem(one)).find((one) => one !== undefined);
    return problem === undefined ? undefined : `User Access Administrator may assign: ${problem}`;
  }
  return name === undefined ? undefined : `${name} can give access to others`;
}
