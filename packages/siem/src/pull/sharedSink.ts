/** One sink for several pulls. */
import type { Destination } from "../sinks/sink";
import { patiently, type Patience } from "./patiently";
import { Slots } from "./slots";

export interface SharedSinkOptions extends Patience {
  /** A delivery or a flush has failed, and is repeated or reported. */
  readonly failed?: () => void;
}

/**
 * A destination takes one delivery at a time, so a slow one slows all pulls. With `follow`, a
 * delivery waits for a destination that is down: no pull reads the same page again meanwhile. A
 * flush counts for every delivery before it, whoever asks.
 */
export function sharedSink<T>(sink: Destination<T>, options: SharedSinkOptions): Destination<T> {
  const turns = new Slots(1);
  let comingFlush: Promise<void> | undefined;
  const inTurn = (work: () => Promise<void>): Promise<void> =>
    turns.use(() =>
      patiently(async () => {
        options.signal?.throwIfAborted();
        try {
          await work();
        } catch (error) {
          options.failed?.();
          throw error;
        }
      }, options),
    );
  return {
    deliver: (items) => inTurn(() => sink.deliver(items)),
    flush: () => {
      comingFlush ??= inTurn(() => {
        comingFlush = undefined;
        return sink.flush?.() ?? Promise.resolve();
      });
      return comingFlush;
    },
  };
}
