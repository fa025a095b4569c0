import {
  armCall,
  graphCall,
  isExistingAssignment,
  isLostAnswer,
  isLostCreate,
  isPrincipalNotReplicated,
  messageOf,
  undoLostAssignment,
  undoLostCreate,
  wait,
  type CallContext,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { azureRoleAssignment } from "../../domain/resourceTypes";
import { inThisRun } from "../hooks";
import type { DeployedResources } from "./deployedResources";

/** How often an operation is tried at most, the first time included. */
const maximumTries = 4;

/**
 * How often an assignment to a new principal is tried at most, and the longest wait between two
 * tries, in milliseconds: about three minutes together.
 */
const principalTries = 8;
const longestPause = 30_000;

/**
 * A transformation that lets the resources of azuread, and role assignments of azure-native, recover from a cut connection
 * within the same `up`. The azuread plugin repeats no request that writes, and no request that ends
 * with EOF: a create whose answer is lost, or whose poll for the new object is cut, fails, and its
 * object would be in the tenant without being in the state.
 *
 * - Create: deletes what the lost request has created, and has the engine create the resource
 *   again. Only an object that is certainly this stack's counts: it carries the stack's mark with
 *   its random ID, or is a part of such an object. If none is found although Graph would accept a
 *   second one, the create fails as before.
 * - Update: has the engine repeat it. azuread's updates set values, so a repetition changes
 *   nothing.
 * - Create of a role assignment: waits and repeats while Azure does not know the new group.
 *
 * @param tenantId the customer's tenant ID, a UUID.
 * @param deployed the stack's resources: `await deployedResources()`. What they name is not
 * deleted.
 * @param hookName name of the hook, unique in the stack's run.
 *
 * ## Least privileges
 * None: who creates an object may delete it.
 *
 * @example
 * const recover = recoverLostCreates(tenantId, await deployedResources());
 * new azuread.Group("analysts", { displayName: "Analysts", securityEnabled: true }, { transformations: [recover] });
 */
export function recoverLostCreates(
  tenantId: string,
  deployed: DeployedResources,
  context: CallContext = {},
  hookName = "lost-creates",
): pulumi.ResourceTransformation {
  const known = JSON.stringify(Object.values(deployed).map(({ outputs }) => outputs)).toLowerCase();
  const isKnown = (id: string) => known.includes(id.toLowerCase());
  const recover = async (args: pulumi.ErrorHookArgs): Promise<boolean> => {
    const { failedOperation, type, name, newInputs = {}, errors } = args;
    const isLast = errors.length >= maximumTries;
    if (failedOperation === "update") return !isLast && isLostAnswer(errors[0] ?? "");
    if (failedOperation !== "create") return false;
    if (type === azureRoleAssignment) return recoverAssignment(args, tenantId, context);
    if (!isLostCreate({ type, errors })) return false;
    try {
      const call = await graphCall(tenantId, context);
      const outcome = await undoLostCreate(
        call,
        { type, inputs: await plainInputs(newInputs), errors, isKnown },
        context,
      );
      return outcome === "repeat" && !isLast;
    } catch (failure) {
      const reason = messageOf(failure);
      await pulumi.log.warn(`${name}: its lost create could not be looked up: ${reason}`);
      return false;
    }
  };
  const hook = new pulumi.ErrorHook(hookName, inThisRun(recover));
  return ({ type, props, opts }) => {
    if (!type.startsWith("azuread:") && type !== azureRoleAssignment) return undefined;
    const hooks = { ...opts.hooks, onError: [...(opts.hooks?.onError ?? []), hook] };
    return { props, opts: { ...opts, hooks } };
  };
}

async function recoverAssignment(
  { name, newInputs = {}, errors }: pulumi.ErrorHookArgs,
  tenantId: string,
  context: CallContext,
): Promise<boolean> {
  const [last = ""] = errors;
  if (isPrincipalNotReplicated(last)) {
    if (errors.length >= principalTries) return false;
    const sleep = context.sleep ?? wait;
    await sleep(Math.min(1000 * 2 ** errors.length, longestPause), context.signal);
    return true;
  }
  if (errors.length >= maximumTries || !(isLostAnswer(last) || isExistingAssignment(last))) return false;
  try {
    const outcome = await undoLostAssignment(await armCall(tenantId, context), await plainInputs(newInputs));
    if (typeof outcome !== "string") {
      await pulumi.log.warn(
        `${name}: another party gave this role to this group: ${outcome.foreign}. It is left as it is. Run \`npx pulumi up\` again.`,
      );
    }
    return outcome === "repeat";
  } catch (failure) {
    const reason = messageOf(failure);
    await pulumi.log.warn(`${name}: its lost create could not be looked up: ${reason}`);
    return false;
  }
}

/** Secrets among a hook's inputs, such as a certificate's `value`, are Outputs. */
function plainInputs(inputs: object): Promise<Record<string, unknown>> {
  return new Promise((resolve) => pulumi.output(inputs).apply((plain) => resolve(plain as Record<string, unknown>)));
}
