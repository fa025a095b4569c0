/** Whether a Log Analytics workspace can be reached, and has Microsoft Sentinel. */
import type { ResourceManagerCall } from "./armCall";

/** A workspace's place in a subscription. */
export interface WorkspacePlace {
  /** A UUID. */
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspaceName: string;
}

/** What a look at the workspace shows. */
export type WorkspaceState =
  | "ready"
  | "noSubscription"
  | "otherTenant"
  | "noResourceGroup"
  | "noWorkspace"
  /** The workspace exists without Microsoft Sentinel. */
  | "noSentinel"
  /** The identity may not read it. */
  | "notPermitted";

export function resourceGroupId({ subscriptionId, resourceGroup }: Omit<WorkspacePlace, "workspaceName">): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
}

export function workspaceId(place: WorkspacePlace): string {
  return `${resourceGroupId(place)}/providers/Microsoft.OperationalInsights/workspaces/${place.workspaceName}`;
}

/**
 * https://learn.microsoft.com/rest/api/loganalytics/workspaces/get and
 * https://learn.microsoft.com/rest/api/securityinsights/sentinel-onboarding-states/get
 * @throws ServiceError for every other failure
 */
export async function readSentinelWorkspace(call: ResourceManagerCall, place: WorkspacePlace): Promise<WorkspaceState> {
  const id = workspaceId(place);
  const workspace = await call(`${id}?api-version=2023-09-01`, { accept: refusals });
  if (workspace.status !== 200) return refusal(workspace, "noWorkspace");
  const onboarding = await call(
    `${id}/providers/Microsoft.SecurityInsights/onboardingStates/default?api-version=2024-09-01`,
    { accept: refusals },
  );
  return onboarding.status === 200 ? "ready" : refusal(onboarding, "noSentinel");
}

const refusals = [401, 403, 404] as const;

function refusal({ status, body }: { readonly status: number; readonly body?: unknown }, missing: WorkspaceState) {
  const { code = "" } = (body as { readonly error?: { readonly code?: string } } | undefined)?.error ?? {};
  if (status === 401) return "otherTenant";
  if (status === 403) return "notPermitted";
  const states: Readonly<Record<string, WorkspaceState>> = {
    SubscriptionNotFound: "noSubscription",
    ResourceGroupNotFound: "noResourceGroup",
  };
  return states[code] ?? missing;
}
