/** A stack's preview for people: changes only, without secrets. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { unknownValue } from "@defender-mssp/microsoft";
import { messageOf, unreadableFile, VisibleError } from "@defender-mssp/errors";
import { partShape, type AdditionsPart } from "./additionsPart";
import { redactedText, redactedValue, secretText } from "../base/redaction";
import { checkedStackName } from "./stackNames";
import { parseUrn } from "../../domain/urn";
import { isProviderType } from "../../domain/resourceTypes";

/** The most serious first, in the order of display. */
export const operations = ["delete", "replace", "update", "create", "import"] as const;

const propertyChange = z.object({
  name: z.string(),
  /** Absent: there was no such property. */
  before: z.unknown().optional(),
  /** Absent: there will be no such property. */
  after: z.unknown().optional(),
});
export type PropertyChange = z.infer<typeof propertyChange>;

const change = z.object({
  operation: z.enum(operations),
  /** Such as `azuread:index/group:Group`. */
  type: z.string(),
  name: z.string(),
  properties: z.array(propertyChange),
});
export type Change = z.infer<typeof change>;

const dropped = z.object({
  urn: z.string(),
  id: z.string(),
  /** ISO 8601. */
  writtenOn: z.string(),
});
/** An object of the azuread plugin that a refresh did not find soon after its own write. */
export type Dropped = z.infer<typeof dropped>;

const policyViolation = z.object({
  policy: z.string(),
  pack: z.string(),
  /** `mandatory` fails the preview, `advisory` doesn't. */
  level: z.string(),
  message: z.string(),
  /** Name of the resource; empty for the stack as a whole. */
  resource: z.string(),
});
export type PolicyViolation = z.infer<typeof policyViolation>;

const stackPreview = z.object({
  /** Format and version of the file. */
  msspPreview: z.literal(1),
  stack: z.string(),
  /** The preview ended with an error: `changes` is then not all that would happen. */
  failed: z.boolean(),
  changes: z.array(change),
  /** Resources and components that stay as they are. */
  unchanged: z.number(),
  /** What the engine and the program reported as errors and warnings. */
  messages: z.array(z.string()),
  policyViolations: z.array(policyViolation),
  /**
   * With `--drift`: what somebody added to the stack's objects, by the places that were looked at.
   */
  additions: z.array(partShape).default([]),
  /** Changes that one read of the tenant showed, and a later one did not: look again. */
  changing: z.array(change).optional(),
  /** What the refresh did not find within an hour of its write, also in a second read. */
  dropped: z.array(dropped).optional(),
});
export type StackPreview = z.infer<typeof stackPreview>;

const properties = z.record(z.string(), z.unknown());
const state = z.looseObject({
  type: z.string().optional(),
  custom: z.boolean().optional(),
  inputs: properties.optional(),
  outputs: properties.optional(),
  additionalSecretOutputs: z.array(z.string()).nullish(),
});
type State = z.infer<typeof state>;

const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  oldState: state.nullish(),
  newState: state.nullish(),
  diffReasons: z.array(z.string()).nullish(),
});

/** The engine's PreviewDigest (sdk/go/common/display): what `pulumi preview --json` prints. */
const digest = z.looseObject({
  steps: z.array(step).nullish(),
  changeSummary: z.record(z.string(), z.number()).nullish(),
  diagnostics: z.array(z.looseObject({ message: z.string(), severity: z.string().optional() })).nullish(),
});

/** Facts about the run that the digest does not contain. */
export interface RunOfPreview {
  readonly failed?: boolean;
  readonly messages?: readonly string[];
  readonly policyViolations?: readonly PolicyViolation[];
  readonly additions?: readonly AdditionsPart[];
  readonly dropped?: Dropped[];
  /** Values that must not be shown wherever they are. */
  readonly knownSecrets?: readonly string[];
}

/**
 * From what `pulumi preview --json` printed.
 * @throws VisibleError where it is something else
 */
export function reducePreview(stack: string, printed: unknown, run: RunOfPreview = {}): StackPreview {
  const parsed = digest.safeParse(printed);
  if (!parsed.success) throw new VisibleError(`this is not what "pulumi preview --json" prints`);
  const { knownSecrets = [] } = run;
  const steps = parsed.data.steps ?? [];
  const diagnostics = (parsed.data.diagnostics ?? []).filter(({ severity = "" }) =>
    /error|err$|warning/.test(severity),
  );
  const messages = [...diagnostics.map(({ message }) => message), ...(run.messages ?? [])];
  return {
    msspPreview: 1,
    stack: checkedStackName(stack),
    failed: run.failed ?? diagnostics.some(({ severity }) => severity === "error"),
    changes: steps.flatMap((one) => changeOf(one, knownSecrets)),
    unchanged: parsed.data.changeSummary?.["same"] ?? 0,
    messages: messages.map((message) => redactedText(message.trim(), knownSecrets)).filter((message) => message !== ""),
    policyViolations: (run.policyViolations ?? []).map((violation) => ({
      ...violation,
      message: redactedText(violation.message.trim(), knownSecrets),
    })),
    additions: (run.additions ?? []).map((part) => redactedPart(part, knownSecrets)),
    ...(run.dropped === undefined || run.dropped.length === 0 ? {} : { dropped: run.dropped }),
  };
}

/**
 * Reads previews from files, or from all `*.json` of a folder: those that `mssp ci preview` wrote,
 * or what `pulumi preview --json` printed into a file called `<stack>.json`. In the order of the
 * stacks' names.
 * @throws VisibleError for a file that can't be read or is something else
 */
