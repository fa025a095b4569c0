import type { CustomerMetrics } from "./metrics";
import type { PullProgress } from "./pullProgress";

/** Tells a person, and a customer's figures. */
export function fanOut(person: Pick<PullProgress, "note" | "delivered">, figures: CustomerMetrics): PullProgress {
  return {
    note: (text) => person.note(text),
    delivered: (count, upTo, destination) => {
      person.delivered(count, upTo, destination);
      figures.delivered(count, upTo, destination);
    },
    lagged: (times, destination) => figures.lagged(times, destination),
    counted: (coverages) => figures.counted(coverages),
    caughtUp: (destination) => figures.caughtUp(destination),
    started: () => figures.started(),
    succeeded: () => figures.succeeded(),
    failed: () => figures.failed(),
  };
}
