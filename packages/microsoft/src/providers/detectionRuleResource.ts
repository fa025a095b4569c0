/**
 * What the dynamic resource `DetectionRule` does. The rule's ID in Graph is the program's, and its description has the
 * mark: by both a create that is repeated after a crash recognises its own. A rule that somebody else made, or that
 * somebody in the tenant changed, is never overwritten in silence.
 */
import { createHash } from "node:crypto";
import { ServiceError, VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { comparableRule, ruleDifferences, type RuleDifference } from "../defender/detections/comparableRule";
import {
  createDetectionRule,
  deleteDetectionRule,
  getDetectionRule,
  updateDetectionRule,
  type DetectionRuleObject,
} from "../defender/detections/listDetectionRules";
import type { DetectionRuleProperties } from "../defender/detections/detectionRuleProperties";
import { newShape } from "../defender/detections/newShape";
import { keptOff, readOffNote, turnedOff, turnedOn } from "../defender/detections/offNote";
import { patchBody } from "../defender/detections/patchBody";
import { ruleBody } from "../defender/detections/ruleBody";
import { detectionApiVersions, ruleIdForm, type DetectionApiVersion } from "../defender/automatedActionForms";
import { clockFrom, dateOf } from "../clock";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { isCut } from "../graph/createOnce";
import { wait } from "../http";
import {
  checkOneOf,
  checkText,
  checkUuid,
  picked,
  unknown,
  type CheckFailure,
  type Difference,
  type Properties,
} from "./provider";
import { replicated } from "./replicated";
import { fixedTime, untilSeen, waits } from "../waits";

/** What a look at the tenant has found before the run; see `FoundInTenant`. */
const foundInTenantValues = ["keptEdit", "overwrittenEdit", "drift", "missing", "irremovable"] as const;

/**
 * - `keptEdit`: somebody in the tenant changed the rule, and it stays so;
 * - `overwrittenEdit`: the same, and `overwriteEditsUntil` covers the change;
 * - `drift`: the rule differs from what this stack wrote, by its own application;
 * - `missing`: the tenant has no such rule;
 * - `irremovable`: the rule has custom details that no update removes.
 */
export type FoundInTenant = (typeof foundInTenantValues)[number];

export type DetectionRuleInputs = Omit<DetectionRuleProperties, "id"> & {
  /** The customer's tenant. */
  readonly tenantId: string;
  /** Graph's `id` of the rule. */
  readonly ruleId: string;
  /** How an enabled rule is created. `backfill`: enabled, which runs it at once over 30 days. */
  readonly firstRun: "disabled" | "backfill";
  readonly apiVersion: DetectionApiVersion;
  /** Last day (UTC) of changes by others that an update overwrites. */
  readonly overwriteEditsUntil?: string;
  readonly foundInTenant?: FoundInTenant;
  /** What the rule is marked with. Empty for an adopted rule, which carries no mark of the stack. */
  readonly managedBy: string;
};

/** What this stack wrote last, and as whom. */
export type WrittenRule = {
  /** Name of the application or user. */
  readonly lastModifiedBy: string;
  /** UTC, ISO 8601. */
  readonly lastModifiedDateTime: string;
  /** SHA-256 (hexadecimal) of the rule, without what the service sets. */
  readonly contentHash: string;
};

export type DetectionRuleState = DetectionRuleInputs & WrittenRule;

const contents = ["displayName", "description", "status", "queryCondition", "schedule", "detectionAction"] as const;
const names = [
  ...(["tenantId", "ruleId", "firstRun", "apiVersion", "overwriteEditsUntil", "foundInTenant", "managedBy"] as const),
  ...contents,
] as const;
const writtenNames = ["lastModifiedBy", "lastModifiedDateTime", "contentHash"] as const;

/** The methods of a Pulumi dynamic provider. The resource's ID is the rule's in Graph. */
export const detectionRuleResource = replicated(
  {
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      inputs.firstRun ??= "disabled";
      inputs.apiVersion ??= "beta";
      const failures = [
        ...checkUuid(inputs, "tenantId"),
        ...checkRuleId(inputs),
        ...checkText(inputs, "displayName"),
        ...(inputs.description === undefined ? [] : checkText(inputs, "description")),
        ...checkOneOf(inputs, "status", ["enabled", "disabled"]),
        ...checkOneOf(inputs, "firstRun", ["disabled", "backfill"]),
        ...checkOneOf(inputs, "apiVersion", detectionApiVersions),
        ...(["queryCondition", "schedule", "detectionAction"] as const).flatMap((name) => checkMap(inputs, name)),
        ...(inputs.overwriteEditsUntil === undefined ? [] : checkDay(inputs, "overwriteEditsUntil")),
        ...(inputs.foundInTenant === undefined ? [] : checkOneOf(inputs, "foundInTenant", foundInTenantValues)),
      ];
      return { inputs, failures };
    },

    diff(_id: string, olds: Properties, news: Properties): Difference {
      const { foundInTenant } = news;
      const replaces: string[] = (["tenantId", "ruleId"] as const).filter((name) => olds[name] !== news[name]);
      const isKept = foundInTenant === "keptEdit" && replaces.length === 0;
      if (isKept) return { changes: false, replaces: [], deleteBeforeReplace: true };
      if (foundInTenant === "irremovable" || losesDetail(olds, news)) replaces.push("detectionAction");
      const isFoundOtherwise = ["overwrittenEdit", "drift", "missing"].includes(foundInTenant as string);
      const differs = ["managedBy", "apiVersion"].some((name) => olds[name] !== news[name]);
      const changes =
        replaces.length > 0 || isFoundOtherwise || differs || hash(ruleContents(olds)) !== hash(ruleContents(news));
      return { changes, replaces, deleteBeforeReplace: true };
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = ruleInputs(news);
      const call = await ruleCall(inputs, context);
      return inTurn(inputs.tenantId, async () => {
        const live = await createRule(call, inputs, context);
        return { id: inputs.ruleId, outs: stateWith(inputs, live) };
      });
    },

    /**
     * The rule as it is; the ID is empty where it has gone, which tells the engine so. What this stack wrote last is kept:
     * by it the next run sees a change by somebody else.
     */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      const state = ruleState(props);
      const live = await getDetectionRule(await ruleCall(state, context), id, state.apiVersion);
      if (live === undefined) return { id: "" };
      const { foundInTenant: _unused, ...inputs } = ruleInputs(props);
      const there = withoutUndefined({ ...inputs, ...seen(live, inputs) });
      return { id, props: { ...there, ...picked(props, writtenNames) }, inputs: there };
    },

    async update(id: string, olds: Properties, news: Properties, context: CallContext = {}) {
      const inputs = ruleInputs(news);
      const call = await ruleCall(inputs, context);
      return inTurn(inputs.tenantId, async () => {
        const live = await getDetectionRule(call, id, inputs.apiVersion);
        if (live === undefined) return { outs: stateWith(inputs, await createRule(call, inputs, context)) };
        const state = ruleState(olds);
        // Somebody may have turned the rule off after this run had listed it.
        const intended = keptOff(target(inputs), live, dateOf(clockFrom(context.environment)()));
        if (ruleDifferences(intended, settled(live)).length === 0) {
          return { outs: { ...stateWith(inputs, live), lastModifiedBy: state.lastModifiedBy } };
        }
        refuseEdit(state, inputs, live);
        const written = await updateDetectionRule(call, id, patchBody(live, intended), inputs.apiVersion);
        return { outs: stateWith(inputs, written ?? (await createRule(call, inputs, context))) };
      });
    },

    async delete(id: string, props: Properties, context: CallContext = {}) {
      const state = ruleInputs(props);
      const call = await ruleCall(state, context);
      await inTurn(state.tenantId, () => deleteDetectionRule(call, id, state.apiVersion));
    },
  },
  { what: (step) => `The detection rule's ${step}`, advice: ruleAdvice },
);