export async function readPreviews(places: readonly string[]): Promise<StackPreview[]> {
  const files = (await Promise.all(places.map(filesAt))).flat();
  const previews = await Promise.all(files.map(readPreview));
  return previews.sort((a, b) => (a.stack < b.stack ? -1 : 1));
}

async function filesAt(place: string): Promise<string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place];
    const names = await readdir(place, { recursive: true });
    return names.filter((name) => name.endsWith(".json")).map((name) => path.join(place, name));
  } catch (error) {
    throw unreadableFile(place, error);
  }
}

async function readPreview(file: string): Promise<StackPreview> {
  try {
    const content: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof content !== "object" || content === null || !("msspPreview" in content)) {
      return reducePreview(path.basename(file, ".json"), content);
    }
    const parsed = stackPreview.safeParse(content);
    if (!parsed.success) throw new VisibleError("unknown format, or another version of mssp");
    return redactedAgain({ ...parsed.data, stack: checkedStackName(parsed.data.stack) });
  } catch (error) {
    const reason = error instanceof SyntaxError ? "it isn't JSON" : messageOf(error);
    throw new VisibleError(
      `${file} holds no preview: ${reason}. Write it with \`npx mssp ci preview\` or \`npx pulumi preview --json\`.`,
    );
  }
}

/** A file may come from a job that ran a pull request's code, so it is redacted again. */
function redactedAgain(preview: StackPreview): StackPreview {
  return {
    ...preview,
    messages: preview.messages.map((message) => redactedText(message)),
    changes: preview.changes.map((one) => ({
      ...one,
      properties: one.properties.map((item) => redactedProperty(item)),
    })),
    policyViolations: preview.policyViolations.map((one) => ({ ...one, message: redactedText(one.message) })),
    additions: preview.additions.map((part) => redactedPart(part)),
    ...(preview.changing === undefined
      ? {}
      : {
          changing: preview.changing.map((entry) => ({
            ...entry,
            properties: entry.properties.map((item) => redactedProperty(item)),
          })),
        }),
  };
}

function redactedPart(part: AdditionsPart, knownSecrets: readonly string[] = []): AdditionsPart {
  const shown = (text: string) => redactedText(text, knownSecrets);
  return {
    ...part,
    reason: shown(part.reason),
    additions: part.additions.map((one) => ({
      ...one,
      to: shown(one.to),
      what: shown(one.what),
      // Graph's IDs look like secrets, but a step needs them.
      step: knownSecrets.reduce((step, secret) => step.replaceAll(secret, secretText), one.step),
    })),
  };
}

function changeOf(one: z.infer<typeof step>, knownSecrets: readonly string[]): Change[] {
  const { oldState, newState, urn } = one;
  const operation = operations.find((known) => known === one.op.replace(/^import-replacement$/, "replace"));
  // Component resources exist in the program only.
  if (operation === undefined || (newState ?? oldState)?.custom !== true || isDefaultProvider(urn)) return [];
  const { type, name } = parseUrn(urn);
  return [
    {
      operation,
      type: (newState ?? oldState)?.type ?? type,
      name: redactedText(name, knownSecrets),
      properties:
        operation === "delete"
          ? []
          : changedProperties(oldState ?? undefined, newState ?? undefined, one.diffReasons ?? []).map((property) =>
              redactedProperty(property, [oldState, newState], knownSecrets),
            ),
    },
  ];
}

/**
 * The engine makes these itself, and `pulumi preview` never lists them: that of the dynamic resources keeps the stack's whole configuration,
 * so each changed setting updates it. The engine's own rule: https://github.com/pulumi/pulumi, IsDefaultProvider.
 */
export function isDefaultProvider(urn: string): boolean {
  const { qualifiedType, name } = parseUrn(urn);
  return isProviderType(qualifiedType) && name.startsWith("default");
}

function changedProperties(
  before: State | undefined,
  after: State | undefined,
  reasons: readonly string[],
): PropertyChange[] {
  const [old, now] = [before?.inputs ?? {}, after?.inputs ?? {}];
  const reasonNames = reasons.map((reason) => reason.split(/[.[]/)[0] ?? reason);
  const names = [...new Set([...Object.keys(old), ...Object.keys(now), ...reasonNames])].sort();
  return names
    .filter((name) => !name.startsWith("__"))
    .map((name) => ({
      name,
      before: Object.hasOwn(old, name) ? old[name] : own(before?.outputs, reasonNames.includes(name) ? name : ""),
      after: own(now, name),
    }))
    .filter(({ name, ...values }) => reasonNames.includes(name) || !isSame(values.before, values.after));
}

function redactedProperty(
  { name, before, after }: PropertyChange,
  states: readonly (State | null | undefined)[] = [],
  knownSecrets: readonly string[] = [],
): PropertyChange {
  const isSecret = states.some((one) => one?.additionalSecretOutputs?.includes(name));
  const shown = (value: unknown) => redactedValue(isSecret ? "secret" : name, readable(value), knownSecrets);
  return {
    name: redactedText(name, knownSecrets),
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
  };
}

/** Without the SDK's internal properties, and with a text for values known only after `up`. */
function readable(value: unknown): unknown {
  if (typeof value === "string") return unknowns.has(value) ? "[known after up]" : value;
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(entries.map(([key, item]) => [key, readable(item)]));
}

/**
 * What the engine writes for a value that isn't known in a preview
 * (sdk/go/common/resource/plugin/rpc.go), by type.
 */
const unknowns: ReadonlySet<string> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  unknownValue, // string
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

function own(values: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
