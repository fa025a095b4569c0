import {
  armCall,
  clockFrom,
  failureOf,
  graphCall,
  isExistingAssignment,
  isLostAnswer,
  isLostCreate,
  isParentNotReplicated,
  isPrincipalNotReplicated,
  isTooEarly,
  lastSegment,
  messageOf,
  undoLostAssignment,
  undoLostCreate,
  waitForRepeat,
  waits,
  type CallContext,
  type Wait,
} from "@defender-mssp/microsoft";
import { minuteMs } from "@defender-mssp/errors/time";
import * as pulumi from "@pulumi/pulumi";
import { azuread, azureRoleAssignment, keyVaultSecret, registrationAssignment } from "../../domain/resourceTypes";
import { inThisRun } from "../hooks";
import type { DeployedResources } from "./deployedResources";
import { completeHalfMade, isHalfMade } from "./halfMade";

/** How often an operation whose request was cut is tried at most, the first time included. */
const maximumTries = 4;

/** The engine repeats an operation a hundred times at most. */
const mostTries = 90;

/**
 * A transformation that lets the resources of azuread, and role assignments of azure-native, recover
 * within the same `up` from a cut connection and from replicas that do not agree. The azuread plugin
 * repeats no request that ends with EOF and few that are refused: its create fails, and its object
 * would be in the tenant without being in the state.
 *
 * - Create: deletes what the request has created, and has the engine create the resource again.
 *   Only an object that is certainly this stack's counts: it carries the stack's mark with its
 *   random ID, or is a part of such an object. If none is found although Graph would accept a
 *   second one, the create fails as before.
 * - Create after a time-out: deletes nothing but credentials, and says what is left. The next `up`
 *   with `--refresh` goes on from it.
 * - Create that fails when its object is in the state already: adds a group's members, ends the
 *   caller's ownership of a service principal, and says how to go on.
 * - Create or update that refers to an object which a replica does not know yet: waits and repeats.
 * - Update whose answer is lost: has the engine repeat it. azuread's updates set values, so a
 *   repetition changes nothing.
 * - Create of a role assignment, or of a secret in a vault: waits and repeats while Azure does not
 *   know the new group, vault or secret.
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
  const since = clockFrom(context.environment)();
  const repeat = repetitions(context);
  const recover = async (args: pulumi.ErrorHookArgs): Promise<boolean> => {
    const { failedOperation, type, name, newInputs = {}, errors } = args;
    const [newest = ""] = errors;
    const isLast = errors.length >= maximumTries;
    if (failedOperation === "update")
      return isTooEarly(newest) ? repeat(args, unknownWait(newest, args.id)) : !isLast && isLostAnswer(newest);
    if (failedOperation !== "create") return false;
    // Existing scopes and vaults were read before the first declaration, so a missing one is new.
    if (isInAzure(type) && isParentNotReplicated(newest)) return repeat(args, waits.azureParent);
    if (type === azureRoleAssignment) return recoverAssignment(args, tenantId, { context, repeat });
    if (isInAzure(type)) return false;
    if (!isLostCreate({ type, errors })) return false;
    if (failureOf(type, newest) === "timedOut") {
      if (isHalfMade(args)) return false;
      await pulumi.log.warn(
        `${name}: the object is in the tenant, which has not shown it everywhere in time. Nothing is deleted. ` +
          "Run the same command again in ten minutes, with --refresh: it goes on from there.",
      );
      return false;
    }
    try {
      const call = await graphCall(tenantId, context);
      const outcome = await undoLostCreate(
        call,
        { type, inputs: await plainInputs(newInputs), errors, isKnown, since },
        telling(name, context),
      );
      if (outcome === "leave") return false;
      const isCut = outcome === "repeat" && errors.every((error) => failureOf(type, error) === "lost");
      return isCut ? !isLast : await repeat(args, waits.tooEarly);
    } catch (failure) {
      const reason = messageOf(failure);
      await pulumi.log.warn(`${name}: its lost create could not be looked up: ${reason}`);
      return false;
    }
  };
  const recoverOrComplete = async (args: pulumi.ErrorHookArgs): Promise<boolean> => {
    const isRepeated = await recover(args);
    if (!isRepeated && args.failedOperation === "create" && isHalfMade(args))
      await completeHalfMade(args, await plainInputs(args.newInputs ?? {}), tenantId, context);
    return isRepeated;
  };
  const hook = new pulumi.ErrorHook(hookName, inThisRun(recoverOrComplete));
  return ({ type, props, opts }) => {
    if (!type.startsWith("azuread:") && !isInAzure(type)) return undefined;
    const hooks = { ...opts.hooks, onError: [...(opts.hooks?.onError ?? []), hook] };
    return { props, opts: { ...opts, hooks, customTimeouts: { ...timeoutsOf(type), ...opts.customTimeouts } } };
  };
}

/** Types of azure-native whose creates need a new object of Azure. */
function isInAzure(type: string): boolean {
  return [azureRoleAssignment, keyVaultSecret, registrationAssignment].includes(type);
}

/** The plugin's own time is five minutes for most types, half of what replicas are given here. */
function timeoutsOf(type: string): pulumi.CustomTimeouts {
  const hasLonger = type === azuread("Group") || isInAzure(type);
  return hasLonger ? {} : { create: "15m", update: "15m", delete: "15m" };
}

/** An object that somebody deleted stays unknown; another one that the update names may be new. */
function unknownWait(error: string, id: string): Wait {
  const [, unknown = ""] = /\bResource '([^']+)' does not exist/.exec(error) ?? [];
  return ["", lastSegment(id)].includes(unknown) ? waits.missing : waits.tooEarly;
}

type Repeat = (args: pulumi.ErrorHookArgs, row: Wait) => Promise<boolean>;

/** Has the engine repeat an operation after a pause, as long as the wait's row allows. */
function repetitions(context: CallContext): Repeat {
  const began = new Map<string, number>();
  const said = new Map<string, number>();
  return ({ urn, name, errors }, row) => {
    if (errors.length >= mostTries) return Promise.resolve(false);
    const now = performance.now();
    const first = began.get(urn) ?? now;
    began.set(urn, first);
    const say = (text: string) => {
      if (now - (said.get(urn) ?? -Infinity) < minuteMs / 2) return;
      said.set(urn, now);
      void pulumi.log.info(`${name}: ${text}`);
    };
    return waitForRepeat(row, { tries: errors.length, began: first }, { ...context, say });
  };
}

async function recoverAssignment(
  args: pulumi.ErrorHookArgs,
  tenantId: string,
  { context, repeat }: { readonly context: CallContext; readonly repeat: Repeat },
): Promise<boolean> {
  const { name, newInputs = {}, errors } = args;
  const [last = ""] = errors;
  if (isPrincipalNotReplicated(last)) return repeat(args, waits.azurePrincipal);
  // Without the stack's mark nobody can tell whose it is.
  if (!("description" in newInputs)) return false;
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

/** Says on the screen what is waited for. */
function telling(name: string, context: CallContext): CallContext {
  return { ...context, say: (text) => void pulumi.log.info(`${name}: ${text}`) };
}

/** Secrets among a hook's inputs, such as a certificate's `value`, are Outputs. */
function plainInputs(inputs: object): Promise<Record<string, unknown>> {
  return new Promise((resolve) => pulumi.output(inputs).apply((plain) => resolve(plain as Record<string, unknown>)));
}