/**
 * Whether somebody else changed a rule after this stack had written it: it is newer, by another user or application,
 * and another rule. One that the service has turned off is no change.
 */
export function isEditedInTenant(written: WrittenRule, live: DetectionRuleObject): boolean {
  return isNewer(written, live) && live.lastModifiedBy !== written.lastModifiedBy && differsFrom(written, live);
}

/** Whether a rule is another one than this stack wrote last, by the stack's own application. */
export function isDriftedInTenant(written: WrittenRule, live: DetectionRuleObject): boolean {
  return isNewer(written, live) && live.lastModifiedBy === written.lastModifiedBy && differsFrom(written, live);
}

/** The lists of the service lag behind: an older rule than the written one says nothing. */
function isNewer({ lastModifiedDateTime }: WrittenRule, live: DetectionRuleObject): boolean {
  return Date.parse(live.lastModifiedDateTime ?? "") > Date.parse(lastModifiedDateTime);
}

function differsFrom({ contentHash }: WrittenRule, live: DetectionRuleObject): boolean {
  return writtenHash(live) !== contentHash;
}

/** Differences of what the repository wants, or a state has, and the tenant has, the mark apart. */
export function detectionRuleDifferences(
  wanted: DetectionRuleProperties,
  live: DetectionRuleObject,
): readonly RuleDifference[] {
  return ruleDifferences(
    { ...picked(wanted as unknown as Properties, contents), description: withoutMark(wanted.description) },
    { ...settled(live), description: withoutMark(live.description) },
  );
}

