/**
 * A pull to several destinations, each with a position and a checkpoint of its own. The service is
 * read once for all that are at about the same position. One that fails falls behind and catches up
 * later by itself; the others go on.
 */
import { DestinationError } from "../sinks/sink";
import { overlap } from "./overlap";
import type { PullProgress } from "./pullProgress";
import { readAhead } from "./readAhead";
import type { ServiceClock } from "./serviceClock";
import type { Slots } from "./slots";
import type { Pulled, Source } from "./source";
import { Track, type TrackOptions } from "./track";
import { readFrom, type ReadPage } from "./windows";

export interface SharedPullOptions<T extends Pulled> {
  readonly source: Source<T>;
  readonly tracks: readonly TrackOptions<T>[];
  /** As of one destination. */
  readonly severities?: readonly string[] | undefined;
  readonly lagFrom?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: PullProgress | undefined;
  readonly clock?: ServiceClock | undefined;
  /** Of several pulls: each page is read and delivered in a slot. */
  readonly slots?: Slots | undefined;
}

/** A pull to several destinations that is done step by step. */
export class SharedPull<T extends Pulled> {
  readonly #tracks: readonly Track<T>[];

  constructor(private readonly options: SharedPullOptions<T>) {
    const { tracks, signal, progress, severities, lagFrom } = options;
    this.#tracks = tracks.map((track) => new Track({ ...track, signal, progress, severities, lagFrom }));
  }

  /** Whether checkpoints keep the positions. */
  get isKept(): boolean {
    return this.#tracks.every(({ isKept }) => isKept);
  }

  /**
   * Reads and delivers up to now to each destination, and moves the checkpoints.
   * @throws ServiceError, or the signal's reason; a DestinationError where every destination has
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
      for (const track of this.#tracks) await isolated(track, () => track.save(), new Map());
      progress?.failed?.();
      throw error;
    }
    if (failures.size === 0) progress?.succeeded?.();
    else progress?.failed?.();
    const [failure] = failures.values();
    const isEnd = failures.size === this.#tracks.length && [...failures.values()].every((it) => !it.isPassing);
    if (failure !== undefined && isEnd) throw failure;
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
      await Promise.all(live.map((track) => isolated(track, () => track.take(page), failures)));
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
      await isolated(track, () => track.finish(), failures);
      if (isLive(track)) this.options.progress?.caughtUp?.(track.destination ?? "");
    }
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

/** A failure of one destination; any other error is thrown. Its checkpoint keeps what it has taken. */
async function isolated<T extends Pulled>(
  track: Track<T>,
  work: () => Promise<void>,
  failures: Map<Track<T>, DestinationError>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DestinationError)) throw error;
    failures.set(track, error);
    await track.save().catch(() => undefined);
  }
}
