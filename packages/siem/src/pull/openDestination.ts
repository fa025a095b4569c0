/**
 * One of several destinations of a command, for all pulls of it. It takes one delivery at a time.
 * While it is down, nothing waits for it: a delivery fails at once until it is time to try again.
 */
import { DestinationError, type Destination } from "../sinks/sink";
import { pauseAfter } from "./patiently";
import { Slots } from "./slots";

export interface OpenDestinationOptions {
  /** The pause of --follow, in milliseconds; undefined: a destination that has failed is not tried again. */
  readonly follow: number | undefined;
  readonly note: (text: string) => void;
  /** A delivery has failed. */
  readonly failed: (name: string) => void;
  /** Milliseconds, for tests. */
  readonly now?: () => number;
}

/** A destination that fails by itself. */
export class OpenDestination<T> implements Destination<T> {
  readonly #turns = new Slots(1);
  #down: { readonly until: number; readonly error: DestinationError } | undefined;
  #failures = 0;

  constructor(
    /** As in the option: `log-analytics`. */
    readonly name: string,
    private readonly sink: Destination<T>,
    private readonly options: OpenDestinationOptions,
  ) {}

  /** The failure that it has not recovered from. */
  get failure(): DestinationError | undefined {
    return this.#down?.error;
  }

  deliver(items: readonly T[]): Promise<void> {
    return this.#turns.use(async () => {
      await this.#try(() => this.sink.deliver(items));
      if (this.#down !== undefined) this.options.note(`--${this.name}: accepts records again.`);
      this.#down = undefined;
      this.#failures = 0;
    });
  }

  flush(): Promise<void> {
    return this.#turns.use(() => this.#try(async () => this.sink.flush?.()));
  }

  async #try(work: () => Promise<void>): Promise<void> {
    const { now = Date.now } = this.options;
    if (this.#down !== undefined && now() < this.#down.until) throw this.#down.error;
    try {
      await work();
    } catch (error) {
      if (error instanceof DestinationError) this.#fail(error, now());
      throw error;
    }
  }

  #fail(error: DestinationError, at: number): void {
    const { follow, note, failed } = this.options;
    failed(this.name);
    if (this.#down === undefined) {
      const rest = follow === undefined ? "" : " It is tried again.";
      note(`--${this.name}: ${error.message.replace(/\.$/, "")}. The other destinations go on.${rest}`);
    }
    const until = follow === undefined ? Infinity : at + pauseAfter(error, follow, this.#failures++);
    this.#down = { until, error };
  }
}