/**
 * What the state has of an adopted rule, besides its contents. No stack has written it, so that a later change by
 * anybody counts as one by somebody else.
 * @param isKept the rule differs from the repository's and stays so, as if somebody had changed it
 */
export function adoptedRuleOutputs(live: DetectionRuleObject, isKept: boolean): WrittenRule & { managedBy: "" } {
  const written = isKept
    ? { lastModifiedDateTime: new Date(0).toISOString(), contentHash: "" }
    : { lastModifiedDateTime: live.lastModifiedDateTime ?? "", contentHash: writtenHash(live) };
  return { managedBy: "", lastModifiedBy: "", ...written };
}

/** The repository's rule with the name and the description that an adopted rule keeps. */
export function withAdoptedTexts<Rule extends Pick<DetectionRuleProperties, "displayName" | "description" | "status">>(
  declared: Rule,
  { displayName, description }: { readonly displayName: string; readonly description?: string | null },
): Rule {
  const off = readOffNote(declared);
  const texts = turnedOn({ displayName, description: withoutMark(description), status: "disabled" });
  const adopted = { ...declared, displayName, description: texts.description };
  return off === undefined ? adopted : turnedOff(adopted, off);
}

/** The description as its author wrote it. */
export function withoutMark(description: string | null | undefined): string {
  return (description ?? "").replace(markForm, "").trim();
}

const markForm = / ?\(managed by [^()]*\)$/;

function checkRuleId(inputs: Properties): CheckFailure[] {
  const { ruleId } = inputs;
  if (ruleId === unknown || (typeof ruleId === "string" && ruleIdForm.test(ruleId))) return [];
  const reason = "it must begin with a letter, and have up to 100 letters, digits, dashes and underscores";
  return [{ property: "ruleId", reason }];
}

function checkMap(inputs: Properties, name: string): CheckFailure[] {
  const value = inputs[name];
  if (value === unknown || (typeof value === "object" && value !== null && !Array.isArray(value))) return [];
  return [{ property: name, reason: "it must be a map" }];
}

function checkDay(inputs: Properties, name: string): CheckFailure[] {
  const value = inputs[name];
  if (value === unknown || (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value))) return [];
  return [{ property: name, reason: "it must be a day, such as 2027-03-31" }];
}

/** Whether the new rule lacks a custom detail that the old one has. Unknown in a preview without both rules. */
function losesDetail(olds: Properties, news: Properties): boolean {
  const [before, after] = [detailsIn(olds), detailsIn(news)];
  return before !== undefined && Object.keys(before).some((name) => !Object.hasOwn(after ?? {}, name));
}

function detailsIn({ detectionAction }: Properties): Readonly<Record<string, unknown>> | undefined {
  const { alertTemplate } = (detectionAction ?? {}) as { alertTemplate?: { customDetails?: Record<string, unknown> } };
  return alertTemplate?.customDetails;
}

/**
 * Creates the rule, disabled first unless `firstRun` says otherwise. After any error the rule is read by its ID before
 * something is sent again: the service may have created it. A name that a deleted rule still holds is waited for.
 */
