/**
 * What the dynamic resource `DefenderRoleAssignment` does. An assignment is known by its role and
 * its name: Graph has no place for a mark on it, and the role is this stack's own.
 */
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import {
  checkText,
  checkTexts,
  checkUuid,
  differences,
  unknown,
  picked,
  type CheckFailure,
  type Properties,
} from "./provider";
import { replicated } from "./replicated";
import { isUuid } from "../uuid";
import { roleAdvice } from "./roleDefinition";
import {
  allDataSources,
  createRoleAssignment,
  deleteRoleAssignment,
  getRoleAssignment,
  listRoleAssignments,
  updateRoleAssignment,
  type DefenderRoleAssignmentObject,
} from "../defender/roles";

export type RoleAssignmentInputs = {
  /** The customer's tenant. */
  tenantId: string;
  /** What the portal calls the assignment. */
  displayName: string;
  roleDefinitionId: string;
  /** Object IDs of the groups or users that get the role. */
  principalIds: string[];
  /** Defender's data sources (`appScopeIds`). `/`: all of them, also those to come. */
  dataSources: string[];
  /**
   * By which model the portal is reached; another one takes the assignment away before it is made
   * anew.
   */
  portalAccess?: string;
};

const names = ["tenantId", "displayName", "roleDefinitionId", "principalIds", "dataSources", "portalAccess"] as const;

/**
 * The methods of a Pulumi dynamic provider; see `provider.ts`. The resource's ID is the
 * assignment's in Graph.
 */
export const roleAssignmentResource = replicated(
  {
    /** Checks what is known, and writes lists in one order. */
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      inputs.dataSources ??= [allDataSources];
      const failures = [
        ...checkUuid(inputs, "tenantId"),
        ...checkText(inputs, "displayName"),
        ...checkText(inputs, "roleDefinitionId"),
        ...checkTexts(inputs, "principalIds", { least: 1 }),
        ...checkTexts(inputs, "dataSources", { least: 1 }),
        ...(inputs.portalAccess === undefined ? [] : checkText(inputs, "portalAccess")),
      ];
      if (failures.length === 0) failures.push(...checkPrincipals(inputs));
      return { inputs, failures };
    },

    diff(_id: string, olds: Properties, news: Properties) {
      const replaces = ["tenantId", "roleDefinitionId", "portalAccess"];
      return differences(olds, news, { compared: names, replaces });
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      const { id } = (await adoptOwn(call, inputs)) ?? (await createRoleAssignment(call, inputs, context));
      return { id, outs: inputs };
    },

    /** The assignment as it is; the ID is empty where it has gone, which tells the engine so. */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      const state = inputsOf(props);
      const found = await getRoleAssignment(await graphCall(state.tenantId, context), id);
      if (found === undefined) return { id: "" };
      const there: RoleAssignmentInputs = {
        ...state,
        displayName: found.displayName,
        roleDefinitionId: found.roleDefinitionId,
        principalIds: found.principalIds.map((principal) => principal.toLowerCase()).sort(),
        dataSources: [...found.dataSources].sort(),
      };
      return { id, props: there, inputs: there };
    },

    async update(id: string, _olds: Properties, news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      await updateRoleAssignment(await graphCall(inputs.tenantId, context), id, inputs);
      return { outs: inputs };
    },

    async delete(id: string, props: Properties, context: CallContext = {}) {
      await deleteRoleAssignment(await graphCall(inputsOf(props).tenantId, context), id, context);
    },
  },
  { what: (step) => `The Defender role assignment's ${step}`, advice: roleAdvice },
);

function checkPrincipals(inputs: Record<string, unknown>): CheckFailure[] {
  const { principalIds } = inputs;
  if (!Array.isArray(principalIds) || principalIds.includes(unknown)) return [];
  const ids = (principalIds as string[]).map((id) => id.toLowerCase());
  inputs.principalIds = [...new Set(ids)].sort();
  const wrong = ids.filter((id) => !isUuid(id));
  return wrong.map((id) => ({ property: "principalIds", reason: `"${id}" is not a UUID` }));
}

/**
 * What this stack made before, and lost sight of: made as it is wanted. One create may have made
 * several, when its answer was lost.
 */
async function adoptOwn(
  call: GraphCall,
  inputs: RoleAssignmentInputs,
): Promise<DefenderRoleAssignmentObject | undefined> {
  const isOwn = (one: DefenderRoleAssignmentObject) =>
    one.roleDefinitionId === inputs.roleDefinitionId && one.displayName === inputs.displayName;
  const [own, ...surplus] = (await listRoleAssignments(call)).filter(isOwn);
  for (const { id } of surplus) await deleteRoleAssignment(call, id);
  if (own !== undefined) await updateRoleAssignment(call, own.id, inputs);
  return own;
}

function inputsOf(props: Properties): RoleAssignmentInputs {
  return picked(props, names) as unknown as RoleAssignmentInputs;
}
