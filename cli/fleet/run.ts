/** One run over many stacks: `mssp fleet preview | up | refresh | destroy`. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, freemem, homedir, hostname } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { VisibleError } from "@defender-mssp/errors";
import { print } from "@defender-mssp/terminal/standardOutput";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { readProject } from "../../settings/project";
import { askPulumi, requireEngine } from "../stack/pulumi";
import { readInventory, type FleetStack } from "../stack/inventory";
import { Journal, readRuns, remainingOf, type RecordedRun, type RunPlan } from "../stack/journal";
import { Limiter } from "../base/limiter";
import {
  defaultJournals,
  exitCodeOf,
  type FleetCommand,
  type LockOwnerState,
  type StackOutcome,
  type StackState,
  type TryResult,
} from "../stack/outcome";
import { passphraseVariables } from "../stack/passphrases";
import { runPool, type PlannedStack } from "./pool";
import { canAsk, confirmed, secretAnswer } from "../base/question";
import { countsOf, type RunReport } from "../stack/report";
import { writeReport } from "./writeReport";
import { RequestCounter } from "./requestCounter";
import { secretsEndWithin } from "../siem/secrets/command";
import { selectStacks } from "../stack/selection";
import type { SelectionOptions } from "../stack/selectionOptions";
import { summaryText } from "./summary";
import { JsonView, LineView, LiveView, type FleetView } from "./view";
import type { Job } from "./worker";
import { Workers } from "./workers";

/** The first stacks of a run: a number, or a share of all. */
export interface Canary {
  readonly count?: number;
  /** From 1 to 100. */
  readonly percent?: number;
}

export interface FleetRunOptions extends SelectionOptions {
  readonly journal: string;
  readonly parallel?: number;
  readonly refresh?: boolean;
  readonly drift?: boolean;
  readonly policyPack?: readonly string[];
  readonly init?: boolean;
  readonly secretsProvider?: string;
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly canary?: Canary;
  readonly maxFailures?: number;
  readonly tries: number;
  /** Minutes. */
  readonly timeout: number;
  readonly resume?: boolean;
  readonly cancelDeadLocks?: boolean;
  readonly passphraseFolder?: string;
  readonly countRequests?: boolean;
  readonly json?: boolean;
}

/** Memory of a worker with its engine and plugins. Measured in docs/guides/fleet.md. */
const bytesOfWorker = 450 * 1024 * 1024;
const leftOutByCanary = "a canary failed";
const leftOutByPerson = "not confirmed";

/** Runs the command. @returns the exit code. */
export async function runFleet(command: FleetCommand, options: FleetRunOptions): Promise<number> {
  const project = await readProject();
  const { folder } = project;
  const journals = path.resolve(options.journal === defaultJournals ? folder : "", options.journal);
  const inventory = await readInventory(project);
  const before = options.resume === true ? await interruptedRun(journals, command) : undefined;
  const plan = before?.plan ?? (await planOf(command, inventory, options, { folder, journals }));
  const stacks = before === undefined ? plan.stacks : remainingOf(before);
  if (stacks.length === 0) {
    process.stderr.write("mssp fleet: No stack is selected. Nothing was run.\n");
    return 0;
  }
  await confirmRun(plan, stacks, options);
  const parallel = options.parallel ?? Math.min(defaultParallel(), stacks.length);
  const runnable = stacks.filter((stack) => problemOf(stack, plan, inventory) === undefined);
  const variables = await passphraseVariables(runnable, {
    project,
    environment: process.env,
    ...(options.passphraseFolder === undefined ? {} : { passphraseFolder: options.passphraseFolder }),
    ...(canAsk() ? { ask: secretAnswer } : {}),
  });
  const counter = options.countRequests === true ? await RequestCounter.start(process.env) : undefined;
  const setup = workerSetup(folder);
  const view = await viewOf(command, options);
  const limiter = await Limiter.start();
  const journal = before === undefined ? Journal.begin(journals, plan) : Journal.resume(before);
  const workers = new Workers({
    ...setup,
    environment: { ...process.env, ...limiter.variables },
    timeout: options.timeout * 60_000,
    onStep: (stack, step) => view.step(stack, step),
  });
  const run = new FleetRun({ plan, inventory, options, parallel, folder, view, journal, workers, variables, before });
  try {
    const outcomes = await run.all(stacks);
    journal.finish();
    view.pause();
    const all = [...(before === undefined ? [] : endedBefore(before)), ...outcomes];
    const report = await reported(run, all, { counter, limiter });
    if (options.json === true) print(`${visibleJson({ event: "report", ...report })}\n`);
    else print(summaryText(report, journal.folder));
    return exitCodeOf(report.stacks.map(({ state }) => state));
  } finally {
    run.stopListening();
    await workers.end();
    await limiter.stop();
  }
}