async function createRule(
  call: GraphCall,
  inputs: DetectionRuleInputs,
  context: CallContext,
): Promise<DetectionRuleObject> {
  const wanted = target(inputs);
  const isStaged = inputs.firstRun === "disabled" && inputs.status === "enabled";
  const body = ruleBody(isStaged ? { ...wanted, status: "disabled" } : wanted) as { id: string };
  let refusal: Error | undefined;
  const attempt = async () => {
    const outcome = await createDetectionRule(call, body, inputs.apiVersion).catch((failure: unknown) => failure);
    if (!(outcome instanceof Error)) {
      const created = outcome as DetectionRuleObject;
      return isStaged ? enabled(call, inputs, created, context) : created;
    }
    const live = await ownRule(call, inputs, outcome, context);
    const written = await updateDetectionRule(call, inputs.ruleId, patchBody(live, wanted), inputs.apiVersion).catch(
      (failure: unknown) => failWith(context, inputs, live, failure),
    );
    if (written !== undefined) return written;
    // It was deleted a moment ago, and its name is still taken.
    if (refusal === undefined)
      context.say?.(`The name "${inputs.displayName}" of the deleted rule is free again in about a minute.`);
    refusal = outcome;
    return undefined;
  };
  const rule = await untilSeen(waits.detectionRuleName, attempt, { ...context, ...fixedTime });
  if (rule === undefined) throw refusal ?? new Error("no refusal");
  return rule;
}

/** Enables a new rule, which the service may not know yet: one that stayed disabled would never run, and nobody would see it. */
async function enabled(
  call: GraphCall,
  inputs: DetectionRuleInputs,
  created: DetectionRuleObject,
  context: CallContext,
): Promise<DetectionRuleObject> {
  const enable = () => updateDetectionRule(call, inputs.ruleId, { status: "enabled" }, inputs.apiVersion);
  const rule = await untilSeen(waits.detectionRule, enable, context).catch((failure: unknown) =>
    failWith(context, inputs, created, failure),
  );
  if (rule !== undefined) return rule;
  const failure = new VisibleError(
    "The service created the rule disabled, and does not find it to enable it. Run `up` again.",
  );
  return failWith(context, inputs, created, failure);
}

/** The rule of this stack that a failed create has left. @throws the failure, or what to do about another's rule */
async function ownRule(
  call: GraphCall,
  inputs: DetectionRuleInputs,
  failure: Error,
  context: CallContext,
): Promise<DetectionRuleObject> {
  if (!(failure instanceof ServiceError) || [401, 403, 429].includes(failure.status)) throw failure;
  const find = () => getDetectionRule(call, inputs.ruleId, inputs.apiVersion);
  const live = await untilSeen(isCut(failure) ? waits.lostAnswer : waits.refusedCreate, find, context);
  if (live === undefined) throw failure;
  if (isMarked(live, inputs)) return live;
  throw new VisibleError(
    `Tenant ${inputs.tenantId} already has a detection rule ${inputs.ruleId} ("${live.displayName}") that this stack did not create, so it ` +
      "is not changed. Delete it in the portal, or rename the rule's file.",
  );
}

/** Fails, and keeps the rule in the state, so that the next run finishes or deletes it. */
function failWith(
  { keep }: CallContext,
  inputs: DetectionRuleInputs,
  live: DetectionRuleObject,
  failure: unknown,
): never {
  keep?.(inputs.ruleId, { ...stateWith(inputs, live), ...seen(live, inputs) });
  throw failure;
}

/** Refuses to overwrite what somebody in the tenant changed after this stack had written the rule. */
function refuseEdit(state: DetectionRuleState, inputs: DetectionRuleInputs, live: DetectionRuleObject): void {
  if (!isEditedInTenant(state, live)) return;
  const { lastModifiedBy, lastModifiedDateTime } = live;
  const edited = new Date(lastModifiedDateTime ?? 0);
  if (inputs.overwriteEditsUntil !== undefined && dateOf(edited) <= inputs.overwriteEditsUntil) return;
  throw new VisibleError(
    `${lastModifiedBy ?? "Somebody"} changed the detection rule ${inputs.ruleId} at ${edited.toISOString()}, after this stack had written it. ` +
      "It is not overwritten. `npx pulumi preview` says what was changed, and what to do.",
  );
}

/** The rule as the service takes it, with the mark. */
function target(inputs: DetectionRuleInputs): DetectionRuleProperties {
  const description = `${inputs.description ?? ""}${mark(inputs)}`.trim();
  return { id: inputs.ruleId, ...picked(inputs, contents), description } as unknown as DetectionRuleProperties;
}

