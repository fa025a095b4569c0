/** Where a pull begins: at its checkpoint, or at the moment that `--since` means. */
import { access } from "node:fs/promises";
import type { NamedDestination } from "../sinks/sink";
import { openCheckpoint, readCheckpoint, writeCheckpoint, type Position } from "./checkpoint";
import { destinationCheckpoint } from "./destinationCheckpoint";
import { patiently } from "./patiently";
import type { PullOptions } from "./pull";
import type { PullProgress } from "./pullProgress";
import { ServiceClock } from "./serviceClock";
import type { Pulled, Source } from "./source";
import { defaultSince, momentOf } from "./time";
import type { TrackOptions } from "./track";

export interface OpenedPull<T extends Pulled> extends Pick<
  PullOptions<T>,
  "source" | "clock" | "severities" | "lagFrom" | "afterwards"
> {
  readonly positions: readonly DestinationPosition[];
}

/** Where a destination is. Of several, it has a name. */
export type DestinationPosition = Pick<TrackOptions<Pulled>, "position" | "checkpoint" | "destination">;

/** The ways of a pull's items to the destinations, which have the names of the positions. */
export function tracksTo<T extends Pulled>(
  destinations: readonly NamedDestination<T>[],
  positions: readonly DestinationPosition[],
): readonly TrackOptions<T>[] {
  return positions.flatMap((place) => {
    const sink = destinations.find(({ name }) => name === place.destination);
    return sink === undefined ? [] : [{ ...place, sink }];
  });
}

export interface StartOptions<T extends Pulled> {
  readonly tenantId: string;
  readonly api: Position["api"];
  readonly checkpoint: string | undefined;
  /** Names of the destinations that the options name; none: standard output. */
  readonly destinations: readonly string[];
  /** What the user typed. */
  readonly since: string | undefined;
  /** Where a first run begins without it. Default: all that Defender keeps. */
  readonly sinceByDefault?: string | undefined;
  /** The only severities that are asked for; undefined: all. */
  readonly severities?: readonly string[] | undefined;
  /** Called once, when the checkpoint can be used. */
  readonly openSource: () => Promise<Source<T>>;
  readonly follow: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: PullProgress;
}

/** Source, positions and checkpoints of a pull. @throws VisibleError, ServiceError */
export async function startOf<T extends Pulled>(options: StartOptions<T>): Promise<OpenedPull<T>> {
  const { tenantId, api, since, severities, openSource, follow, signal, progress } = options;
  const isSeveral = options.destinations.length > 1;
  const destinations = isSeveral ? options.destinations : [undefined];
  const files = await checkpointFiles(options);
  const known = await knownPositions(files, options);
  for (const [index, position] of known.entries()) {
    if (position === undefined || since === undefined) continue;
    const whose = isSeveral ? `The checkpoint of --${destinations[index]}` : "The checkpoint";
    progress.note(`${whose} continues at ${position.cursor.since}; --since applies to the first run only.`);
  }
  const source = await openSource();
  const clock = new ServiceClock();
  const start = async (): Promise<Position> => {
    const first = await firstMoment(since ?? options.sinceByDefault ?? defaultSince, source, clock, signal);
    return { version: 1, tenantId, api, cursor: { since: first.toISOString() }, recent: {} };
  };
  const began = known.includes(undefined) ? await patiently(start, { follow, signal, progress }) : undefined;
  const lagFrom = began === undefined ? undefined : new Date(clock.now()).toISOString();
  const positions = destinations.map((destination, index): DestinationPosition => {
    const position = known[index] ?? began;
    if (position === undefined) throw new Error("a pull without a position");
    return { destination, position, checkpoint: files[index] };
  });
  // Of several, one that is down from the beginning must not begin later in the next run.
  for (const { checkpoint, position } of isSeveral && began !== undefined ? positions : [])
    if (checkpoint !== undefined) await writeCheckpoint(checkpoint, position);
  return { source, clock, severities, lagFrom, positions };
}

/**
 * The checkpoint of each destination. A single one has the file that the user names, or its own if
 * it was one of several before.
 */
async function checkpointFiles({ checkpoint, destinations }: StartOptions<Pulled>): Promise<(string | undefined)[]> {
  if (checkpoint === undefined) return destinations.length > 1 ? destinations.map(() => undefined) : [undefined];
  const files = destinations.map((destination) => destinationCheckpoint(checkpoint, destination));
  if (files.length > 1) return files;
  const [own] = files;
  return [own !== undefined && (await exists(own)) ? own : checkpoint];
}

/** If none of several has a checkpoint, a former run had one destination: its checkpoint becomes that of each. */
async function knownPositions(
  files: readonly (string | undefined)[],
  { checkpoint, tenantId, api }: StartOptions<Pulled>,
): Promise<(Position | undefined)[]> {
  const key = { tenantId, api };
  const known: (Position | undefined)[] = [];
  for (const file of files) known.push(file === undefined ? undefined : await openCheckpoint(file, key));
  if (checkpoint === undefined || files.length < 2 || known.some((position) => position !== undefined)) return known;
  const former = await readCheckpoint(checkpoint, key);
  if (former === undefined) return known;
  for (const file of files) if (file !== undefined) await writeCheckpoint(file, former);
  return files.map(() => former);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * The moment that `--since` means, by the service's clock: this machine's may be hours off. @throws
 * VisibleError
 */
async function firstMoment(
  since: string,
  source: Source<Pulled>,
  clock: ServiceClock,
  signal: AbortSignal,
): Promise<Date> {
  clock.learn((await source.page({ since: new Date() }, { signal })).at);
  return momentOf(since, new Date(clock.now()));
}