interface FleetRunParts {
  readonly plan: RunPlan;
  readonly inventory: readonly FleetStack[];
  readonly options: FleetRunOptions;
  readonly parallel: number;
  readonly folder: string;
  readonly view: FleetView;
  readonly journal: Journal;
  readonly workers: Workers;
  readonly variables: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly before: RecordedRun | undefined;
}

class FleetRun {
  readonly beganAt = new Date();
  readonly #outcomes = new Map<string, StackOutcome>();
  #stop: string | undefined;
  #interrupts = 0;
  readonly #interrupt = () => this.#interrupted();

  constructor(readonly parts: FleetRunParts) {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, this.#interrupt);
  }

  stopListening(): void {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, this.#interrupt);
  }

  /** Every stack, canaries first. */
  async all(stacks: readonly string[]): Promise<StackOutcome[]> {
    const { plan, inventory, view, options, parallel, before } = this.parts;
    view.begin(stacks.length, parallel);
    const runnable: PlannedStack[] = [];
    for (const stack of stacks) {
      const problem = problemOf(stack, plan, inventory);
      if (problem !== undefined) this.#ended({ ...withoutRun(stack, "failed"), messages: [problem] });
      // Only the tenant shows the result of an interrupted run.
      else runnable.push({ stack, refresh: plan.refresh || before?.cutOff.has(stack) === true });
    }
    const canaries = canaryCount(options.canary, runnable.length);
    const [first, rest] = [runnable.slice(0, canaries), runnable.slice(canaries)];
    if (first.length > 0) await this.#pool(first);
    if (rest.length > 0 && (await this.#mayGoOn(first, rest))) {
      // Engines must not download the same plugin at the same time (pulumi#4031).
      const alone = first.length === 0 && hasMissingPlugin() ? 1 : 0;
      if (alone > 0) await this.#pool(rest.slice(0, alone));
      await this.#pool(rest.slice(alone));
    }
    await this.#offerCancel();
    return [...this.#outcomes.values()];
  }

  async #pool(stacks: readonly PlannedStack[]): Promise<void> {
    const { plan, options, parallel, view, journal } = this.parts;
    await runPool(stacks, {
      parallel: Math.min(parallel, stacks.length),
      tries: options.tries,
      maxFailures: (options.maxFailures ?? Infinity) - countsOf([...this.#outcomes.values()]).failed,
      run: (planned, slot) => this.parts.workers.run(this.#job(planned), slot),
      stopped: () => this.#stop,
      onStart: (stack, tryNumber) => {
        journal.started(stack, tryNumber);
        view.started(stack, tryNumber);
      },
      onRetry: (stack, tryNumber, messages) => view.retried(stack, tryNumber, messages),
      onEnd: (outcome) => this.#ended(outcome),
      stateOf: (result) => stateOf(plan, result),
      lockOwnerState,
    });
  }

  #job({ stack, refresh }: PlannedStack): Job {
    const { plan, variables } = this.parts;
    const { command, drift, policyPacks, init } = plan;
    const environment = variables.get(stack) ?? {};
    return { stack, command, refresh, drift, policyPacks, environment, ...(init === undefined ? {} : { init }) };
  }

  #ended(outcome: StackOutcome): void {
    this.#outcomes.set(outcome.stack, outcome);
    this.parts.journal.ended(outcome);
    this.parts.view.ended(outcome);
  }

  /** After the canaries: all must have succeeded, and a person must confirm. */
  async #mayGoOn(first: readonly PlannedStack[], rest: readonly PlannedStack[]): Promise<boolean> {
    if (first.length === 0) return true;
    const hasFailed = first.some(({ stack }) => this.#outcomes.get(stack)?.state === "failed");
    const { options, plan, view } = this.parts;
    let reason = hasFailed ? leftOutByCanary : this.#stop;
    if (reason === undefined && options.yes !== true) {
      view.pause();
      const names = first.map(({ stack }) => stack).join(", ");
      const question = `${plan.command} of ${names} has succeeded. Continue with the other ${rest.length}?`;
      if (!(canAsk() && (await confirmed(question)))) reason = leftOutByPerson;
      else view.begin(rest.length, this.parts.parallel);
    }
    if (reason === undefined) return true;
    for (const { stack } of rest) this.#ended({ ...withoutRun(stack, "leftOut"), messages: [reason] });
    return false;
  }

  /** Locks of processes that have ended: nothing else releases them. */
  async #offerCancel(): Promise<void> {
    const dead = [...this.#outcomes.values()].filter(({ lock }) => lock?.state === "dead").map(({ stack }) => stack);
    if (dead.length === 0 || this.#stop !== undefined) return;
    const { options, view, folder, variables, before } = this.parts;
    view.pause();
    // Locks of the resumed run: its process and its engines have ended.
    const own = dead.filter((stack) => before?.cutOff.has(stack));
    const others = dead.filter((stack) => !own.includes(stack));
    const question = `The processes that locked ${others.join(", ")} have ended. Cancel these locks and run again?`;
    const mayCancel =
      others.length > 0 && (options.cancelDeadLocks === true || (canAsk() && (await confirmed(question))));
    const freed = mayCancel ? dead : own;
    if (freed.length === 0) return;
    for (const stack of freed) {
      say(`${stack}: cancelling the lock of a process that has ended.`);
      const environment = { ...process.env, ...variables.get(stack) };
      await askPulumi(["cancel", "--yes", "--stack", stack], { folder, environment });
      this.#outcomes.delete(stack);
    }
    view.begin(freed.length, this.parts.parallel);
    await this.#pool(freed.map((stack) => ({ stack, refresh: true })));
  }

  /**
   * First Ctrl-C: running stacks finish. Second: they are interrupted. Third: this process ends.
   */
  #interrupted(): void {
    this.#interrupts++;
    this.#stop = "interrupted";
    if (this.#interrupts === 1) {
      say("Interrupted: the running stacks finish, no other starts. Press Ctrl-C again to interrupt them.");
    } else if (this.#interrupts === 2) {
      say("Interrupting the running stacks: each engine finishes its current operations.");
      this.parts.workers.cancel();
    } else process.exit(130);
  }
}

async function planOf(
  command: FleetCommand,
  inventory: readonly FleetStack[],
  options: FleetRunOptions,
  place: { readonly folder: string; readonly journals: string },
): Promise<RunPlan> {
  const chosen = await selectStacks(inventory, options, { ...place, secretsEndWithin });
  const { drift = false, init, secretsProvider } = options;
  return {
    command,
    stacks: chosen.map(({ stack }) => stack),
    refresh: options.refresh === true || drift,
    drift,
    policyPacks: (options.policyPack ?? []).map((pack) => path.resolve(pack)),
    ...(init === true ? { init: secretsProvider === undefined ? {} : { secretsProvider } } : {}),
  };
}

/** The last run of the command, interrupted or with stacks left out. */
async function interruptedRun(journals: string, command: FleetCommand): Promise<RecordedRun> {
  const run = (await readRuns(journals)).find(({ plan }) => plan.command === command);
  if (run === undefined) throw new VisibleError(`${journals} has no run of \`npx mssp fleet ${command}\` to resume.`);
  const { host, pid } = run.owner;
  if (!run.finished && host === hostname() && isRunning(pid, /mssp|fleet|node/)) {
    throw new VisibleError(`The run ${run.id} is still running in process ${pid}. Nothing was resumed.`);
  }
  return run;
}

function endedBefore(before: RecordedRun): StackOutcome[] {
  return [...before.outcomes.values()].map(({ outcome }) => outcome);
}

async function confirmRun({ command }: RunPlan, stacks: readonly string[], options: FleetRunOptions): Promise<void> {
  if (command === "preview" || options.yes === true) return;
  const many = stacks.length === 1 ? "1 stack" : `${stacks.length} stacks`;
  const shown = `${stacks.slice(0, 5).join(", ")}${stacks.length > 5 ? ", …" : ""}`;
  if (!(await confirmed(`${command} of ${many} (${shown})?`))) throw new VisibleError("Nothing was run.");
}

/** Why a stack fails without a run. `destroy` does not read the settings. */
function problemOf(stack: string, { command }: RunPlan, inventory: readonly FleetStack[]): string | undefined {
  const known = inventory.find((one) => one.stack === stack);
  if (known === undefined) return `Pulumi.${stack}.yaml no longer exists`;
  return command === "destroy" ? undefined : known.problem;
}

function withoutRun(stack: string, state: StackState): StackOutcome {
  return { stack, state, seconds: 0, tries: 0, messages: [], nextSteps: [] };
}

function stateOf({ command, drift }: RunPlan, { preview }: TryResult): StackState {
  const additions = (preview?.additions ?? []).flatMap((part) => part.additions).length;
  if ((preview?.changes.length ?? 0) + additions === 0) return "unchanged";
  return command === "refresh" || drift ? "drifted" : "changed";
}

export function canaryCount(canary: Canary | undefined, total: number): number {
  if (canary === undefined) return 0;
  const { count, percent = 0 } = canary;
  return Math.min(total, count ?? Math.max(1, Math.ceil((total * percent) / 100)));
}

/** One worker for each core, limited by the free memory. */
function defaultParallel(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / bytesOfWorker)));
}

