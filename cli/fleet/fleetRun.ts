/** One run over many stacks: canaries, the pool, confirmation, locks, interruption. */
import { existsSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import path from "node:path";
import type { Journal, RunPlan } from "../stack/journal";
import { missingStackText } from "../stack/outcome";
import type { LockOwnerState, StackOutcome, StackState, TryResult } from "../stack/outcome";
import { askPulumi } from "../stack/pulumi";
import { AgreedRuns } from "./agreedRuns";
import { countsOf } from "./runReport";
import { byChange, isPlanned, type FleetPlan } from "./fleetPlan";
import { runPool, type PlannedStack } from "./pool";
import { stackProblem, type Canary, type PreparedRun } from "./prepareRun";
import { isRunning } from "./processState";
import { processSpace } from "../stack/processSpace";
import type { FleetView } from "./view";
import type { Job } from "./job";
import type { Workers } from "./workers";

/** What a run writes to, and what runs its stacks. */
export interface RunEquipment {
  readonly view: FleetView;
  /** Undefined for the previews before an `up`. */
  readonly journal: Journal | undefined;
  readonly workers: Workers;
}

const leftOutByCanary = "a canary failed";
const leftOutByPerson = "not confirmed";

/** Runs the stacks of a prepared run, and handles its interruption. */
export class FleetRun {
  readonly beganAt: Date;
  readonly #outcomes = new Map<string, StackOutcome>();
  #stop: string | undefined;
  #interrupts = 0;
  readonly #interrupt = () => this.#interrupted();
  readonly #runs: AgreedRuns;

  constructor(
    private readonly prepared: PreparedRun,
    private readonly equipment: RunEquipment,
  ) {
    const { now, signals, environment } = prepared.session;
    const { folder } = prepared.project;
    this.#runs = new AgreedRuns({ ...equipment, folder, environment, now, stopped: () => this.#stop !== undefined });
    this.beganAt = now();
    for (const name of ["SIGINT", "SIGTERM"] as const) signals.on(name, this.#interrupt);
  }

  stopListening(): void {
    const { signals } = this.prepared.session;
    for (const name of ["SIGINT", "SIGTERM"] as const) signals.off(name, this.#interrupt);
  }

  /** Every stack, canaries first. @param seen what their previews say; only those run that have one. */
  async all(stacks: readonly string[], seen?: FleetPlan): Promise<StackOutcome[]> {
    const { plan, parallel, before } = this.prepared;
    const { view } = this.equipment;
    view.begin(stacks.length, parallel);
    const runnable: PlannedStack[] = [];
    for (const stack of stacks) {
      const refusal = stackProblem(stack, plan, this.prepared);
      const unseen = unseenProblem(seen?.get(stack));
      if (refusal !== undefined) this.#ended({ ...withoutRun(stack, "failed"), messages: [refusal], isRefused: true });
      else if (unseen !== undefined) this.#ended({ ...withoutRun(stack, "failed"), messages: [unseen] });
      // Only the tenant shows the result of an interrupted run.
      else runnable.push({ stack, refresh: plan.refresh || before?.cutOff.has(stack) === true });
    }
    const [first, rest] = withCanaries(runnable, this.prepared.options.canary, seen);
    if (first.length > 0) await this.#pool(first);
    if (rest.length > 0 && (await this.#mayGoOn(first, rest))) {
      // Engines must not download the same plugin at the same time (pulumi#4031).
      const alone = first.length === 0 && hasMissingPlugin(this.prepared.session.environment) ? 1 : 0;
      if (alone > 0) await this.#pool(rest.slice(0, alone));
      await this.#pool(rest.slice(alone));
    }
    await this.#offerCancel();
    return [...this.#outcomes.values()];
  }

  async #pool(stacks: readonly PlannedStack[]): Promise<void> {
    const { plan, options, parallel } = this.prepared;
    const { view, journal } = this.equipment;
    await runPool(stacks, {
      parallel: Math.min(parallel, stacks.length),
      tries: options.tries,
      maxFailures: (options.maxFailures ?? Infinity) - countsOf([...this.#outcomes.values()]).failed,
      run: (planned, slot) => this.#runs.run(this.#job(planned), slot),
      stopped: () => this.#stop,
      onStart: (stack, tryNumber) => {
        journal?.started(stack, tryNumber);
        view.started(stack, tryNumber);
      },
      onRetry: (stack, tryNumber, messages) => view.retried(stack, tryNumber, messages),
      onEnd: (outcome) => this.#ended(outcome),
      stateOf: (result) => resultState(plan, result),
      lockOwnerState,
    });
  }

  #job({ stack, refresh }: PlannedStack): Job {
    const { plan, variables, inventory } = this.prepared;
    const hasExtension = inventory.some((listed) => listed.stack === stack && listed.extension !== undefined);
    const { command, drift, keep, policyPacks, init } = plan;
    const environment = variables.get(stack) ?? {};
    return { stack, command, refresh, drift, keep, policyPacks, environment, hasExtension, init };
  }

  #ended(outcome: StackOutcome): void {
    this.#outcomes.set(outcome.stack, outcome);
    this.equipment.journal?.ended(outcome);
    this.equipment.view.ended(outcome);
  }

  get isInterrupted(): boolean {
    return this.#interrupts > 0;
  }

  /** After the canaries: all must have succeeded, and a person must confirm. */
  async #mayGoOn(first: readonly PlannedStack[], rest: readonly PlannedStack[]): Promise<boolean> {
    if (first.length === 0) return true;
    const hasFailed = first.some(({ stack }) => this.#outcomes.get(stack)?.state === "failed");
    const { options, plan, session } = this.prepared;
    const { view } = this.equipment;
    let reason = hasFailed ? leftOutByCanary : this.#stop;
    if (reason === undefined && options.yes !== true) {
      view.pause();
      const names = first.map(({ stack }) => stack).join(", ");
      const question = `${plan.command} of ${names} has succeeded. Continue with the other ${rest.length}?`;
      if (!(session.ask.isPossible && (await session.ask.confirm(question)))) reason = leftOutByPerson;
      view.goOn();
    }
    if (reason === undefined) return true;
    for (const { stack } of rest) this.#ended({ ...withoutRun(stack, "leftOut"), messages: [reason] });
    return false;
  }

  /** Locks of processes that have ended: nothing else releases them. */
  async #offerCancel(): Promise<void> {
    const dead = [...this.#outcomes.values()].filter(({ lock }) => lock?.state === "dead").map(({ stack }) => stack);
    if (dead.length === 0 || this.#stop !== undefined) return;
    const { options, project, variables, before, session } = this.prepared;
    const { view } = this.equipment;
    view.pause();
    // Locks of the resumed run: its process and its engines have ended, where their IDs are those of
    // this machine.
    const isHere = before?.owner.processes === processSpace();
    const own = dead.filter((stack) => isHere && before?.cutOff.has(stack));
    const others = dead.filter((stack) => !own.includes(stack));
    const question = `The processes that locked ${others.join(", ")} have ended. Cancel these locks and run again?`;
    const mayCancel =
      others.length > 0 &&
      (options.cancelDeadLocks === true || (session.ask.isPossible && (await session.ask.confirm(question))));
    const freed = mayCancel ? dead : own;
    if (freed.length === 0) {
      view.goOn();
      return;
    }
    const again = freed.flatMap((stack) => this.#outcomes.get(stack) ?? []);
    for (const stack of freed) {
      view.say(`${stack}: cancelling the lock of a process that has ended.`);
      const environment = { ...session.environment, ...variables.get(stack) };
      await askPulumi(["cancel", "--yes", "--stack", stack], { folder: project.folder, environment });
      this.#outcomes.delete(stack);
    }
    view.goOn(again);
    await this.#pool(freed.map((stack) => ({ stack, refresh: true })));
  }

  /**
   * First Ctrl-C: running stacks finish. Second: they are interrupted. Third: this process ends.
   */
  #interrupted(): void {
    this.#interrupts++;
    this.#stop = "interrupted";
    if (this.#interrupts > 2) process.exit(130);
    this.equipment.view.interrupted(this.#interrupts);
    if (this.#interrupts === 2) this.equipment.workers.cancel();
  }
}

export function canaryCount(canary: Canary | undefined, total: number): number {
  if (canary === undefined) return 0;
  const { count, percent = 0 } = canary;
  return Math.min(total, count ?? Math.max(1, Math.ceil((total * percent) / 100)));
}

/** The canaries, and the others. With a plan, a canary is a customer that changes. */
export function withCanaries<T extends { readonly stack: string }>(
  stacks: readonly T[],
  canary: Canary | undefined,
  seen: FleetPlan | undefined,
): readonly [readonly T[], readonly T[]] {
  const ordered = seen === undefined ? stacks : byChange(stacks, seen);
  const count = canaryCount(canary, ordered.length);
  return [ordered.slice(0, count), ordered.slice(count)];
}

/** Why a stack does not run whose preview is no plan. */
function unseenProblem(outcome: StackOutcome | undefined): string | undefined {
  if (outcome === undefined || isPlanned(outcome)) return undefined;
  return outcome.state === "new" ? missingStackText(outcome.stack) : (outcome.messages[0] ?? "its preview failed");
}

function withoutRun(stack: string, state: StackState): StackOutcome {
  return { stack, state, seconds: 0, tries: 0, messages: [], nextSteps: [] };
}

function resultState({ command, drift }: RunPlan, { preview, isNew }: TryResult): StackState {
  if (isNew === true) return "new";
  const additions = (preview?.additions ?? []).flatMap((part) => part.additions).length;
  if ((preview?.changes.length ?? 0) + additions === 0) return "unchanged";
  return command === "refresh" || drift ? "drifted" : "changed";
}

function lockOwnerState(host: string, pid: number): LockOwnerState {
  if (host !== hostname()) return "otherMachine";
  return isRunning(pid, /pulumi/) ? "alive" : "dead";
}

/** Every stack needs azuread's plugin; the engine gets others on demand. */
function hasMissingPlugin(environment: NodeJS.ProcessEnv): boolean {
  const home = environment["PULUMI_HOME"] || path.join(homedir(), ".pulumi");
  const packageFile = readFileSync(require.resolve("@pulumi/azuread/package.json"), "utf8");
  const { version } = JSON.parse(packageFile) as { readonly version: string };
  return !existsSync(path.join(home, "plugins", `resource-azuread-v${version}`));
}
