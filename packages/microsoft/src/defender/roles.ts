/**
 * Defender's unified RBAC in Graph **beta**: `/roleManagement/defender/roleDefinitions` and
 * `/roleAssignments`. v1.0 has neither.
 * https://learn.microsoft.com/graph/api/resources/unifiedroledefinition and
 * …/unifiedroleassignmentmultiple. Application permission RoleManagement.ReadWrite.Defender;
 * reading alone RoleManagement.Read.Defender.
 *
 * What the service does beyond its documents was measured in public code
 * (KnudsenMorten/PIM4EntraPS, 2026-09):
 * - a create that succeeded may be answered by a redirect instead of the object: it isn't followed,
 *   what was made is looked for;
 * - an assignment's body must not name its `@odata.type`;
 * - assignments made in the portal have `directoryScopeIds: ["/"]`, and their data sources in
 *   `appScopeIds`, `/` for all of them.
 */
import { ServiceError } from "@defender-mssp/errors";
import { textOf, textsOf } from "@defender-mssp/errors/json";
import { type Answer } from "../http";
import { graphList, type GraphCall } from "../graph/call";
import { graphCollection } from "../graph/collection";
import { createOnce } from "../graph/createOnce";
import { deleteSeen, goneStatuses, isGone } from "../graph/gone";
import { untilSeen, waits, type Wait, type WaitContext } from "../waits";

export interface DefenderRoleDefinitionObject {
  id: string;
  displayName: string;
  description: string;
  /** The actions of all its permissions (`allowedResourceActions`). */
  permissions: string[];
  isBuiltIn: boolean;
}

/** The holders of a role and its data sources. */
export interface DefenderRoleAssignmentObject {
  id: string;
  displayName: string;
  roleDefinitionId: string;
  /** Object IDs of groups and users. */
  principalIds: string[];
  /** Data sources (`appScopeIds`): `/` for all, also those to come. */
  dataSources: string[];
}

/** All data sources, also those to come. */
export const allDataSources = "/";

const permissions = {
  read: ["RoleManagement.Read.Defender"],
  write: ["RoleManagement.ReadWrite.Defender"],
} as const;
export const graphDefenderRoles = graphCollection("/beta/roleManagement/defender/roleDefinitions", permissions);
export const graphDefenderAssignments = graphCollection("/beta/roleManagement/defender/roleAssignments", permissions);
const { path: definitions } = graphDefenderRoles;
const { path: assignments } = graphDefenderAssignments;

export async function listRoleDefinitions(call: GraphCall): Promise<DefenderRoleDefinitionObject[]> {
  return (await graphList(call, definitions)).map(definitionOf);
}

/** The current role; undefined if there is none. */
export async function getRoleDefinition(
  call: GraphCall,
  id: string,
): Promise<DefenderRoleDefinitionObject | undefined> {
  const answer = await call(graphDefenderRoles.item(id), { accept: goneStatuses });
  return isGone(answer) ? undefined : definitionOf(entityOf(answer, id, definitions));
}

/** Creates the role and waits until the service returns it. */
export async function createRoleDefinition(
  call: GraphCall,
  role: Pick<DefenderRoleDefinitionObject, "displayName" | "description" | "permissions">,
  context: WaitContext = {},
): Promise<DefenderRoleDefinitionObject> {
  const isIt = (found: DefenderRoleDefinitionObject) =>
    found.displayName === role.displayName && found.description === role.description;
  const find = async () => (await listRoleDefinitions(call)).find(isIt);
  const id = await idOfNew(call, definitions, definitionBody(role), find, waits.defenderRole, context);
  return sought(() => getRoleDefinition(call, id), definitions, context);
}

export async function updateRoleDefinition(
  call: GraphCall,
  id: string,
  role: Pick<DefenderRoleDefinitionObject, "displayName" | "description" | "permissions">,
): Promise<void> {
  const path = graphDefenderRoles.item(id);
  await call(path, { method: "PATCH", json: definitionBody(role), idempotent: true, accept: redirects });
}

/** Deletes the role; a missing one is accepted. */
export async function deleteRoleDefinition(call: GraphCall, id: string, context: WaitContext = {}): Promise<void> {
  await deleteSeen(call, graphDefenderRoles.item(id), context);
}

export async function listRoleAssignments(call: GraphCall): Promise<DefenderRoleAssignmentObject[]> {
  return (await graphList(call, assignments)).map(assignmentOf);
}

/** The current assignment; undefined if there is none. */
export async function getRoleAssignment(
  call: GraphCall,
  id: string,
): Promise<DefenderRoleAssignmentObject | undefined> {
  const answer = await call(graphDefenderAssignments.item(id), { accept: goneStatuses });
  return isGone(answer) ? undefined : assignmentOf(entityOf(answer, id, assignments));
}

