/** The automation's right to assign the roles on a Microsoft Sentinel workspace, and no more. */
import { assignmentCondition, type SentinelRolesByGroup } from "@defender-mssp/microsoft";

/**
 * The condition of Role Based Access Control Administrator on the workspace's resource group.
 *
 * @param groups object IDs of the groups. Without them the condition allows every group: the groups
 * exist only after the first `up`.
 */
export function sentinelCondition(roles: SentinelRolesByGroup, groups?: readonly string[]): string {
  const names = [...new Set(Object.values(roles).flat())].sort();
  return assignmentCondition({ roles: names, ...(groups === undefined ? {} : { groups }) });
}
