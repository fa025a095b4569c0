/** The automation's right to assign the roles on a Microsoft Sentinel workspace, and no more. */
import { assignmentCondition, remoteGroupId, type SentinelRolesByGroup } from "@defender-mssp/microsoft";

/**
 * The condition of Role Based Access Control Administrator on the workspace's resource group.
 *
 * @param groups object IDs of the groups. Without them the condition allows every group of the
 * customer's tenant, as those exist only after the first `up`, or the remote groups that `roles` names.
 */
export function sentinelCondition(roles: SentinelRolesByGroup, groups?: readonly string[]): string {
  const names = [...new Set(Object.values(roles).flat())].sort();
  const remote = Object.keys(roles).flatMap((group) => remoteGroupId(group) ?? []);
  if (remote.length > 0) return assignmentCondition({ roles: names, groups: remote, principalType: "ForeignGroup" });
  return assignmentCondition({ roles: names, ...(groups === undefined ? {} : { groups }) });
}
