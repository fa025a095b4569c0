/** The role assignments of the customer's subscription, for the kinds that look at them. */
import {
  armCall,
  listVisibleAssignments,
  type AzureRoleAssignment,
  type Endpoints,
  type Environment,
} from "@defender-mssp/microsoft";
import type { Settings } from "../../../settings";
import { hasSentinelAccess } from "../../../domain/prerequisiteSettings";

export type ReadAssignments = () => Promise<readonly AzureRoleAssignment[]>;

/**
 * Signs in to Azure with the first read. Without `sentinelAccess` the stack has nothing there.
 * @throws ServiceError, EnvironmentError where the identity may not read them
 */
export function subscriptionAssignments(
  settings: Pick<Settings, "tenantId" | "sentinelAccess" | "portalAccess" | "analysts" | "defenderCalls">,
  context: { readonly environment: Environment; readonly endpoints: Endpoints },
): ReadAssignments {
  const { tenantId, sentinelAccess } = settings;
  if (sentinelAccess === undefined || !hasSentinelAccess(settings)) return () => Promise.resolve([]);
  return async () => listVisibleAssignments(await armCall(tenantId, context), sentinelAccess);
}
