/** Whether the identity may assign the roles on the Microsoft Sentinel workspace, and no others. */
import { unread } from "@defender-mssp/errors/notChecked";
import {
  armCall,
  azureAccessRoles,
  isSameCondition,
  isWithinScope,
  lastSegment,
  listVisibleAssignments,
  readSentinelWorkspace,
  resourceGroupId,
  type AzureRoleAssignment,
  type CallContext,
} from "@defender-mssp/microsoft";
import { isCallError } from "@defender-mssp/errors";
import { hasSentinelAccess } from "../../../domain/prerequisiteSettings";
import { sentinelCondition } from "../../../domain/sentinelCondition";
import type { Settings } from "../../../settings";
import type { Feature } from "./report";

const feature = "sentinelAccess";

/**
 * Reads the workspace and the identity's own role assignments; nothing for a stack without
 * `sentinelAccess`.
 * @param objectId of the identity, in the customer's tenant.
 */
export async function sentinelFeature(settings: Settings, objectId: string, context: CallContext): Promise<Feature[]> {
  const { sentinelAccess, tenantId } = settings;
  if (sentinelAccess === undefined || !hasSentinelAccess(settings)) return [];
  try {
    const call = await armCall(tenantId, context);
    const state = await readSentinelWorkspace(call, sentinelAccess);
    if (state !== "ready") return [{ feature, state: "failed", reason: workspaceReasons[state] }];
    return [judgeAssignments(sentinelAccess, await listVisibleAssignments(call, sentinelAccess), objectId)];
  } catch (error) {
    if (!isCallError(error)) throw error;
    return [{ feature, ...unread(`not checked: ${error.message}`) }];
  }
}

const workspaceReasons = {
  noSubscription: "the automation sees no subscription of sentinelAccess.subscriptionId",
  otherTenant: "the subscription of sentinelAccess belongs to another tenant",
  noResourceGroup: "the resource group of sentinelAccess does not exist",
  noWorkspace: "the workspace of sentinelAccess does not exist",
  noSentinel: "the workspace of sentinelAccess does not have Microsoft Sentinel",
  notPermitted: "the automation may not read the workspace: npx mssp permissions prints its role and the condition",
} as const;

/** A role that the identity has by a group is not seen: then `up` may succeed although this fails. */
export function judgeAssignments(
  sentinelAccess: NonNullable<Settings["sentinelAccess"]>,
  all: readonly AzureRoleAssignment[],
  objectId: string,
): Feature {
  const scope = resourceGroupId(sentinelAccess);
  const own = all.filter(
    ({ properties }) =>
      properties.principalId.toLowerCase() === objectId.toLowerCase() &&
      isWithinScope(scope, properties.scope) &&
      Object.values<string>(azureAccessRoles).includes(lastSegment(properties.roleDefinitionId).toLowerCase()),
  );
  const unlimited = own.find(({ properties }) => !properties.condition);
  if (unlimited !== undefined) {
    const at = unlimited.properties.scope;
    const reason = `the automation may assign every role at ${at}: limit it by the condition that npx mssp permissions prints`;
    return { feature, state: "passed", reason };
  }
  const expected = sentinelCondition(sentinelAccess.roles);
  if (own.some(({ properties }) => isSameCondition(properties.condition ?? "", expected))) {
    return { feature, state: "passed", reason: "with the condition that npx mssp permissions prints" };
  }
  if (own.length > 0) {
    return {
      feature,
      ...unread("not checked: the automation's role has another condition than npx mssp permissions prints"),
    };
  }
  const reason = `the automation has no role to assign roles on ${scope}: npx mssp permissions prints it, with its condition`;
  return { feature, state: "failed", reason };
}