/** A rule whose author wrote no description has the mark alone. */
function isMarked({ description }: DetectionRuleObject, inputs: Pick<DetectionRuleInputs, "managedBy">): boolean {
  return inputs.managedBy !== "" && (description ?? "").endsWith(mark(inputs).trim());
}

function mark({ managedBy }: Pick<DetectionRuleInputs, "managedBy">): string {
  return managedBy === "" ? "" : ` (managed by ${managedBy})`;
}

/** A rule that the service has turned off is an enabled one whose query fails. */
function settled(live: DetectionRuleObject): DetectionRuleObject {
  return live.status === "autoDisabled" ? { ...live, status: "enabled" } : live;
}

/** What is there, in the words of the inputs: their own where the rule is the same. */
function seen(live: DetectionRuleObject, inputs: DetectionRuleInputs): Partial<DetectionRuleInputs> {
  if (ruleDifferences(target(inputs), settled(live)).length === 0) return {};
  const { rule } = newShape(settled(live));
  const isOwn = isMarked(live, inputs);
  const description = isOwn ? withoutMark(live.description) : (live.description ?? "");
  return {
    ...(withoutNull(picked(rule, contents)) as Partial<DetectionRuleInputs>),
    description: description === "" ? undefined : description,
    managedBy: isOwn ? inputs.managedBy : "",
  };
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name, inner]) => inner !== null && !name.includes("@odata.") && !(Array.isArray(inner) && inner.length === 0),
  );
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutNull(inner)]));
}

function ruleContents(props: Properties): object {
  return picked(props, contents);
}

/** The same for a rule that is turned off for a time, which is no change by somebody else. */
function writtenHash(live: DetectionRuleObject): string {
  return hash(turnedOn(settled(live)));
}

/** The same for every order of keys and collections. */
function hash(rule: object): string {
  return createHash("sha256")
    .update(JSON.stringify(comparableRule(rule)))
    .digest("hex");
}

function stateWith(inputs: DetectionRuleInputs, live: DetectionRuleObject): DetectionRuleState {
  return withoutUndefined({
    ...inputs,
    lastModifiedBy: live.lastModifiedBy ?? "",
    lastModifiedDateTime: live.lastModifiedDateTime ?? "",
    contentHash: writtenHash(live),
  });
}

function ruleInputs(props: Properties): DetectionRuleInputs {
  return picked(props, names) as unknown as DetectionRuleInputs;
}

function ruleState(props: Properties): DetectionRuleState {
  return picked(props, [...names, ...writtenNames]) as unknown as DetectionRuleState;
}

async function ruleCall({ tenantId }: DetectionRuleInputs, context: CallContext): Promise<GraphCall> {
  const sleep = context.sleep ?? wait;
  return graphCall(tenantId, {
    ...context,
    sleep: (milliseconds, signal) => {
      if (milliseconds >= longWait) {
        const until = new Date(Date.now() + milliseconds).toISOString().slice(11, 19);
        context.say?.(`The service allows few calls a minute: waiting until ${until} UTC.`);
      }
      return sleep(milliseconds, signal);
    },
  });
}

/** A wait that a person is told of, in milliseconds. */
const longWait = 5000;

/** Rules of one tenant that are written at the same time: more would only meet the quota of a minute together. */
const writesAtOnce = 4;
const turns = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

async function inTurn<Result>(tenantId: string, run: () => Promise<Result>): Promise<Result> {
  const turn = turns.get(tenantId) ?? { running: 0, waiting: [] };
  turns.set(tenantId, turn);
  if (turn.running >= writesAtOnce) await new Promise<void>((resolve) => turn.waiting.push(resolve));
  else turn.running++;
  try {
    return await run();
  } finally {
    const next = turn.waiting.shift();
    if (next === undefined) turn.running--;
    else next();
  }
}

/** What to do about an error of Graph's about detection rules. */
function ruleAdvice({ status, method, message }: ServiceError): string {
  if (status === 403) {
    return (
      "The identity that runs this needs Microsoft Graph's application permission CustomDetection.ReadWrite.All in this tenant, " +
      "with the consent of an administrator."
    );
  }
  if (status === 409 || (status === 400 && method === "POST" && /title|name/i.test(message))) {
    return "Name and alert title of a rule are unique in a tenant: the customer may have a rule of its own with one of them.";
  }
  return "";
}
