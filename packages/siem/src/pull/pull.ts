/**
 * The pull: reads, leaves out what came before, delivers, and only then moves the checkpoint. A
 * kill between the two delivers some items again, with the same IDs, and loses none.
 *
 * Each destination has a position and a checkpoint of its own. The service is read once for all that are at
 * about the same position. Of several, one that fails falls behind and catches up later by itself.
 */
import { wait } from "@defender-mssp/microsoft";
import { DestinationError } from "../sinks/sink";
import { overlap } from "./overlap";
import { patiently, type Patience } from "./patiently";
import { readAhead } from "./readAhead";
import type { ServiceClock } from "./serviceClock";
import type { Slots } from "./slots";
import type { Pulled, Source } from "./source";
import { Track, type TrackOptions } from "./track";
import { readFrom, type ReadPage } from "./windows";

/** With `follow`: goes on after the end, with this pause. */
export interface PullOptions<T extends Pulled> extends Patience {
  readonly source: Source<T>;
  /** One for each destination. */
  readonly tracks: readonly TrackOptions<T>[];
  /** The only severities that the source has; undefined: all. */
  readonly severities?: readonly string[] | undefined;
  /** Older items are the backlog of a first pull: ISO 8601. */
  readonly lagFrom?: string | undefined;
  /** What follows each time that everything up to now was delivered. It does not throw but for the signal. */
  readonly afterwards?: (() => Promise<void>) | undefined;
  readonly clock?: ServiceClock | undefined;
  /** Of several pulls: each page is read and delivered in a slot. Without them the next page is read ahead. */
  readonly slots?: Slots | undefined;
}

/**
 * Pulls until there is nothing new, or with `follow` until the signal says so.
 * @throws ServiceError, VisibleError, ReaderGone, or the signal's reason; the checkpoint is written
 * before.
 */
export async function pull<T extends Pulled>(options: PullOptions<T>): Promise<void> {
  const { follow, signal, afterwards, sleep = wait } = options;
  const work = new Pull(options);
  for (;;) {
    await patiently(() => work.catchUp(), options);
    await afterwards?.();
    if (follow === undefined) return;
    await sleep(follow, signal);
  }
}

/** A pull that is done step by step. */
export class Pull<T extends Pulled> {
  readonly #tracks: readonly Track<T>[];

  constructor(private readonly options: PullOptions<T>) {
    const { tracks, signal, progress, severities, lagFrom } = options;
    this.#tracks = tracks.map((track) => new Track({ ...track, signal, progress, severities, lagFrom }));
  }

  /** Whether checkpoints keep the positions. */
  get isKept(): boolean {
    return this.#tracks.every(({ isKept }) => isKept);
  }

  /**
   * Reads and delivers up to now, and moves the checkpoints, also when it fails.
   * @throws as `pull` does; a DestinationError of the only destination, or where each of several has
   * failed for good.
   */
  async catchUp(): Promise<void> {
    const { progress } = this.options;
    progress?.started?.();
    const failures = new Map<Track<T>, DestinationError>();
    try {
      // Those that are up to date do not wait for those that are behind.
      for (const group of groupsByPosition(this.#tracks)) await this.#read(group, failures);
    } catch (error) {
      for (const track of this.#tracks) await this.#save(track);
      progress?.failed?.();
      throw error;
    }
    if (failures.size === 0) progress?.succeeded?.();
    else progress?.failed?.();
    const [failure] = failures.values();
    const isEnd = failures.size === this.#tracks.length && [...failures.values()].every((it) => !it.isPassing);
    if (failure !== undefined && (isEnd || this.#tracks.length === 1)) throw failure;
  }

  /** Reads for a group up to now. A destination that fails leaves it. */
  async #read(group: readonly Track<T>[], failures: Map<Track<T>, DestinationError>): Promise<void> {
    const { source, signal, clock, slots } = this.options;
    const first = group[0];
    if (first === undefined) return;
    const isLive = (track: Track<T>): boolean => !failures.has(track);
    const start = group.reduce(
      (earliest, { cursor }) => (cursor.since < earliest.since ? cursor : earliest),
      first.cursor,
    );
    const pages = readFrom(source, start, { signal, overlap, clock });
    /** False where no destination takes more. */
    const take = async (page: ReadPage<T>): Promise<boolean> => {
      const live = group.filter(isLive);
      await Promise.all(live.map((track) => this.#isolated(track, () => track.take(page), failures)));
      return group.some(isLive);
    };
    if (slots === undefined) {
      for await (const page of readAhead(pages)) if (!(await take(page))) break;
    } else {
      const takeNext = async (): Promise<boolean> => {
        const { done, value } = await pages.next();
        return done !== true && (await take(value));
      };
      while (await slots.use(takeNext));
      await pages.return();
    }
    for (const track of group.filter(isLive)) {
      await this.#isolated(track, () => track.finish(), failures);
      const { destination } = track;
      if (isLive(track) && destination !== undefined) this.options.progress?.caughtUp?.(destination);
    }
  }

  /** A failure of one destination; any other error is thrown. Its checkpoint keeps what it has taken. */
  async #isolated(
    track: Track<T>,
    work: () => Promise<void>,
    failures: Map<Track<T>, DestinationError>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DestinationError)) throw error;
      failures.set(track, error);
      await this.#save(track);
    }
  }

  /** After a failure, which is the one that counts. Of several destinations, one that is down says so itself. */
  async #save(track: Track<T>): Promise<void> {
    await track.save().catch((failure: unknown) => {
      if (this.#tracks.length > 1 && failure instanceof DestinationError) return;
      this.options.progress?.note(String(failure));
    });
  }
}

/**
 * Groups of positions that one reading covers, the newest first. A track remembers what it has had for
 * twice the overlap, so that it takes nothing again where the reading begins one overlap earlier.
 */
function groupsByPosition<T extends Pulled>(tracks: readonly Track<T>[]): readonly (readonly Track<T>[])[] {
  const newestFirst = [...tracks].sort((a, b) => Date.parse(b.cursor.since) - Date.parse(a.cursor.since));
  const groups: Track<T>[][] = [];
  for (const track of newestFirst) {
    const group = groups.at(-1);
    const newest = group?.[0];
    const isNear = newest !== undefined && Date.parse(newest.cursor.since) - Date.parse(track.cursor.since) <= overlap;
    if (isNear) group?.push(track);
    else groups.push([track]);
  }
  return groups;
}
