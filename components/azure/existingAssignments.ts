import {
  azureScope,
  isSameAssignedRole,
  lastSegment,
  listVisibleAssignments,
  mostRoleAssignments,
  parseStackMark,
  readSentinelWorkspace,
  resourceGroupId,
  roleAssignmentName,
  roleAssignmentPath,
  roleDefinitionResourceId,
  type AzureRoleAssignment,
  type ResourceManagerCall,
  type SentinelGroup,
  type SentinelRole,
  type WorkspacePlace,
  type WorkspaceState,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { azureRoleAssignment, dynamic, judgedType } from "../../domain/resourceTypes";
import type { DeployedResources } from "../tenant/deployedResources";
import { sentinelGrantKey, type ExistingAssignment, type SentinelGrantKey } from "./sentinelAccess";

/** A group with its roles, as far as it is known before the first declaration. */
export interface PlannedGrant {
  readonly group: SentinelGroup;
  readonly roles: readonly SentinelRole[];
  /** Object ID of the deployed group; undefined before the first `up`. */
  readonly objectId: string | undefined;
  /** Whether the customer's own group was adopted. */
  readonly isAdopted: boolean;
}

interface Plan {
  /** Resource name of the component. */
  readonly name: string;
  readonly place: WorkspacePlace;
  readonly grants: readonly PlannedGrant[];
  readonly deployed: DeployedResources;
}

/**
 * Stops before the first declaration if the workspace cannot be used.
 * @throws pulumi.RunError that names the key of the setting, and what to do.
 */
export async function requireWorkspace(
  call: ResourceManagerCall,
  place: WorkspacePlace,
  tenantId: string,
): Promise<void> {
  const state = await readSentinelWorkspace(call, place);
  if (state === "ready") return;
  const { key, text } = workspaceFaults(place, tenantId)[state];
  throw new pulumi.RunError(`sentinelAccess.${key}: ${text} Nothing was changed.`);
}

function workspaceFaults(
  { subscriptionId, resourceGroup, workspaceName }: WorkspacePlace,
  tenantId: string,
): Readonly<Record<Exclude<WorkspaceState, "ready">, { readonly key: string; readonly text: string }>> {
  const group = `resource group ${resourceGroup}`;
  return {
    noSubscription: {
      key: "subscriptionId",
      text: `tenant ${tenantId} has no subscription ${subscriptionId} that the automation sees. Correct the ID, or assign the automation its role there: \`npx mssp permissions\`.`,
    },
    otherTenant: {
      key: "subscriptionId",
      text: `the subscription ${subscriptionId} belongs to another tenant than ${tenantId} (tenantId). Name a subscription of the customer.`,
    },
    noResourceGroup: {
      key: "resourceGroup",
      text: `the subscription ${subscriptionId} has no ${group}. Correct the name.`,
    },
    noWorkspace: {
      key: "workspaceName",
      text: `the ${group} has no Log Analytics workspace ${workspaceName}. Correct the name.`,
    },
    noSentinel: {
      key: "workspaceName",
      text: `the workspace ${workspaceName} does not have Microsoft Sentinel. Name the workspace that has it, or ask the customer to add Microsoft Sentinel.`,
    },
    notPermitted: {
      key: "subscriptionId",
      text: `the automation may not read the workspace ${workspaceName} in the ${group}. It needs Role Based Access Control Administrator there, with the condition that \`npx mssp permissions\` prints.`,
    },
  };
}

/**
 * Assignments of other parties that give a planned role already: those of adopted groups are taken
 * over, the others are named in a warning and left.
 * @throws pulumi.RunError if the subscription has no room for the assignments.
 */
export async function existingAssignments(
  call: ResourceManagerCall,
  plan: Plan,
): Promise<Partial<Record<SentinelGrantKey, ExistingAssignment>>> {
  const all = await listVisibleAssignments(call, plan.place);
  const existing: Partial<Record<SentinelGrantKey, ExistingAssignment>> = {};
  let toCreate = 0;
  for (const grant of plan.grants) {
    for (const role of grant.roles) {
      const key = sentinelGrantKey(grant.group, role);
      const own = deployedAssignment(plan, key);
      const found = existingAssignment(plan, grant, role, all, own);
      if (found !== undefined) existing[key] = found;
      if (found?.state === "left") await pulumi.log.warn(leftText(grant.group, role, found.id));
      if (found === undefined && own === undefined) toCreate++;
    }
  }
  refuseFullSubscription(plan.place, all, toCreate);
  return existing;
}

function existingAssignment(
  { place, deployed }: Plan,
  { objectId, isAdopted }: PlannedGrant,
  role: SentinelRole,
  all: readonly AzureRoleAssignment[],
  own: { readonly id: string; readonly principalId: unknown } | undefined,
): ExistingAssignment | undefined {
  if (objectId === undefined) return undefined;
  const scope = resourceGroupId(place);
  const roleDefinitionId = roleDefinitionResourceId(place.subscriptionId, role);
  const planned = { scope, roleDefinitionId, principalId: objectId };
  const name = roleAssignmentName(planned);
  // An adopted assignment keeps its name; another group gets an assignment of its own.
  if (own !== undefined && own.principalId === objectId) {
    return lastSegment(own.id).toLowerCase() === name ? undefined : { id: own.id, state: "adopted" };
  }
  const twin = all.find(
    ({ id, name: given, properties }) =>
      isSameAssignedRole(properties, planned) ||
      (given.toLowerCase() === name && id.toLowerCase().startsWith(scope.toLowerCase())),
  );
  if (twin === undefined || isOwn(twin, deployed)) return undefined;
  const isSame = isSameAssignedRole(twin.properties, planned);
  return { id: twin.id, state: isAdopted && isSame ? "import" : "left" };
}

/** Whether an interrupted create of this stack made it: it has the stack's mark. */
function isOwn({ properties }: AzureRoleAssignment, deployed: DeployedResources): boolean {
  const identity = Object.values(deployed).find(({ type }) => judgedType(type) === dynamic("StackIdentity"));
  const stackId = identity?.outputs["stackId"];
  return typeof stackId === "string" && parseStackMark(properties.description)?.stackId === stackId;
}

function deployedAssignment({ name, deployed }: Plan, key: string) {
  const entry = Object.entries(deployed).find(
    ([urn, { type }]) => type === azureRoleAssignment && urn.endsWith(`::${name}-${key}`),
  );
  if (entry === undefined) return undefined;
  const { name: given, scope, principalId } = entry[1].outputs;
  return typeof given === "string" && typeof scope === "string"
    ? { id: roleAssignmentPath(scope, given), principalId }
    : undefined;
}

function leftText(group: SentinelGroup, role: SentinelRole, id: string): string {
  return (
    `sentinelAccess: another party gave the group ${group} the role ${role}, or took the name of its assignment: ${id}. ` +
    "It is left as it is, and this stack declares no second one. To let this stack manage the role, delete that assignment and run `npx pulumi up`."
  );
}

function refuseFullSubscription(
  { subscriptionId }: WorkspacePlace,
  all: readonly AzureRoleAssignment[],
  toCreate: number,
): void {
  const prefix = azureScope({ subscriptionId });
  const used = all.filter(({ properties }) => properties.scope.toLowerCase().startsWith(prefix)).length;
  if (toCreate === 0 || used + toCreate <= mostRoleAssignments) return;
  throw new pulumi.RunError(
    `sentinelAccess.subscriptionId: the subscription ${subscriptionId} has ${used} role assignments, and this stack needs ${toCreate} more; ` +
      `Azure allows ${mostRoleAssignments}. Nothing was changed. Ask the customer to remove assignments that nobody needs.`,
  );
}
