/** The worker threads of a fleet run, one for each slot of the pool. */
import path from "node:path";
import { Worker } from "node:worker_threads";
import { npmEnvironment } from "@defender-mssp/errors/npmEnvironment";
import { minuteMs } from "@defender-mssp/errors/time";
import { redactedText } from "../base/redaction";
import type { TryResult } from "../stack/outcome";
import type { FromWorker, Job, ToWorker, WorkerSetup } from "./job";

/**
 * Each stack leaves a fifth of a MB in its thread, and an error of a program may leave more, so the
 * thread is replaced after this many stacks.
 */
const stacksOfOneWorker = 20;
/**
 * Limit of a thread's heap, in MB: twice what a customer with 1,000 analysts needs. The larger the
 * limit, the more garbage V8 leaves: four times what is in use where the limit is 2 GB or more.
 */
const heapLimit = 1024;
/** Characters of a program's output that are kept for the report of a failure. */
const printedLimit = 4_000;

export interface WorkersOptions extends WorkerSetup {
  /** Every worker's environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Time after which a stack is interrupted, in milliseconds. */
  readonly timeout: number;
  readonly onStep: (stack: string, step: string) => void;
  /** Why a resource of the stack waits, and until when; undefined when it goes on. */
  readonly onWait: (stack: string, text: string | undefined) => void;
  /** How many resources of the stack the command is through with; of how many, where the state says so. */
  readonly onResources: (stack: string, done: number, total: number | undefined) => void;
}

export class Workers {
  readonly #slots: (Slot | undefined)[] = [];
  #isCancelled = false;

  constructor(private readonly options: WorkersOptions) {}

  /** Runs a job in a slot. Never throws: the end of a worker is a failed try. */
  async run(job: Job, slot: number): Promise<TryResult> {
    let worker = this.#slots[slot];
    if (worker === undefined || worker.ended || worker.stacks >= stacksOfOneWorker) {
      await worker?.end();
      worker = new Slot(this.options);
      this.#slots[slot] = worker;
    }
    if (this.#isCancelled) return failedTry("interrupted");
    return worker.run(job);
  }

  /** Interrupts the running stacks: each engine finishes its operations and releases its lock. */
  cancel(): void {
    this.#isCancelled = true;
    for (const slot of this.#slots) slot?.cancel();
  }

  async end(): Promise<void> {
    await Promise.all(this.#slots.flatMap((slot) => (slot === undefined ? [] : [slot.end()])));
  }
}

class Slot {
  readonly #worker: Worker;
  stacks = 0;
  ended = false;

  constructor(private readonly options: WorkersOptions) {
    const { folder, main, engine, engineVersion, environment } = options;
    this.#worker = new Worker(path.join(__dirname, "worker.js"), {
      workerData: { folder, main, engine, engineVersion } satisfies WorkerSetup,
      env: npmEnvironment(environment),
      resourceLimits: { maxOldGenerationSizeMb: heapLimit },
      // A program's output belongs to its customer's result.
      stdout: true,
      stderr: true,
    });
    this.#worker.once("exit", () => (this.ended = true));
    // Each job listens for itself; an error between two jobs only ends the worker.
    this.#worker.on("error", () => (this.ended = true));
  }

  async run(job: Job): Promise<TryResult> {
    this.stacks++;
    let printed = "";
    const print = (data: Buffer) => (printed = (printed + data.toString()).slice(-printedLimit));
    const { stdout, stderr } = this.#worker;
    for (const stream of [stdout, stderr]) stream.on("data", print);
    const timer = setTimeout(() => this.cancel(), this.options.timeout);
    const began = performance.now();
    try {
      const result = await this.#answer(job);
      const isLate = !result.ok && performance.now() - began >= this.options.timeout;
      // The program may still run in this thread.
      if (isLate || job.hasExtension) this.ended = true;
      const late = isLate
        ? [`interrupted after ${Math.round(this.options.timeout / minuteMs)} minutes (--set timeout)`]
        : [];
      const added = result.ok || printed === "" ? "" : `\nThe program printed:\n${redactedText(printed.trim())}`;
      return { ...result, messages: [...late, ...result.messages], printed: result.printed + added };
    } finally {
      clearTimeout(timer);
      for (const stream of [stdout, stderr]) stream.off("data", print);
    }
  }

  cancel(): void {
    this.#send({ cancel: true });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(job: Job): Promise<TryResult> {
    return new Promise((resolve) => {
      const done = (result: TryResult) => {
        this.#worker.off("message", receive).off("error", fail).off("exit", exited);
        resolve(result);
      };
      const receive = (message: FromWorker) => {
        if ("step" in message) this.options.onStep(job.stack, message.step);
        else if ("wait" in message) this.options.onWait(job.stack, message.wait);
        else if ("resources" in message) this.options.onResources(job.stack, message.resources, message.total);
        else {
          if (message.isUnfinished) this.ended = true;
          done(message.result);
        }
      };
      const fail = (error: Error) => done(failedTry(endOf(error, job)));
      const exited = (code: number) => done(failedTry(`the program ended its thread with exit code ${code}`));
      this.#worker.on("message", receive).once("error", fail).once("exit", exited);
      this.#send({ job });
    });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

function endOf(error: NodeJS.ErrnoException, { stack, command }: Job): string {
  if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") return `the program's thread ended: ${redactedText(error.message)}`;
  return (
    `the program needs more than ${heapLimit} MB of memory, the limit of each program in a fleet run. ` +
    `Run \`npx pulumi ${command} --stack ${stack}\`, which has no such limit.`
  );
}

function failedTry(message: string): TryResult {
  return { ok: false, seconds: 0, messages: [message], nextSteps: [], printed: "" };
}
