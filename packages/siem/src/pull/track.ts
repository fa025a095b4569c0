/** The way of a pull's items to one destination: what it has had, and its checkpoint. */
import { writeCheckpoint, type Cursor, type Position } from "./checkpoint";
import type { Destination } from "../sinks/sink";
import { DeliveredIds } from "./deliveredIds";
import { overlap } from "./overlap";
import type { PullProgress } from "./pullProgress";
import type { Pulled } from "./source";
import type { ReadPage } from "./windows";

/**
 * The checkpoint is written at most this often while items come, in milliseconds; a kill repeats
 * no more than this.
 */
const checkpointEvery = 1000;

export interface TrackOptions<T extends Pulled> {
  readonly sink: Destination<T>;
  readonly position: Position;
  /** The file that keeps the position. */
  readonly checkpoint?: string | undefined;
  /** Of several destinations: this one's name. */
  readonly destination?: string | undefined;
  /** The only severities that the source has; undefined: all. */
  readonly severities?: readonly string[] | undefined;
  /** Older items are the backlog of a first pull, whose age is no lag: ISO 8601. Default: none are. */
  readonly lagFrom?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: PullProgress | undefined;
}

/** Delivers the pages of a pull, and only then moves the checkpoint. */
export class Track<T extends Pulled> {
  #position: Position;
  readonly #recent: Map<string, string>;
  /** Of alerts, where a checkpoint keeps it. */
  readonly #delivered: DeliveredIds | undefined;
  #savedAt = 0;
  #isChanged = false;

  constructor(private readonly options: TrackOptions<T>) {
    this.#position = options.position;
    const { position, checkpoint, severities } = options;
    this.#recent = new Map(Object.entries(position.recent));
    const isCounted = checkpoint !== undefined && position.api !== "incidents";
    if (isCounted) this.#delivered = DeliveredIds.from(position.delivered, position.cursor.since, severities);
  }

  get cursor(): Cursor {
    return this.#position.cursor;
  }

  get destination(): string | undefined {
    return this.options.destination;
  }

  /** Whether a checkpoint keeps the position. */
  get isKept(): boolean {
    return this.options.checkpoint !== undefined;
  }

  /** Delivers what is new of a page. */
  async take({ items, after }: ReadPage<T>): Promise<void> {
    this.options.signal?.throwIfAborted();
    const fresh = items.filter(({ id }) => !this.#recent.has(id));
    if (fresh.length > 0) await this.#deliver(fresh);
    this.#moveTo(after, fresh);
    if (Date.now() - this.#savedAt >= checkpointEvery) await this.save();
  }

  /** Everything up to now was taken. */
  async finish(): Promise<void> {
    await this.save();
    // Without a checkpoint nothing has asked yet whether the destination keeps everything.
    if (!this.isKept) await this.options.sink.flush?.();
  }

  /** Never ahead of what the destination keeps. */
  async save(): Promise<void> {
    const { checkpoint, sink } = this.options;
    if (!this.#isChanged || checkpoint === undefined) return;
    await sink.flush?.();
    const delivered = this.#delivered?.content;
    await writeCheckpoint(checkpoint, { ...this.#position, recent: Object.fromEntries(this.#recent), delivered });
    this.#isChanged = false;
    this.#savedAt = Date.now();
  }

  /**
   * An interrupt doesn't wait for a reader that takes nothing; what it may have got then comes
   * again.
   */
  async #deliver(items: readonly T[]): Promise<void> {
    const { sink, signal, progress, destination, lagFrom = "" } = this.options;
    await unlessAborted(sink.deliver(items), signal);
    progress?.lagged?.(
      items.map(({ at }) => at).filter((at) => at >= lagFrom),
      destination,
    );
    progress?.delivered(items.length, items.at(-1)?.at ?? "", destination);
  }

  #moveTo(after: Cursor, delivered: readonly T[]): void {
    // Of several destinations, one may be ahead of the page.
    const cursor = after.since < this.cursor.since ? this.cursor : after;
    const kept = new Date(Math.max(0, Date.parse(cursor.since) - 2 * overlap)).toISOString();
    for (const { id, at } of delivered) if (at >= kept) this.#recent.set(id, at);
    for (const { counted, at } of delivered)
      if (counted !== undefined) this.#delivered?.add(counted.alertId, counted.source, at);
    this.#delivered?.prune(cursor.since);
    for (const [id, at] of this.#recent) if (at < kept) this.#recent.delete(id);
    if (delivered.length === 0 && cursor.since === this.cursor.since) return;
    this.#position = { ...this.#position, cursor };
    this.#isChanged = true;
  }
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
