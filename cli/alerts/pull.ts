/**
 * The pull: reads, leaves out what came before, delivers, and only then moves the checkpoint. What is killed between the two delivers some
 * alerts again, with the same IDs, and loses none.
 */
import { ServiceError, wait } from "@defender-mssp/microsoft";
import { writeCheckpoint, type Position } from "./checkpoint";
import { readAhead } from "./readAhead";
import type { AlertSource, FetchedAlert } from "./sources";
import { readFrom } from "./windows";

/** How far back each pull begins behind the newest alert known, in milliseconds: services show alerts late. */
export const overlap = 10 * 60 * 1000;

/** The checkpoint is written at most this often while pages come, in milliseconds; a kill repeats no more than this. */
const checkpointEvery = 1000;

/** Where alerts go. */
export interface AlertSink {
  /** Resolves when they have been taken over; rejects where they haven't been. */
  deliver(alerts: readonly FetchedAlert[]): Promise<void>;
}

/** The sink's reader has had enough (`| head`): the end, and no error. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

export interface PullOptions {
  readonly source: AlertSource;
  readonly sink: AlertSink;
  readonly position: Position;
  /** The file that keeps the position. */
  readonly checkpoint?: string;
  /** Goes on after the end, with this pause, in milliseconds. */
  readonly follow?: number;
  readonly signal?: AbortSignal;
  readonly progress?: PullProgress;
}

export interface PullProgress {
  /** So many more have been delivered, up to this moment (ISO 8601). */
  delivered(count: number, upTo: string): void;
  note(text: string): void;
}

/**
 * Pulls until there is nothing new, or with `follow` until the signal says so.
 * @throws ServiceError, VisibleError, ReaderGone, or the signal's reason; the checkpoint is written before.
 */
export async function pull(options: PullOptions): Promise<void> {
  const state = new PullState(options);
  try {
    for (;;) {
      const caughtUp = await state.catchUp();
      if (options.follow === undefined) return;
      await state.save();
      await wait(caughtUp ? options.follow : Math.min(options.follow, 60_000), options.signal);
    }
  } finally {
    await state.save();
  }
}

class PullState {
  #position: Position;
  readonly #recent: Map<string, string>;
  #savedAt = 0;
  #isChanged = false;

  constructor(private readonly options: PullOptions) {
    this.#position = options.position;
    this.#recent = new Map(Object.entries(options.position.recent));
  }

  /** Reads to the end. False where the service doesn't answer and it is to be tried again later. */
  async catchUp(): Promise<boolean> {
    const { source, signal, follow, progress } = this.options;
    const note = (text: string): void => progress?.note(text);
    const pages = readAhead(readFrom(source, this.#position.cursor, { signal, overlap, note }));
    try {
      for await (const { alerts, after } of pages) {
        signal?.throwIfAborted();
        const fresh = alerts.filter(({ record }) => !this.#recent.has(record.id));
        if (fresh.length > 0) await this.#deliver(fresh);
        this.#moveTo(after, fresh);
        if (Date.now() - this.#savedAt >= checkpointEvery) await this.save();
      }
      return true;
    } catch (error) {
      if (follow === undefined || !(error instanceof ServiceError) || !isPassing(error)) throw error;
      note(`${error.message}. Trying again.`);
      return false;
    }
  }

  async save(): Promise<void> {
    if (!this.#isChanged || this.options.checkpoint === undefined) return;
    this.#isChanged = false;
    this.#savedAt = Date.now();
    await writeCheckpoint(this.options.checkpoint, { ...this.#position, recent: Object.fromEntries(this.#recent) });
  }

  /** An interrupt doesn't wait for a reader that takes nothing; what it may have got then comes again. */
  async #deliver(alerts: readonly FetchedAlert[]): Promise<void> {
    const { sink, signal } = this.options;
    await unlessAborted(sink.deliver(alerts), signal);
    const last = alerts.at(-1)?.record.createdAt ?? "";
    this.options.progress?.delivered(alerts.length, last);
  }

  #moveTo(cursor: Position["cursor"], delivered: readonly FetchedAlert[]): void {
    const reached = cursor.window === undefined ? cursor.since : cursor.window.newest;
    const kept = new Date(Math.max(0, Date.parse(reached) - 2 * overlap)).toISOString();
    for (const { record } of delivered) if (record.createdAt >= kept) this.#recent.set(record.id, record.createdAt);
    for (const [id, createdAt] of this.#recent) if (createdAt < kept) this.#recent.delete(id);
    const isSame = delivered.length === 0 && JSON.stringify(cursor) === JSON.stringify(this.#position.cursor);
    if (isSame) return;
    this.#position = { ...this.#position, cursor };
    this.#isChanged = true;
  }
}

function isPassing({ status }: ServiceError): boolean {
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
