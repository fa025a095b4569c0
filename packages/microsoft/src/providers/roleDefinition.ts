/**
 * What the dynamic resource `DefenderRoleDefinition` does. A role is marked in its description,
 * since Graph has no other place for it: by that mark a second create after a crash recognises its
 * own. A role of the same name that somebody else made is never touched.
 */
import { VisibleError, withoutUndefined, type ServiceError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { goneAdvice } from "../graph/gone";
import {
  checkText,
  checkTexts,
  checkUuid,
  differences,
  picked,
  unknown,
  type CheckFailure,
  type Properties,
} from "./provider";
import { replicated } from "./replicated";
import {
  createRoleDefinition,
  deleteRoleDefinition,
  getRoleDefinition,
  listRoleDefinitions,
  updateRoleDefinition,
  type DefenderRoleDefinitionObject,
} from "../defender/roles";
import { effectiveActions, isDefenderAction } from "../defender/tiers";

export type RoleDefinitionInputs = {
  /** The customer's tenant. */
  tenantId: string;
  displayName: string;
  /** What a reader of the portal sees, the mark apart. */
  description?: string;
  /** Actions of Defender's unified RBAC, as `effectiveActions` writes them. */
  permissions: string[];
  /** What the role is marked with. */
  managedBy: string;
};

const names = ["tenantId", "displayName", "description", "permissions", "managedBy"] as const;

/**
 * The methods of a Pulumi dynamic provider; see `provider.ts`. The resource's ID is the role's in
 * Graph. What refers to the role takes that, no output: while a preview updates the role, the engine
 * knows the ID alone, and what refers to an output would look replaced.
 */
export const roleDefinitionResource = replicated(
  {
    /** Checks what is known, and writes the permissions as Defender keeps them. */
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      const failures = [
        ...checkUuid(inputs, "tenantId"),
        ...checkText(inputs, "displayName"),
        ...(inputs.description === undefined ? [] : checkText(inputs, "description")),
        ...checkTexts(inputs, "permissions", { least: 1 }),
      ];
      if (failures.length === 0) failures.push(...checkActions(inputs));
      return { inputs, failures };
    },

    diff(_id: string, olds: Properties, news: Properties) {
      return differences(olds, news, { compared: names, replaces: ["tenantId"] });
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      const { id } = (await adoptOwn(call, inputs)) ?? (await createRoleDefinition(call, wanted(inputs), context));
      return { id, outs: inputs };
    },

    /** The role as it is; the ID is empty where it has gone, which tells the engine so. */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      const state = inputsOf(props);
      const found = await getRoleDefinition(await graphCall(state.tenantId, context), id);
      if (found === undefined) return { id: "" };
      const there: RoleDefinitionInputs = withoutUndefined({ ...state, ...seen(found, state) });
      return { id, props: there, inputs: there };
    },

    async update(id: string, _olds: Properties, news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      await refuseNamesakes(call, inputs, (one) => one.id === id);
      await updateRoleDefinition(call, id, wanted(inputs));
      return { outs: inputs };
    },

    async delete(id: string, props: Properties, context: CallContext = {}) {
      await deleteRoleDefinition(await graphCall(inputsOf(props).tenantId, context), id, context);
    },
  },
  { what: (step) => `The Defender role's ${step}`, advice: roleAdvice },
);

function checkActions(inputs: Record<string, unknown>): CheckFailure[] {
  const { permissions } = inputs;
  if (!Array.isArray(permissions) || permissions.includes(unknown)) return [];
  const wrong = (permissions as string[]).filter((one) => !isDefenderAction(one.trim()));
  inputs.permissions = effectiveActions(permissions as string[]);
  return wrong.map((one) => ({
    property: "permissions",
    reason: `"${one}" is not written as Defender's permissions are: microsoft.xdr/…/read or microsoft.xdr/…/manage`,
  }));
}

