/**
 * The condition that limits Role Based Access Control Administrator to some roles and to groups.
 * https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
 */
import { azureRoles, type AzureRoleName } from "./roles";

/** The version of the language of conditions. */
export const conditionVersion = "2.0";

export interface ConditionLimits {
  /** The roles that may be assigned and removed. */
  readonly roles: readonly AzureRoleName[];
  /**
   * Object IDs of the groups.
   * @default every group of the tenant
   */
  readonly groups?: readonly string[];
  /**
   * `ForeignGroup`: groups of another tenant. No document of Microsoft names the value in a condition.
   * @default "Group"
   */
  readonly principalType?: "Group" | "ForeignGroup";
}

const attributes = "Microsoft.Authorization/roleAssignments";

/** Lets its holder assign and remove these roles for groups, and nothing else. */
export function assignmentCondition(limits: ConditionLimits): string {
  return [part("write", "@Request", limits), "AND", part("delete", "@Resource", limits)].join("\n");
}

function part(
  action: "write" | "delete",
  source: "@Request" | "@Resource",
  { roles, groups, principalType = "Group" }: ConditionLimits,
): string {
  const set = (values: readonly string[]) => `{${values.join(", ")}}`;
  const ids = [...new Set(roles.map((role) => azureRoles[role]))].sort();
  const limits = [
    `${source}[${attributes}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals ${set(ids)}`,
    `${source}[${attributes}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'${principalType}'}`,
    ...(groups === undefined || groups.length === 0
      ? []
      : [`${source}[${attributes}:PrincipalId] ForAnyOfAnyValues:GuidEquals ${set([...groups].sort())}`]),
  ];
  return [
    "(",
    " (",
    `  !(ActionMatches{'${attributes}/${action}'})`,
    " )",
    " OR",
    " (",
    limits.map((limit) => `  ${limit}`).join("\n  AND\n"),
    " )",
    ")",
  ].join("\n");
}

/** Whether two conditions are the same but for blanks and upper case. */
export function isSameCondition(one: string, other: string): boolean {
  const plain = (text: string): string => text.replace(/\s+/g, "").toLowerCase();
  return plain(one) === plain(other);
}