/**
 * Assigns the role and waits until the service returns the assignment. Also waits for a new role or
 * group.
 */
export async function createRoleAssignment(
  call: GraphCall,
  assignment: Omit<DefenderRoleAssignmentObject, "id">,
  context: WaitContext = {},
): Promise<DefenderRoleAssignmentObject> {
  const json = { ...assignmentBody(assignment), roleDefinitionId: assignment.roleDefinitionId };
  const isIt = (found: DefenderRoleAssignmentObject) =>
    found.displayName === assignment.displayName && found.roleDefinitionId === assignment.roleDefinitionId;
  const find = async () => (await listRoleAssignments(call)).find(isIt);
  // A new role or group that the service does not know yet is answered with 404.
  const isUnknown = ({ status }: ServiceError) => status === 404;
  const id = await idOfNew(call, assignments, json, find, waits.defenderPrincipal, { ...context, isUnknown });
  return sought(() => getRoleAssignment(call, id), assignments, context);
}

export async function updateRoleAssignment(
  call: GraphCall,
  id: string,
  assignment: Omit<DefenderRoleAssignmentObject, "id" | "roleDefinitionId">,
): Promise<void> {
  const path = graphDefenderAssignments.item(id);
  await call(path, { method: "PATCH", json: assignmentBody(assignment), idempotent: true, accept: redirects });
}

/** Deletes the assignment; a missing one is accepted. */
export async function deleteRoleAssignment(call: GraphCall, id: string, context: WaitContext = {}): Promise<void> {
  await deleteSeen(call, graphDefenderAssignments.item(id), context);
}

/** The answers that public code saw instead of 201 after a create that had succeeded. */
const redirects = [301, 302, 303, 307, 308];

function definitionBody(role: Pick<DefenderRoleDefinitionObject, "displayName" | "description" | "permissions">) {
  const { displayName, description, permissions } = role;
  return { displayName, description, rolePermissions: [{ allowedResourceActions: permissions }] };
}

function assignmentBody(assignment: Omit<DefenderRoleAssignmentObject, "id" | "roleDefinitionId">) {
  const { displayName, principalIds, dataSources } = assignment;
  return { displayName, principalIds, directoryScopeIds: ["/"], appScopeIds: dataSources };
}

/** Creates an object and answers its ID, which an answer may lack. */
async function idOfNew(
  call: GraphCall,
  path: string,
  json: object,
  find: () => Promise<{ readonly id: string } | undefined>,
  row: Wait,
  context: WaitContext,
): Promise<string> {
  const post = async () => ({
    id: idIn(await call(path, { method: "POST", json, accept: redirects, idempotent: false })),
  });
  const { made } = await createOnce(row, { post, find }, context);
  return made.id ?? (await sought(find, path, context)).id;
}

/** Looks for a new object until the service shows it. */
async function sought<T>(find: () => Promise<T | undefined>, path: string, context: WaitContext): Promise<T> {
  const found = await untilSeen(waits.defenderRole, find, context);
  if (found !== undefined) return found;
  const message =
    "the request was accepted, but the object did not appear within ten minutes; the next `up` finds it if it appears later";
  throw new ServiceError({ status: 200, message, method: "POST", url: path });
}

function idIn({ body }: Answer): string | undefined {
  const { id } = (body ?? {}) as { id?: unknown };
  return typeof id === "string" && id !== "" ? id : undefined;
}

function entityOf(answer: Answer, id: string, path: string): Record<string, unknown> {
  if (idIn(answer)?.toLowerCase() === id.toLowerCase()) return answer.body as Record<string, unknown>;
  const message = `this is not the object ${id}`;
  throw new ServiceError({ status: answer.status, message, method: "GET", url: `${path}/${id}` });
}

function definitionOf(entity: Record<string, unknown>): DefenderRoleDefinitionObject {
  const rolePermissions = (entity.rolePermissions ?? []) as { allowedResourceActions?: string[] | null }[];
  return {
    id: textOf(entity.id),
    displayName: textOf(entity.displayName),
    description: textOf(entity.description),
    permissions: rolePermissions.flatMap(({ allowedResourceActions }) => allowedResourceActions ?? []),
    isBuiltIn: entity.isBuiltIn === true,
  };
}

function assignmentOf(entity: Record<string, unknown>): DefenderRoleAssignmentObject {
  return {
    id: textOf(entity.id),
    displayName: textOf(entity.displayName),
    roleDefinitionId: textOf(entity.roleDefinitionId),
    principalIds: textsOf(entity.principalIds),
    dataSources: textsOf(entity.appScopeIds),
  };
}
