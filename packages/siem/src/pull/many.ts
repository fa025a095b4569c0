/** Many customers' pulls in one process: one sink, and a failure of one stops no other. */
import { wait, type ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { advised } from "@defender-mssp/terminal/advised";
import { DestinationError, ReaderGone, type NamedDestination } from "../sinks/sink";
import { fanOut } from "./fanOut";
import type { CustomerMetrics, Metrics } from "./metrics";
import { isPassing, pauseAfter } from "./patiently";
import { Pull } from "./pull";
import type { PullProgress } from "./pullProgress";
import { sharedSink } from "./sharedSink";
import { Slots } from "./slots";
import type { Pulled } from "./source";
import { tracksTo, type OpenedPull } from "./start";

/** What a customer's pull works with. */
export interface CustomerContext {
  readonly signal: AbortSignal;
  readonly progress: PullProgress;
  /** Says whose it is, as soon as that is known. */
  readonly identify: (tenantId: string) => void;
  /** Waits without holding up another customer. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Does the part that reads from the service, such as where to begin, in turn with the others. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

export interface CustomerPull<T extends Pulled> {
  readonly stack: string;
  /** Finds source, position and checkpoint. Asked again after a refusal, if a checkpoint keeps the position. */
  readonly open: (context: CustomerContext) => Promise<OpenedPull<T>>;
}

export interface PullManyOptions<T extends Pulled> {
  readonly customers: readonly CustomerPull<T>[];
  /** Several have names. */
  readonly destinations: readonly NamedDestination<T>[];
  /** Pages that are read and delivered at the same time. */
  readonly parallel: number;
  /** Goes on after the end, with this pause, in milliseconds. */
  readonly follow: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: PullProgress;
  readonly metrics: Metrics;
  readonly adviceOn?: (error: ServiceError) => string | undefined;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Pulls all customers; with `follow` without end.
 * @returns the errors of the customers that failed.
 * @throws DestinationError, ReaderGone, or the signal's reason: they end every pull.
 */
export async function pullMany<T extends Pulled>(options: PullManyOptions<T>): Promise<Error[]> {
  return new Customers(options).pull();
}

class Customers<T extends Pulled> {
  /** Ends all pulls when the destination or the reader of the pipe does. */
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #destinations: readonly NamedDestination<T>[];
  readonly #slots: Slots;
  readonly #afterwards = new Map<CustomerPull<T>, () => Promise<void>>();

  constructor(private readonly all: PullManyOptions<T>) {
    const { destinations, follow, signal, progress, metrics, parallel, sleep } = all;
    this.#signal = AbortSignal.any([signal, this.#ending.signal]);
    this.#slots = new Slots(parallel);
    const failed = (): void => metrics.destinationFailed();
    const shared = { follow, signal: this.#signal, progress, sleep, failed };
    this.#destinations = destinations.length > 1 ? destinations : destinations.map((sink) => sharedSink(sink, shared));
  }

  /** @returns the errors of those that failed; with `follow` it does not return. */
  async pull(): Promise<Error[]> {
    const failures: Error[] = [];
    await Promise.allSettled(
      this.all.customers.map(async (customer) => {
        try {
          const failure = await this.#follow(customer);
          if (failure !== undefined) failures.push(failure);
        } catch (error) {
          this.#ending.abort(error);
          throw error;
        }
      }),
    );
    this.all.signal.throwIfAborted();
    // The first one has ended the others.
    this.#ending.signal.throwIfAborted();
    return failures;
  }

  /** One customer; with `follow` again and again. @returns why it failed, without `follow`. */
  async #follow(customer: CustomerPull<T>): Promise<Error | undefined> {
    const { follow, metrics, sleep = wait } = this.all;
    const figures = metrics.customer(customer.stack);
    let work: Pull<T> | undefined;
    for (let failures = 0; ;) {
      let pause = follow;
      try {
        work ??= await this.#open(customer, figures);
        await work.catchUp();
        failures = 0;
        await this.#afterwards.get(customer)?.();
      } catch (thrown) {
        const error = this.#ownError(thrown);
        if (work === undefined) figures.failed();
        this.#note(customer, this.#messageOf(error));
        if (follow === undefined) return error;
        pause = pauseAfter(error, follow, failures++);
        // A refused credential may be another one by then. Without a checkpoint the position is in memory.
        if (!isPassing(error) && work?.isKept === true) work = undefined;
      }
      if (pause === undefined) return undefined;
      await sleep(pause, this.#signal);
    }
  }

  #messageOf(error: VisibleError): string {
    const shown = advised(error, this.all.adviceOn ?? (() => undefined));
    const message = shown instanceof Error ? shown.message : error.message;
    return this.all.follow === undefined ? message : `${message.replace(/\.$/, "")}. Trying again later.`;
  }

  /**
   * The failure of this customer alone: any other error than the listed ones, so that an answer that
   * this program can't read ends no other customer's pull.
   * @throws DestinationError, ReaderGone, or the signal's reason: they end every pull.
   */
  #ownError(error: unknown): VisibleError {
    if (error instanceof DestinationError || error instanceof ReaderGone || this.#signal.aborted) throw error;
    if (error instanceof VisibleError) return error;
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new VisibleError(`An unexpected error, which is a bug of this program: ${trace}`, { cause: error });
  }

  async #open(customer: CustomerPull<T>, figures: CustomerMetrics): Promise<Pull<T>> {
    const note = (text: string): void => this.#note(customer, text);
    const delivered: PullProgress["delivered"] = (...given) => this.all.progress.delivered(...given);
    const progress = fanOut({ note, delivered }, figures);
    const [slots, signal] = [this.#slots, this.#signal];
    const setup = await customer.open({
      signal,
      progress,
      identify: (tenantId) => figures.label({ tenant_id: tenantId }),
      sleep: (milliseconds, ended) => slots.outside(() => wait(milliseconds, ended)),
      inTurn: (work) => slots.use(work),
    });
    const tracks = tracksTo(this.#destinations, setup.positions);
    const { afterwards } = setup;
    // What was begun again after a failure keeps the time of its last count.
    if (afterwards !== undefined && !this.#afterwards.has(customer)) this.#afterwards.set(customer, afterwards);
    return new Pull({ ...setup, signal, progress, slots, tracks });
  }

  #note({ stack }: CustomerPull<T>, text: string): void {
    this.all.progress.note(`${stack}: ${text}`);
  }
}
