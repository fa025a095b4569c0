/** Where a pull begins: at its checkpoint, or at the moment that `--since` means. */
import { access } from "node:fs/promises";
import { openCheckpoint, readCheckpoint, writeCheckpoint, type Position } from "./checkpoint";
import { destinationCheckpoint } from "./destinationCheckpoint";
import type { DestinationPosition, OpenedPull } from "./many";
import { patiently } from "./pull";
import type { PullProgress } from "./pullProgress";
import { ServiceClock } from "./serviceClock";
import type { Pulled, Source } from "./source";
import { defaultSince, momentOf } from "./time";

export interface StartOptions<T extends Pulled> {
  readonly tenantId: string;
  readonly api: Position["api"];
  readonly checkpoint: string | undefined;
  /** Names of the destinations that the options name; none: standard output. */
  readonly destinations: readonly string[];
  /** What the user typed. Default: all that Defender keeps. */
  readonly since: string | undefined;
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
  const { tenantId, api, destinations, since, severities, openSource, follow, signal, progress } = options;
  const [checkpoint] = await checkpointFiles(options);
  const known =
    destinations.length > 1 ? await knownPositions(options) : [await knownPosition(checkpoint, { tenantId, api })];
  for (const [index, position] of known.entries()) {
    if (position === undefined || since === undefined) continue;
    const whose = destinations.length > 1 ? `The checkpoint of --${destinations[index]}` : "The checkpoint";
    progress.note(`${whose} continues at ${position.cursor.since}; --since applies to the first run only.`);
  }
  const source = await openSource();
  const clock = new ServiceClock();
  const start = async (): Promise<Position> => {
    const first = await firstMoment(since ?? defaultSince, source, clock, signal);
    return { version: 1, tenantId, api, cursor: { since: first.toISOString() }, recent: {} };
  };
  const began = known.includes(undefined) ? await patiently(start, { follow, signal, progress }) : undefined;
  const [position = began] = known;
  if (position === undefined) throw new Error("a pull without a position");
  const lagFrom = began === undefined ? undefined : new Date(clock.now()).toISOString();
  const opened = { source, position, clock, severities, lagFrom };
  if (destinations.length < 2) return { ...opened, checkpoint };
  const files = await checkpointFiles(options);
  const positions = destinations.map((destination, index): DestinationPosition => {
    return { destination, position: known[index] ?? began ?? position, checkpoint: files[index] };
  });
  // One that is down from the beginning must not begin later in the next run.
  for (const { checkpoint: file, position: first } of positions)
    if (file !== undefined && known.includes(undefined)) await writeCheckpoint(file, first);
  return { ...opened, positions };
}

/**
 * The checkpoint of each destination. A single one has the file that the user names, or its own if
 * it was one of several before.
 */
async function checkpointFiles({ checkpoint, destinations }: StartOptions<Pulled>): Promise<(string | undefined)[]> {
  if (checkpoint === undefined) return destinations.map(() => undefined);
  const files = destinations.map((destination) => destinationCheckpoint(checkpoint, destination));
  if (files.length > 1) return files;
  const [own] = files;
  return [own !== undefined && (await exists(own)) ? own : checkpoint];
}

async function knownPosition(file: string | undefined, key: Pick<Position, "tenantId" | "api">) {
  return file === undefined ? undefined : openCheckpoint(file, key);
}

/**
 * Positions of several destinations. If none has a checkpoint, a former run had one destination:
 * its checkpoint becomes that of each.
 */
async function knownPositions(options: StartOptions<Pulled>): Promise<(Position | undefined)[]> {
  const { checkpoint, tenantId, api } = options;
  const key = { tenantId, api };
  const files = await checkpointFiles(options);
  const known: (Position | undefined)[] = [];
  for (const file of files) known.push(await knownPosition(file, key));
  if (checkpoint === undefined || known.some((position) => position !== undefined)) return known;
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
