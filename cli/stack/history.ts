/**
 * A stack's history: each update with its time, its result, who ran it and the numbers of changes.
 * The engine's own list has the whole configuration of each update: only `parseConfigurations` reads values.
 */
import { z } from "zod";
import { VisibleError } from "@defender-mssp/errors";
import { parsedJson, recordOf, textOf } from "@defender-mssp/errors/json";
import { redactedText, secretsOfEnvironment } from "../base/redaction";
import { runPulumi, type PulumiOptions } from "./pulumi";

/** What the engine notes about who ran an update; everything else may hold anything. */
const shownVariables = [
  "git.author",
  "git.author.email",
  "git.committer",
  "git.committer.email",
  "git.dirty",
  "git.head",
  "git.headName",
  "ci.system",
  "ci.build.id",
  "ci.build.number",
  "ci.build.type",
  "ci.build.url",
  "ci.pr.number",
  "exec.kind",
  "pulumi.version",
] as const;

const entry = z.object({
  kind: z.string(),
  version: z.number().optional(),
  startTime: z.string(),
  endTime: z.string().optional(),
  result: z.string(),
  message: z.string().default(""),
  environment: z.record(z.string(), z.unknown()).nullish(),
  config: z.record(z.string(), z.unknown()).nullish(),
  resourceChanges: z.record(z.string(), z.number()).nullish(),
});

export interface StackUpdate {
  /** Number of the update, where the backend counts. */
  readonly version?: number;
  /** `update`, `refresh`, `destroy`, … */
  readonly kind: string;
  /** `succeeded`, `failed` or `in-progress`. */
  readonly result: string;
  /** ISO 8601, UTC. */
  readonly startedOn: string;
  /** ISO 8601, UTC; empty while it runs. */
  readonly endedOn: string;
  /** The message of the commit or of `--message`. */
  readonly message: string;
  /** Who ran it and where, as the engine notes it: git, CI, version. */
  readonly ranBy: Readonly<Record<string, string>>;
  /** Number of resources by operation, such as `create`. */
  readonly changes: Readonly<Record<string, number>>;
  /** Names of the settings at that time, without their values. */
  readonly settings: readonly string[];
}

/**
 * Reads the history with `pulumi stack history`, the newest update first.
 * @param limit the largest number of updates. Default: all.
 * @throws VisibleError where there is no such stack, or Pulumi can't read it.
 */
export async function readHistory(stack: string, options: PulumiOptions, limit?: number): Promise<StackUpdate[]> {
  const page = limit === undefined ? [] : ["--page-size", String(limit), "--page", "1"];
  return parseHistory(await printedHistory(stack, options, page), secretsOfEnvironment(options.environment));
}

function printedHistory(stack: string, options: PulumiOptions, page: readonly string[] = []): Promise<string> {
  return runPulumi(["stack", "history", "--stack", stack, "--json", ...page], options);
}

/** The whole history, and what `parseConfigurations` has of it, by one run of Pulumi. */
export async function readDeployedHistory(stack: string, options: PulumiOptions) {
  const printed = await printedHistory(stack, options);
  const updates = parseHistory(printed, secretsOfEnvironment(options.environment));
  return { updates, configurations: parseConfigurations(printed) };
}

/** The values of the settings of each version that was deployed, by their names; without secrets. */
export function parseConfigurations(printed: string): Readonly<Record<string, unknown>>[] {
  return entriesIn(printed)
    .filter(({ kind }) => kind === "update")
    .map(({ config }) =>
      Object.fromEntries(
        Object.entries(config ?? {}).map(([key, one]) => [
          key.slice(key.indexOf(":") + 1),
          recordOf(one)["secret"] === true ? undefined : parsedJson(textOf(recordOf(one)["value"])),
        ]),
      ),
    );
}

/** The newest update; undefined where there is none. */
export async function latestUpdate(stack: string, options: PulumiOptions): Promise<StackUpdate | undefined> {
  return (await readHistory(stack, options, 1))[0];
}

/** Reads what `pulumi stack history --json` prints: nothing, or a list. */
export function parseHistory(printed: string, knownSecrets: readonly string[] = []): StackUpdate[] {
  const shown = (text: string): string => redactedText(text, knownSecrets);
  return entriesIn(printed).map(
    ({ version, kind, result, startTime, endTime, message, environment, config, resourceChanges }) => ({
      ...(version === undefined ? {} : { version }),
      kind,
      result,
      startedOn: utc(startTime),
      endedOn: utc(endTime ?? ""),
      message: shown(message),
      ranBy: Object.fromEntries(
        shownVariables.flatMap((name) => {
          const value = environment?.[name];
          return typeof value === "string" && value !== "" ? [[name, name === "git.head" ? value : shown(value)]] : [];
        }),
      ),
      changes: resourceChanges ?? {},
      settings: Object.keys(config ?? {}).sort(),
    }),
  );
}

function entriesIn(printed: string): z.infer<typeof entry>[] {
  if (printed.trim() === "") return [];
  const { data } = z.array(entry).safeParse(JSON.parse(printed));
  if (data === undefined) throw new VisibleError("The stack's history can't be read: unknown format.");
  return data;
}

/** The engine writes seconds since 1970 for the epoch where an update has not ended. */
function utc(text: string): string {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) || moment.getTime() <= 0 ? "" : moment.toISOString();
}
