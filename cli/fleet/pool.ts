/** Runs many stacks, several at a time. A failure does not stop other stacks. */
import { firstLine } from "../stack/pulumi";
import {
  isPassing,
  lockOwnerOf,
  type LockOwnerState,
  type StackOutcome,
  type StackState,
  type TryResult,
} from "../stack/outcome";

export interface PlannedStack {
  readonly stack: string;
  /** Read the tenant first: an earlier run may have been interrupted. */
  readonly refresh: boolean;
}

export interface PoolOptions {
  readonly parallel: number;
  /** Most tries of a stack after transient errors. */
  readonly tries: number;
  /** After this number of failed stacks, no other is started. */
  readonly maxFailures: number;
  readonly run: (stack: PlannedStack, slot: number) => Promise<TryResult>;
  /** Why no further stack may start; undefined while they may. */
  readonly stopped: () => string | undefined;
  readonly onStart: (stack: string, tryNumber: number) => void;
  /** A try failed with a transient error; the stack waits for its next try. */
  readonly onRetry: (stack: string, tryNumber: number, messages: readonly string[]) => void;
  readonly onEnd: (outcome: StackOutcome) => void;
  readonly stateOf: (result: TryResult) => StackState;
  readonly lockOwnerState: (host: string, pid: number) => LockOwnerState;
  /** Pause before the second try, doubled for each further one, in milliseconds. */
  readonly firstPause?: number;
}

interface Waiting extends PlannedStack {
  readonly tryNumber: number;
}

/**
 * Runs the stacks in their order and reports each one's outcome, also of those that were left out.
 */
export async function runPool(stacks: readonly PlannedStack[], options: PoolOptions): Promise<StackOutcome[]> {
  return new Pool(stacks, options).run();
}

class Pool {
  readonly #queue: Waiting[];
  readonly #outcomes: StackOutcome[] = [];
  readonly #idle: (() => void)[] = [];
  /** Stacks that run or wait for their next try, and may return to the queue. */
  #open = 0;

  constructor(
    stacks: readonly PlannedStack[],
    private readonly options: PoolOptions,
  ) {
    this.#queue = stacks.map((stack) => ({ ...stack, tryNumber: 1 }));
  }

  async run(): Promise<StackOutcome[]> {
    await Promise.all(Array.from({ length: this.options.parallel }, (_, slot) => this.#work(slot)));
    while (this.#open > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    const reason = this.#stopReason() ?? "not run";
    for (const { stack, tryNumber } of this.#queue) {
      this.#finish({ ...ending(stack, tryNumber - 1), state: "leftOut", messages: [reason] });
    }
    return this.#outcomes;
  }

  async #work(slot: number): Promise<void> {
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      this.#open++;
      this.options.onStart(next.stack, next.tryNumber);
      const result = await this.options.run(next, slot);
      this.#judge(next, result);
    }
  }

  /** The next stack; waits while others may return. Undefined if none will follow. */
  async #next(): Promise<Waiting | undefined> {
    for (;;) {
      if (this.#stopReason() !== undefined) return undefined;
      const next = this.#queue.shift();
      if (next !== undefined || this.#open === 0) return next;
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  #judge(planned: Waiting, result: TryResult): void {
    const { stack, tryNumber } = planned;
    const lock = result.ok ? undefined : lockOwnerOf(result, this.options.lockOwnerState);
    // The engine of a killed run continues for a moment and releases its lock itself.
    const mayPass = lock === undefined ? isPassing(result) : lock.state === "alive";
    if (!result.ok && mayPass && tryNumber < this.options.tries) {
      this.options.onRetry(stack, tryNumber, result.messages);
      const pause = (this.options.firstPause ?? 2000) * 2 ** (tryNumber - 1);
      setTimeout(() => {
        this.#open--;
        this.#queue.push({ stack, refresh: true, tryNumber: tryNumber + 1 });
        this.#wake();
      }, pause);
      return;
    }
    this.#open--;
    const { seconds, preview, nextSteps, messages, printed, leavers } = result;
    const said = messages.length > 0 ? messages : result.ok ? [] : [firstLine(printed)];
    this.#finish({
      ...ending(stack, tryNumber),
      state: result.ok ? this.options.stateOf(result) : "failed",
      seconds,
      nextSteps,
      ...(leavers === undefined ? {} : { leavers }),
      messages: lock === undefined ? said : [lockText(stack, lock)],
      ...(preview === undefined ? {} : { preview }),
      ...(lock === undefined ? {} : { lock }),
    });
    this.#wake();
  }

  #finish(outcome: StackOutcome): void {
    this.#outcomes.push(outcome);
    this.options.onEnd(outcome);
  }

  #stopReason(): string | undefined {
    const failures = this.#outcomes.filter(({ state }) => state === "failed").length;
    if (failures >= this.options.maxFailures) return `--set maxFailures=${this.options.maxFailures} was reached`;
    return this.options.stopped();
  }

  #wake(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function ending(stack: string, tries: number): StackOutcome {
  return { stack, state: "failed", seconds: 0, tries, messages: [], nextSteps: [] };
}

function lockText(stack: string, { host, pid, since, state }: NonNullable<StackOutcome["lock"]>): string {
  const owner = `process ${pid} on ${host} since ${since}`;
  if (state !== "dead") return `the stack is locked by ${owner}`;
  return `the stack is locked by ${owner}, which has ended: run npx pulumi cancel --yes --stack ${stack}`;
}
