import { ServiceError } from "@defender-mssp/errors";
import { wait, type RequestOptions } from "../http";

/** How to wait for the directory. */
export interface Waiting extends Pick<RequestOptions, "sleep" | "signal"> {
  /** How often to ask at most, the first time included. */
  readonly tries: number;
  /** Milliseconds between two questions. Default: 1000. */
  readonly pause?: number;
  /**
   * How often in a row the answer must be there: one replica knows what the next does not. Default:
   * 1.
   */
  readonly hits?: number;
  /** Whether a failure means that the service does not know a new object yet. Default: never. */
  readonly isUnknown?: (failure: ServiceError) => boolean;
}

/**
 * Asks until the directory shows a change, and at most `tries` times.
 * @param ask answers undefined or false, or fails as `isUnknown` says, while the change is not
 * there.
 * @returns what `ask` answered; undefined if it never did.
 * @throws what `ask` throws, `isUnknown` failures only at the last try; the signal's reason, if it
 * aborts.
 */
export async function untilReplicated<T>(
  ask: () => Promise<T | undefined | false>,
  { tries, pause = 1000, hits = 1, isUnknown = () => false, sleep = wait, signal }: Waiting,
): Promise<T | undefined> {
  for (let tried = 1, seen = 0; ; tried++) {
    signal?.throwIfAborted();
    const isLast = tried >= tries;
    const found = await ask().catch((failure: unknown) => {
      if (isLast || !(failure instanceof ServiceError) || !isUnknown(failure)) throw failure;
      return undefined;
    });
    seen = found === undefined || found === false ? 0 : seen + 1;
    if (found !== false && seen >= hits) return found;
    if (isLast) return undefined;
    // The hits that are still needed follow each other closely.
    await sleep(seen > 0 ? pause / 5 : pause, signal);
  }
}