/**
 * What this stack made before, and lost sight of: made as it is wanted. One create may have made
 * several, when its answer was lost.
 */
async function adoptOwn(
  call: GraphCall,
  inputs: RoleDefinitionInputs,
): Promise<DefenderRoleDefinitionObject | undefined> {
  const isOwn = (role: DefenderRoleDefinitionObject) =>
    !role.isBuiltIn && ` ${role.description}`.endsWith(markOf(inputs));
  const [own, ...surplus] = (await refuseNamesakes(call, inputs, isOwn)).filter(isOwn);
  for (const { id } of surplus) await deleteRoleDefinition(call, id);
  if (own !== undefined) await updateRoleDefinition(call, own.id, wanted(inputs));
  return own;
}

/**
 * All roles there are. Throws where somebody else's has the name: in the portal nobody could tell
 * the two apart.
 */
async function refuseNamesakes(
  call: GraphCall,
  { displayName, tenantId, managedBy }: RoleDefinitionInputs,
  isOwn: (role: DefenderRoleDefinitionObject) => boolean,
): Promise<DefenderRoleDefinitionObject[]> {
  const roles = await listRoleDefinitions(call);
  const sameName = (role: DefenderRoleDefinitionObject) => role.displayName.toLowerCase() === displayName.toLowerCase();
  const namesake = roles.find((role) => sameName(role) && !isOwn(role));
  if (namesake === undefined) return roles;
  const found = `Tenant ${tenantId} already has a Defender role "${namesake.displayName}" (${namesake.id})`;
  throw new VisibleError(
    isOfStack(namesake, managedBy)
      ? `${found}, another role of this stack. A name moves to another role in two steps: rename that role first (setting portalAccess.tiers), ` +
          "run `npx pulumi up --refresh`, then rename this one."
      : `${found} that this stack did not create, so it is not changed. Choose another name (setting portalAccess.tiers), or delete that ` +
          "role if nobody needs it.",
  );
}

/**
 * Whether the role's mark is that of another resource of the same stack:
 * `<project>/<stack>/<resource>`.
 */
function isOfStack({ description, isBuiltIn }: DefenderRoleDefinitionObject, managedBy: string): boolean {
  const stack = managedBy.slice(0, managedBy.lastIndexOf("/") + 1);
  return !isBuiltIn && stack !== "" && description.includes(`(managed by ${stack}`);
}

function wanted(inputs: RoleDefinitionInputs) {
  const { displayName, description = "", permissions } = inputs;
  return { displayName, description: `${description}${markOf(inputs)}`.trim(), permissions };
}

/** Begins with a space, which a description of nothing else lacks. */
function markOf({ managedBy }: Pick<RoleDefinitionInputs, "managedBy">): string {
  return ` (managed by ${managedBy})`;
}

/**
 * What is there, in the words of the inputs. Without its mark it is as if nobody managed it: a
 * difference, which an update mends.
 */
function seen(found: DefenderRoleDefinitionObject, state: RoleDefinitionInputs): Partial<RoleDefinitionInputs> {
  const mark = markOf(state);
  const text = ` ${found.description}`;
  const isMarked = text.endsWith(mark);
  const description = (isMarked ? text.slice(0, -mark.length) : text).trim();
  return {
    displayName: found.displayName,
    description: description === "" ? undefined : description,
    permissions: effectiveActions(found.permissions),
    managedBy: isMarked ? state.managedBy : "",
  };
}

function inputsOf(props: Properties): RoleDefinitionInputs {
  return picked(props, names) as unknown as RoleDefinitionInputs;
}

/** What to do about an error of Graph's about roles and their assignments. */
export function roleAdvice(failure: ServiceError): string {
  if (failure.status === 403) {
    return (
      "The identity that runs this needs Microsoft Graph's application permission RoleManagement.ReadWrite.Defender in this tenant, " +
      "with the consent of an administrator; and the tenant needs Defender's unified RBAC."
    );
  }
  return goneAdvice(failure);
}
