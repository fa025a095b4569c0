/** Where a pull begins: at its checkpoint, or at the moment that `--since` means. */
import { openCheckpoint, type Position } from "./checkpoint";
import { patiently, type PullOptions, type PullProgress } from "./pull";
import { ServiceClock } from "./serviceClock";
import type { Pulled, Source } from "./source";
import { defaultSince, momentOf } from "./time";

export interface StartOptions<T extends Pulled> {
  readonly tenantId: string;
  readonly api: Position["api"];
  readonly checkpoint: string | undefined;
  /** What the user typed. Default: all that Defender keeps. */
  readonly since: string | undefined;
  /** Called once, when the checkpoint can be used. */
  readonly openSource: () => Promise<Source<T>>;
  readonly follow: number | undefined;
  readonly signal: AbortSignal;
  readonly progress: PullProgress;
}

/** Source, position and checkpoint of a pull. @throws VisibleError, ServiceError */
export async function startOf<T extends Pulled>(
  options: StartOptions<T>,
): Promise<Pick<PullOptions<T>, "source" | "position" | "checkpoint" | "clock">> {
  const { tenantId, api, checkpoint, since, openSource, follow, signal, progress } = options;
  const known = checkpoint === undefined ? undefined : await openCheckpoint(checkpoint, { tenantId, api });
  if (known !== undefined && since !== undefined) {
    progress.note(`The checkpoint continues at ${known.cursor.since}; --since applies to the first run only.`);
  }
  const source = await openSource();
  const clock = new ServiceClock();
  const start = async (): Promise<Position> => {
    const first = await firstMoment(since ?? defaultSince, source, clock, signal);
    return { version: 1, tenantId, api, cursor: { since: first.toISOString() }, recent: {} };
  };
  const position = known ?? (await patiently(start, { follow, signal, progress }));
  return { source, position, checkpoint, clock };
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
