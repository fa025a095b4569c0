/**
 * The pull: reads, leaves out what came before, delivers, and only then moves the checkpoint. A
 * kill between the two delivers some items again, with the same IDs, and loses none.
 */
import { ServiceError, wait } from "@defender-mssp/microsoft";
import { writeCheckpoint, type Position } from "./checkpoint";
import { DestinationError, type Destination } from "../sinks/sink";
import { readAhead } from "./readAhead";
import type { ServiceClock } from "./serviceClock";
import type { Pulled, Source } from "./source";
import type { Slots } from "./slots";
import { readFrom, type ReadPage } from "./windows";

/**
 * How far back each pull begins behind the newest item known, in milliseconds: services show
 * them late.
 */
export const overlap = 10 * 60 * 1000;

/**
 * The checkpoint is written at most this often while items come, in milliseconds; a kill repeats
 * no more than this.
 */
const checkpointEvery = 1000;

/** The longest pause after a failure, in milliseconds, unless the service asks for a longer one. */
const longestRetryPause = 60_000;

export interface PullOptions<T extends Pulled> {
  readonly source: Source<T>;
  readonly sink: Destination<T>;
  readonly position: Position;
  /** The file that keeps the position. */
  readonly checkpoint?: string;
  /** Goes on after the end, with this pause, in milliseconds. */
  readonly follow?: number;
  readonly signal?: AbortSignal;
  readonly progress?: PullProgress;
  readonly clock?: ServiceClock;
  /** Of several pulls: each page is read and delivered in a slot. Without them the next page is read ahead. */
  readonly slots?: Slots;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export interface PullProgress {
  /** Number of newly delivered items, and the time of the last one (ISO 8601). */
  delivered(count: number, upTo: string): void;
  note(text: string): void;
  /** Reading up to now begins. */
  started?(): void;
  /** Everything up to now was delivered. */
  succeeded?(): void;
  failed?(): void;
}

/**
 * Pulls until there is nothing new, or with `follow` until the signal says so.
 * @throws ServiceError, VisibleError, ReaderGone, or the signal's reason; the checkpoint is written
 * before.
 */
export async function pull<T extends Pulled>(options: PullOptions<T>): Promise<void> {
  const { follow, signal, sleep = wait } = options;
  const work = new Pull(options);
  for (;;) {
    await patiently(() => work.catchUp(), options);
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

/** A pull that is done step by step. */
export class Pull<T extends Pulled> {
  #position: Position;
  readonly #recent: Map<string, string>;
  #savedAt = 0;
  #isChanged = false;

  constructor(private readonly options: PullOptions<T>) {
    this.#position = options.position;
    this.#recent = new Map(Object.entries(options.position.recent));
  }

  /** Whether a checkpoint keeps the position. */
  get isKept(): boolean {
    return this.options.checkpoint !== undefined;
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
      await this.save().catch((failure: unknown) => progress?.note(String(failure)));
      progress?.failed?.();
      throw error;
    }
  }

  async #readAll(): Promise<void> {
    const { source, sink, signal, clock, slots } = this.options;
    const pages = readFrom(source, this.#position.cursor, { signal, overlap, clock });
    if (slots === undefined) for await (const page of readAhead(pages)) await this.#take(page);
    else while (await slots.use(() => this.#takeNext(pages)));
    await this.save();
    // Without a checkpoint nothing has asked yet whether the destination keeps everything.
    if (this.options.checkpoint === undefined) await sink.flush?.();
  }

  /** False after the last page. */
  async #takeNext(pages: AsyncGenerator<ReadPage<T>, void>): Promise<boolean> {
    const { done, value } = await pages.next();
    if (done === true) return false;
    await this.#take(value);
    return true;
  }

  async #take({ items, after }: ReadPage<T>): Promise<void> {
    this.options.signal?.throwIfAborted();
    const fresh = items.filter(({ id }) => !this.#recent.has(id));
    if (fresh.length > 0) await this.#deliver(fresh);
    this.#moveTo(after, fresh);
    if (Date.now() - this.#savedAt >= checkpointEvery) await this.save();
  }

  /** Never ahead of what the destination keeps. */
  async save(): Promise<void> {
    const { checkpoint, sink } = this.options;
    if (!this.#isChanged || checkpoint === undefined) return;
    await sink.flush?.();
    await writeCheckpoint(checkpoint, { ...this.#position, recent: Object.fromEntries(this.#recent) });
    this.#isChanged = false;
    this.#savedAt = Date.now();
  }

  /**
   * An interrupt doesn't wait for a reader that takes nothing; what it may have got then comes
   * again.
   */
  async #deliver(items: readonly T[]): Promise<void> {
    const { sink, signal } = this.options;
    await unlessAborted(sink.deliver(items), signal);
    this.options.progress?.delivered(items.length, items.at(-1)?.at ?? "");
  }

  #moveTo(cursor: Position["cursor"], delivered: readonly T[]): void {
    const kept = new Date(Math.max(0, Date.parse(cursor.since) - 2 * overlap)).toISOString();
    for (const { id, at } of delivered) if (at >= kept) this.#recent.set(id, at);
    for (const [id, at] of this.#recent) if (at < kept) this.#recent.delete(id);
    if (delivered.length === 0 && cursor.since === this.#position.cursor.since) return;
    this.#position = { ...this.#position, cursor };
    this.#isChanged = true;
  }
}

export function isPassing(error: unknown): error is ServiceError | DestinationError {
  if (error instanceof DestinationError) return error.isPassing;
  if (!(error instanceof ServiceError)) return false;
  const { status } = error;
  return status === 0 || status < 300 || status === 408 || status === 429 || status >= 500;
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
    work.catch(() => undefined);
    aborted.catch(() => undefined);
  }
}
