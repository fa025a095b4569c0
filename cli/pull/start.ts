/** Where a first pull begins. */
import type { ServiceClock } from "./serviceClock";
import type { Pulled, Source } from "./source";
import { momentOf } from "./time";

/**
 * The moment that `--since` means, by the service's clock: this machine's may be hours off. @throws
 * VisibleError
 */
export async function firstMoment(
  since: string,
  source: Source<Pulled>,
  clock: ServiceClock,
  signal: AbortSignal,
): Promise<Date> {
  clock.learn((await source.page({ since: new Date() }, { signal })).at);
  return momentOf(since, new Date(clock.now()));
}
