/**
 * The pull: reads, leaves out what came before, delivers, and only then moves the checkpoint. A
 * kill between the two delivers some items again, with the same IDs, and loses none.
 */
import { wait } from "@defender-mssp/microsoft";
import type { Position } from "./checkpoint";
import type { Destination } from "../sinks/sink";
import { overlap } from "./overlap";
import { isPassing } from "./isPassing";
import type { PullProgress } from "./pullProgress";
import { readAhead } from "./readAhead";
import type { ServiceClock } from "./serviceClock";
import { SharedPull } from "./sharedPull";
import type { Pulled, Source } from "./source";
import type { Slots } from "./slots";
import { Track, type TrackOptions } from "./track";
import { readFrom, type ReadPage } from "./windows";

/** The longest pause after a failure, in milliseconds, unless the service asks for a longer one. */
const longestRetryPause = 60_000;

export interface PullOptions<T extends Pulled> {
  readonly source: Source<T>;
  readonly sink: Destination<T>;
  readonly position: Position;
  /** The file that keeps the position. */
  readonly checkpoint?: string;
  /** The only severities that the source has; undefined: all. */
  readonly severities?: readonly string[] | undefined;
  /** Older items are the backlog of a first pull: ISO 8601. */
  readonly lagFrom?: string | undefined;
  /** What follows each time that everything up to now was delivered. It does not throw but for the signal. */
  readonly afterwards?: (() => Promise<void>) | undefined;
  /** Goes on after the end, with this pause, in milliseconds. */
  readonly follow?: number;
  readonly signal?: AbortSignal;
  readonly progress?: PullProgress;
  readonly clock?: ServiceClock;
  /** Several destinations, each with a position of its own, in place of `sink`, `position` and `checkpoint`. */
  readonly tracks?: readonly TrackOptions<T>[] | undefined;
  /** Of several pulls: each page is read and delivered in a slot. Without them the next page is read ahead. */
  readonly slots?: Slots;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** A pull that is done step by step. */
export interface SteppedPull {
  /** Whether a checkpoint keeps the position. */
  readonly isKept: boolean;
  /** Reads and delivers up to now. @throws as `pull` does. */
  catchUp(): Promise<void>;
}

/** The pull to one destination, or to several. */
export function steppedPull<T extends Pulled>(options: PullOptions<T>): SteppedPull {
  const { tracks } = options;
  return tracks === undefined ? new Pull(options) : new SharedPull({ ...options, tracks });
}

/**
 * Pulls until there is nothing new, or with `follow` until the signal says so.
 * @throws ServiceError, VisibleError, ReaderGone, or the signal's reason; the checkpoint is written
 * before.
 */
export async function pull<T extends Pulled>(options: PullOptions<T>): Promise<void> {
  const { follow, signal, afterwards, sleep = wait } = options;
  const work = steppedPull(options);
  for (;;) {
    await patiently(() => work.catchUp(), options);
    await afterwards?.();
    if (follow === undefined) return;
    await sleep(follow, signal);
  }
}

/**
 * Does a piece of work; with `follow` again after each passing failure, until it succeeds.
 * @throws what the work throws, or the signal's reason.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { follow, signal, progress, sleep = wait }: Pick<PullOptions<Pulled>, "follow" | "signal" | "progress" | "sleep">,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (follow === undefined || !isPassing(error)) throw error;
      progress?.note(`${error.message.replace(/\.$/, "")}. Trying again.`);
      await sleep(Math.max(Math.min(follow, longestRetryPause), error.retryAfter ?? 0), signal);
    }
  }
}

/** A pull to one destination that is done step by step. */
export class Pull<T extends Pulled> implements SteppedPull {
  readonly #track: Track<T>;

  constructor(private readonly options: PullOptions<T>) {
    this.#track = new Track(options);
  }

  get isKept(): boolean {
    return this.#track.isKept;
  }

  /**
   * Reads and delivers up to now, and moves the checkpoint, also when it fails.
   * @throws as `pull` does.
   */
  async catchUp(): Promise<void> {
    const { progress } = this.options;
    progress?.started?.();
    try {
      await this.#readAll();
      progress?.succeeded?.();
    } catch (error) {
      // The first failure is the one that counts.
      await this.#track.save().catch((failure: unknown) => progress?.note(String(failure)));
      progress?.failed?.();
      throw error;
    }
  }

  async #readAll(): Promise<void> {
    const { source, signal, clock, slots } = this.options;
    const pages = readFrom(source, this.#track.cursor, { signal, overlap, clock });
    if (slots === undefined) for await (const page of readAhead(pages)) await this.#track.take(page);
    else while (await slots.use(() => this.#takeNext(pages)));
    await this.#track.finish();
  }

  /** False after the last page. */
  async #takeNext(pages: AsyncGenerator<ReadPage<T>, void>): Promise<boolean> {
    const { done, value } = await pages.next();
    if (done === true) return false;
    await this.#track.take(value);
    return true;
  }
}
