/**
 * Wraps the logic of a dynamic resource so that one stale answer changes no state: a refresh drops
 * an object only when several reads do not find it, and reports a drift only when two reads agree.
 * So that a lost answer changes none either, a write that may have landed leaves in the state what
 * the resource needs to take it back: see `landing`.
 */
import { isDeepStrictEqual } from "node:util";
import { messageOf, ServiceError, visible, withoutUndefined } from "@defender-mssp/errors";
import { optionalText } from "@defender-mssp/errors/json";
import { clockFrom } from "../clock";
import type { CallContext } from "../graph/call";
import { isRecentWrite, untilSeen, waits, type Wait } from "../waits";
import type { Properties } from "./provider";

interface Found {
  readonly id: string;
  readonly props?: object;
  readonly inputs?: object;
  /** Whether the service says that the object was deleted: no further read is needed. */
  readonly isDeleted?: boolean;
}

/** The methods of a Pulumi dynamic provider. */
export interface ResourceLogic {
  check(olds: Properties, news: Properties): unknown;
  diff(id: string, olds: Properties, news: Properties): unknown;
  create(news: Properties, context?: CallContext): Promise<{ readonly id: string; readonly outs: object }>;
  read(id: string, props?: Properties, context?: CallContext): Promise<Found>;
  update(id: string, olds: Properties, news: Properties, context?: CallContext): Promise<{ readonly outs: object }>;
  delete(id: string, props: Properties, context?: CallContext): Promise<void>;
}

type Step = "create" | "read" | "update" | "delete";

/** What an error says of the step that failed. */
export interface StepErrors {
  /** Such as `The Defender role's create`. */
  readonly what: (step: Step) => string;
  /** What to do about a service's error: a sentence, or empty. */
  readonly advice: (failure: ServiceError) => string;
}

/** The output with the time of the last write: ISO 8601, UTC. No diff compares it. Without it: long ago. */
const writtenOn = "writtenOn";

/**
 * The methods of a resource of Graph. The server in the portal's place has no replicas. The policy pack sees no ID of
 * a resource but in its outputs: each write puts it there, as azuread does.
 * @param errors default: the logic's methods say themselves which step failed
 */
export function replicated<L extends ResourceLogic>(logic: L, errors?: StepErrors): L {
  const visibly = <T>(step: Step, run: () => Promise<T>) =>
    errors === undefined ? run() : visible(errors.what(step), run, errors.advice);
  const create: ResourceLogic["create"] = (news, context) =>
    keeping(news, context, async (inner) => {
      const { id, outs } = await visibly("create", () => logic.create(news, inner));
      return { id, outs: { ...outs, ...written(id, context) } };
    });
  const update: ResourceLogic["update"] = (id, olds, news, context) =>
    keeping(news, context, async (inner) => {
      const { outs } = await visibly("update", () => logic.update(id, olds, news, inner));
      return { outs: { ...outs, ...written(id, context) } };
    });
  const read: ResourceLogic["read"] = async (id, props = {}, context = {}) => {
    const { [writtenOn]: writtenAt, id: writtenId, ...state } = props;
    const isRecent = isRecentWrite(optionalText(writtenAt), clockFrom(context.environment)());
    const look = () => visibly("read", () => logic.read(id, props, context));
    let found = await look();
    if (found.id === "" && found.isDeleted !== true)
      found = await soughtAgain(found, look, isRecent ? waits.recentlyMissing : waits.missing, context);
    if (found.id !== "" && !isInState(found, state))
      found = await confirmed(found, look, isRecent ? waits.recentDrift : waits.drift, context);
    if (found.id === "") return { id: "" };
    return { ...found, props: withoutUndefined({ ...found.props, [writtenOn]: writtenAt, id: writtenId }) };
  };
  const replaced: ResourceLogic = {
    check: (olds, news) => logic.check(olds, news),
    diff: (id, olds, news) => logic.diff(id, olds, news),
    create,
    read,
    update,
    delete: (id, props, context) => visibly("delete", () => logic.delete(id, props, context)),
  };
  return replaced as L;
}

/**
 * Runs a write of a create or an update. Where it fails and may have landed, the engine keeps these
 * outputs, with the error, and calls `update` in the next run: what was before the write is known to
 * it, and to a `delete`, and nobody has to guess it from what the service says by then.
 */
export async function landing<T>(
  { keep }: CallContext,
  { id, outs }: { readonly id: string; readonly outs: object },
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (failure) {
    if (!isRefusal(failure)) keep?.(id, outs);
    throw failure;
  }
}

/** Whether the service has answered that it does not carry the request out. */
function isRefusal(failure: unknown): boolean {
  if (!(failure instanceof ServiceError)) return false;
  return failure.status >= 400 && failure.status < 500 && ![408, 429].includes(failure.status);
}

/** The error of a write that kept outputs, in the form that Pulumi's providers hand to the engine. */
async function keeping<T>(
  { __provider }: Properties,
  context: CallContext | undefined,
  write: (context: CallContext) => Promise<T>,
): Promise<T> {
  let kept: { readonly id: string; readonly properties: object } | undefined;
  const keep = (id: string, outs: object) =>
    void (kept = { id, properties: withoutUndefined({ ...outs, ...written(id, context), __provider }) });
  try {
    return await write({ ...context, keep });
  } catch (failure) {
    if (kept === undefined || !(failure instanceof Error)) throw failure;
    throw Object.assign(failure, kept, { reasons: [messageOf(failure)] });
  }
}

function written(id: string, context: CallContext = {}): Record<string, string> {
  return { [writtenOn]: clockFrom(context.environment)().toISOString(), id };
}

/** Looks for an object that a read did not find. */
async function soughtAgain(
  missing: Found,
  look: () => Promise<Found>,
  row: Wait,
  context: CallContext,
): Promise<Found> {
  let isDeleted = false;
  const found = await untilSeen(
    row,
    async () => {
      const next = await look();
      isDeleted = next.isDeleted === true;
      return (isDeleted || next.id !== "") && next;
    },
    context,
  );
  return found ?? missing;
}

/** Reads until answers agree; the last answer if they never do. */
async function confirmed(first: Found, look: () => Promise<Found>, row: Wait, context: CallContext): Promise<Found> {
  let [last, isFirst] = [first, true];
  const agrees = async () => {
    if (isFirst) return (isFirst = false);
    const before = last;
    last = await look();
    return last.id !== "" && isDeepStrictEqual(last.props, before.props) && last;
  };
  await untilSeen(row, agrees, context);
  return last.id === "" ? first : last;
}

/** Whether a read shows what the state has. The state also has the resource's text (`__provider`). */
function isInState({ id, props }: Found, state: Properties): boolean {
  const { __provider: _text, ...before } = state;
  return id !== "" && isDeepStrictEqual(withoutUndefined({ ...props }), withoutUndefined({ ...before }));
}
