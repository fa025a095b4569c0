/**
 * The journal of a fleet run: JSON lines, each synchronized with the disk before the run continues,
 * so the file shows which stacks have ended. Each run has a folder: journal.jsonl, report.json,
 * report.html.
 */
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { writeBytes } from "@defender-mssp/terminal/standardOutput";
import type { FleetCommand, StackOutcome, StackState } from "./outcome";
import { processSpace } from "./processSpace";

/** What the run does, as `--resume` needs it. */
export interface RunPlan {
  readonly command: FleetCommand;
  readonly stacks: readonly string[];
  readonly refresh: boolean;
  /** Leave out what only the automation may do. */
  readonly keep?: boolean;
  readonly drift: boolean;
  /** Folders, absolute. */
  readonly policyPacks: readonly string[];
  readonly init?: { readonly secretsProvider?: string };
}

type Entry =
  | { readonly kind: "run"; readonly at: string; readonly plan: RunPlan; readonly owner: Owner }
  | { readonly kind: "resume"; readonly at: string; readonly owner: Owner }
  | { readonly kind: "start"; readonly at: string; readonly stack: string; readonly try: number }
  | { readonly kind: "end"; readonly at: string; readonly outcome: StackOutcome }
  | { readonly kind: "finish"; readonly at: string };

interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Absent where the system does not tell. */
  readonly processes?: string | undefined;
}

export class Journal {
  private constructor(
    readonly id: string,
    readonly folder: string,
    readonly plan: RunPlan,
    private readonly file: number,
  ) {}

  static begin(journals: string, plan: RunPlan, now = new Date()): Journal {
    const stamp = now
      .toISOString()
      .replace(/\.\d+Z$/, "Z")
      .replaceAll(/[-:]/g, "");
    const id = `${stamp}-${plan.command}-${randomBytes(2).toString("hex")}`;
    const folder = path.join(journals, id);
    const journal = explained(folder, () => {
      mkdirSync(folder, { recursive: true });
      return new Journal(id, folder, plan, openSync(path.join(folder, "journal.jsonl"), "ax", 0o600));
    });
    journal.#add({ kind: "run", at: now.toISOString(), plan, owner: thisProcess() });
    return journal;
  }

  /** Continues a run. */
  static resume({ id, folder, plan }: RecordedRun, now = new Date()): Journal {
    const file = explained(folder, () => openSync(path.join(folder, "journal.jsonl"), "a", 0o600));
    const journal = new Journal(id, folder, plan, file);
    // The last line may be incomplete.
    journal.#write("\n");
    journal.#add({ kind: "resume", at: now.toISOString(), owner: thisProcess() });
    return journal;
  }

  started(stack: string, tryNumber: number): void {
    this.#add({ kind: "start", at: new Date().toISOString(), stack, try: tryNumber });
  }

  ended(outcome: StackOutcome): void {
    this.#add({ kind: "end", at: new Date().toISOString(), outcome });
  }

  finish(): void {
    this.#add({ kind: "finish", at: new Date().toISOString() });
    closeSync(this.file);
  }

  #add(entry: Entry): void {
    this.#write(`${JSON.stringify(entry)}\n`);
  }

  #write(text: string): void {
    explained(this.folder, () => {
      writeBytes(this.file, Buffer.from(text, "utf8"));
      fsyncSync(this.file);
    });
  }
}

/** A run as its journal tells it. */
export interface RecordedRun {
  readonly id: string;
  readonly folder: string;
  readonly plan: RunPlan;
  readonly owner: Owner;
  readonly beganAt: Date;
  readonly finished: boolean;
  /** The last outcome of each stack that has ended, with its time. */
  readonly outcomes: ReadonlyMap<string, { readonly outcome: StackOutcome; readonly at: Date }>;
  /** Stacks that were running when the run was interrupted: their results are unknown. */
  readonly cutOff: ReadonlySet<string>;
}

/** Every run, the latest first. Without the folder: none. */
export async function readRuns(journals: string): Promise<RecordedRun[]> {
  const names = await readdir(journals).catch(() => [] as string[]);
  const runs = await Promise.all(names.map((name) => readRun(path.join(journals, name))));
  return runs.filter((run) => run !== undefined).sort((a, b) => b.beganAt.getTime() - a.beganAt.getTime());
}

/** The stacks that `--resume` runs: those without an outcome, and those that were left out. */
export function remainingOf(run: RecordedRun): string[] {
  return run.plan.stacks.filter((stack) => {
    const ended = run.outcomes.get(stack);
    return ended === undefined || ended.outcome.state === "leftOut";
  });
}

export interface LastOutcome {
  readonly state: StackState;
  readonly command: FleetCommand;
  readonly at: Date;
  readonly run: string;
  readonly outcome: StackOutcome;
  /** When `up` last succeeded. */
  readonly upAt: Date | undefined;
}

/** The last outcome of each stack, over all runs. */
export async function lastOutcomes(journals: string): Promise<Map<string, LastOutcome>> {
  return latestOutcomes(await readRuns(journals));
}

/** @param runs the latest first. */
export function latestOutcomes(runs: readonly RecordedRun[]): Map<string, LastOutcome> {
  const all = new Map<string, LastOutcome>();
  for (const { id, plan, outcomes, cutOff } of runs) {
    const { command } = plan;
    for (const [stack, { outcome, at }] of outcomes) {
      const known = all.get(stack);
      const isUp = command === "up" && ["changed", "unchanged"].includes(outcome.state);
      const upAt = known?.upAt ?? (isUp ? at : undefined);
      // A stack that was left out keeps what is known of it.
      const isNews = known === undefined || (known.state === "leftOut" && outcome.state !== "leftOut");
      all.set(stack, isNews ? { state: outcome.state, command, at, run: id, outcome, upAt } : { ...known, upAt });
    }
    for (const stack of cutOff) if (!all.has(stack)) all.set(stack, cutOffOutcome(stack, command, id));
  }
  return all;
}

function cutOffOutcome(stack: string, command: FleetCommand, run: string): LastOutcome {
  const messages = ["the run was interrupted while this stack was running"];
  const outcome = { stack, state: "failed" as const, seconds: 0, tries: 1, messages, nextSteps: [] };
  return { state: "failed", command, at: new Date(0), run, outcome, upAt: undefined };
}

async function readRun(folder: string): Promise<RecordedRun | undefined> {
  const text = await readFile(path.join(folder, "journal.jsonl"), "utf8").catch(() => "");
  const entries = text.split("\n").flatMap(entryOf);
  const [first] = entries;
  if (first?.kind !== "run") return undefined;
  let { owner } = first;
  let finished = false;
  const outcomes = new Map<string, { outcome: StackOutcome; at: Date }>();
  const cutOff = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === "resume") [owner, finished] = [entry.owner, false];
    if (entry.kind === "finish") finished = true;
    if (entry.kind === "start") cutOff.add(entry.stack);
    if (entry.kind !== "end") continue;
    cutOff.delete(entry.outcome.stack);
    outcomes.set(entry.outcome.stack, { outcome: entry.outcome, at: new Date(entry.at) });
  }
  const { plan, at } = first;
  return { id: path.basename(folder), folder, plan, owner, beganAt: new Date(at), finished, outcomes, cutOff };
}

/** Ignores an incomplete line. */
function entryOf(line: string): Entry[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as Entry];
  } catch {
    return [];
  }
}

function thisProcess(): Owner {
  return { host: hostname(), pid: process.pid, processes: processSpace() };
}

function explained<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const reason = messageOf(error);
    throw new VisibleError(`The journal in ${folder} can't be written: ${reason}.`, { cause: error });
  }
}