function lockOwnerState(host: string, pid: number): LockOwnerState {
  if (host !== hostname()) return "otherMachine";
  return isRunning(pid, /pulumi/) ? "alive" : "dead";
}

/**
 * Whether a process runs on this machine. Process IDs are reused, so the name must match where the
 * system shows it.
 */
function isRunning(pid: number, name: RegExp): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const file = `/proc/${pid}/cmdline`;
  return !existsSync(file) || name.test(readFileSync(file, "utf8"));
}

/**
 * The program's module, and the engine. Changes the working folder to the program's, as the engine
 * does.
 */
function workerSetup(folder: string) {
  const project = parse(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8")) as { main?: unknown };
  const main = createRequire(path.join(folder, "Pulumi.yaml")).resolve(
    path.resolve(folder, typeof project.main === "string" ? project.main : "."),
  );
  const { file, version } = requireEngine(process.env);
  process.chdir(path.dirname(main));
  return { folder, main, engine: file, engineVersion: version };
}

/** Every stack needs azuread's plugin; the engine gets others on demand. */
function hasMissingPlugin(): boolean {
  const home = process.env["PULUMI_HOME"] || path.join(homedir(), ".pulumi");
  const packageFile = readFileSync(require.resolve("@pulumi/azuread/package.json"), "utf8");
  const { version } = JSON.parse(packageFile) as { readonly version: string };
  return !existsSync(path.join(home, "plugins", `resource-azuread-v${version}`));
}

async function viewOf(command: FleetCommand, { json }: FleetRunOptions): Promise<FleetView> {
  if (json === true) return new JsonView(command);
  if (!process.stderr.isTTY || process.env["CI"] !== undefined) return new LineView(command);
  const { logUpdateStderr } = await import("log-update");
  const { stderr } = process;
  return new LiveView(command, logUpdateStderr, () => ({ columns: stderr.columns, rows: stderr.rows }));
}

async function reported(
  { parts, beganAt }: FleetRun,
  all: readonly StackOutcome[],
  { counter, limiter }: { readonly counter: RequestCounter | undefined; readonly limiter: Limiter },
): Promise<RunReport> {
  const { plan, inventory, journal, before } = parts;
  const outcomes = [...new Map(all.map((one) => [one.stack, one])).values()];
  const known = new Map(inventory.map((one) => [one.stack, one]));
  const requests = await counter?.counts(inventory);
  const report: RunReport = {
    msspFleetReport: 1,
    run: journal.id,
    command: plan.command,
    beganAt: (before?.beganAt ?? beganAt).toISOString(),
    endedAt: new Date().toISOString(),
    refresh: plan.refresh,
    policyPacks: plan.policyPacks,
    counts: countsOf(outcomes),
    ...(requests === undefined ? {} : { requests }),
    ownRequests: { ...limiter.counts },
    stacks: outcomes.map((one) => {
      const customerName = known.get(one.stack)?.customerName;
      return customerName === undefined ? one : { ...one, customerName };
    }),
  };
  await writeReport(journal.folder, report);
  return report;
}

function say(line: string): void {
  process.stderr.write(`mssp fleet: ${line}\n`);
}
