/**
 * Role assignments of Azure: their names, and how they are read.
 * https://learn.microsoft.com/rest/api/authorization/role-assignments
 */
import { ServiceError } from "@defender-mssp/errors";
import { goneStatuses } from "../graph/gone";
import { listSchedules } from "../graph/schedules";
import { lastSegment } from "../lastSegment";
import { uuidV5 } from "../uuidV5";
import { armList, type ResourceManagerCall } from "./armCall";
import { resourceGroupId } from "./readSentinelWorkspace";
import { azureScope, roleAssignmentsPath, roleEligibilitiesPath } from "./resourceId";

export const roleAssignmentsApiVersion = "2022-04-01";

/**
 * The most role assignments of a subscription, at the subscription and below.
 * https://learn.microsoft.com/azure/role-based-access-control/troubleshoot-limits
 */
export const mostRoleAssignments = 4000;

/** A role assignment as Azure Resource Manager answers it. */
export interface AzureRoleAssignment {
  readonly id: string;
  readonly name: string;
  readonly properties: {
    readonly principalId: string;
    readonly principalType?: string | null;
    readonly roleDefinitionId: string;
    readonly scope: string;
    readonly description?: string | null;
    readonly condition?: string | null;
    readonly createdOn?: string | null;
  };
}

/** Whether a scope is another one, or inside it. IDs of Azure ignore case. */
export function isWithinScope(scope: string, outer: string): boolean {
  return `${scope.toLowerCase()}/`.startsWith(`${outer.toLowerCase()}/`);
}

/** What an assignment gives: Azure accepts each of these once. */
export interface AssignedRole {
  /** Resource ID of the scope. */
  readonly scope: string;
  /** ID of the role's definition, a UUID, or its resource ID. */
  readonly roleDefinitionId: string;
  /** Object ID of the principal. */
  readonly principalId: string;
}

/** The namespace of names that are addresses (RFC 9562, section 6.6). */
const urlNamespace = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";

/**
 * The name of the assignment, a UUID of its scope, role and principal: a second `up`, or a second
 * machine, asks for the same one. Azure refuses a second name for the same three with 409
 * RoleAssignmentExists.
 */
export function roleAssignmentName({ scope, roleDefinitionId, principalId }: AssignedRole): string {
  return uuidV5(urlNamespace, [scope, lastSegment(roleDefinitionId), principalId].join("|").toLowerCase());
}

/** Whether both give the same role to the same principal at the same scope. */
export function isSameAssignedRole(one: AssignedRole, other: AssignedRole): boolean {
  return roleAssignmentName(one) === roleAssignmentName(other);
}

export function roleAssignmentPath(scope: string, name: string): string {
  return `${roleAssignmentsPath(scope)}/${name}`;
}

/** The assignments at, above and below a scope that the identity may read. @throws ServiceError */
export function listAzureAssignments(call: ResourceManagerCall, scope: string): Promise<AzureRoleAssignment[]> {
  return armList(call, `${roleAssignmentsPath(scope)}?api-version=${roleAssignmentsApiVersion}`);
}

export const roleEligibilitiesApiVersion = "2020-10-01";

/**
 * The roles that principals may activate at, above and below a scope.
 * https://learn.microsoft.com/rest/api/authorization/role-eligibility-schedules
 * @throws ServiceError
 */
export function listAzureEligibilities(call: ResourceManagerCall, scope: string): Promise<AzureRoleAssignment[]> {
  const path = `${roleEligibilitiesPath(scope)}?api-version=${roleEligibilitiesApiVersion}`;
  return listSchedules<AzureRoleAssignment>(call, path, armList);
}

/** Path of the request that ends an eligible role. A PUT with this name ends it once. */
export function eligibilityEndPath({ id, properties }: AzureRoleAssignment): string {
  const requests = `${properties.scope}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests`;
  return `${requests}/${uuidV5(urlNamespace, `end ${id}`.toLowerCase())}?api-version=${roleEligibilitiesApiVersion}`;
}

/**
 * The assignments of the resource group's subscription; those at, above and below the resource group
 * where the identity has a role there only.
 * @throws ServiceError
 */
export async function listVisibleAssignments(
  call: ResourceManagerCall,
  place: Parameters<typeof resourceGroupId>[0],
  list = listAzureAssignments,
): Promise<AzureRoleAssignment[]> {
  try {
    return await list(call, azureScope({ subscriptionId: place.subscriptionId }));
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 403) throw error;
    return list(call, resourceGroupId(place));
  }
}

/**
 * Whether Azure refused an assignment because it does not know the new principal yet: 400
 * PrincipalNotFound, until the directory has replicated.
 * https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
 */
export function isPrincipalNotReplicated(error: string): boolean {
  return /\bPrincipalNotFound\b/.test(error);
}

/**
 * Whether Azure refused a resource because it does not know its parent or scope: a new vault, secret
 * or resource group.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-parent-resource
 */
export function isParentNotReplicated(error: string): boolean {
  return /\b(ParentResourceNotFound|ResourceNotFound|ResourceGroupNotFound|RegistrationDefinitionNotFound)\b/.test(
    error,
  );
}

/**
 * Whether a create failed because the assignment exists: azure-native looks its ID up before it
 * writes, and Azure answers 409 to another name with the same role, principal and scope.
 */
export function isExistingAssignment(error: string): boolean {
  return /already existing resource|\bRoleAssignmentExists\b/.test(error);
}

/**
 * Deletes the assignment that a lost create has left: one with the very role, principal and
 * description, which has the stack's mark. The assignment of another party is left.
 *
 * @param inputs of the resource, as the engine has them.
 * @returns `repeat`: the create may be sent again.
 * @throws ServiceError
 */
export async function undoLostAssignment(
  call: ResourceManagerCall,
  inputs: Readonly<Record<string, unknown>>,
): Promise<"repeat" | { readonly foreign: string }> {
  const planned = inputs as unknown as AssignedRole & { readonly description?: string };
  const all = await listAzureAssignments(call, planned.scope);
  const twin = all.find(({ properties }) => isSameAssignedRole(properties, planned));
  if (twin === undefined) return "repeat";
  const isOwn = (planned.description ?? "") !== "" && twin.properties.description === planned.description;
  if (!isOwn) return { foreign: twin.id };
  await call(`${twin.id}?api-version=${roleAssignmentsApiVersion}`, { method: "DELETE", accept: goneStatuses });
  return "repeat";
}
