/** Which failures may pass by themselves, and how long to wait after one. */
import { minuteMs } from "@defender-mssp/errors/time";
import { ServiceError, wait } from "@defender-mssp/microsoft";
import { DestinationError } from "../sinks/sink";
import type { PullProgress } from "./pullProgress";

/** The pauses after failures, in milliseconds. */
const pauses = { first: minuteMs, longest: 15 * minuteMs } as const;

export interface Patience {
  /** The pause of --follow, in milliseconds; undefined: nothing is tried again. */
  readonly follow?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: PullProgress | undefined;
  /** For tests. */
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/** Whether a failure may pass by itself: an outage, throttling, a full disk. */
export function isPassing(error: unknown): error is ServiceError | DestinationError {
  if (error instanceof DestinationError) return error.isPassing;
  if (!(error instanceof ServiceError)) return false;
  const { status } = error;
  return status === 0 || status < 300 || status === 408 || status === 429 || status >= 500;
}

/** @param failures before this one: what waiting alone does not mend is asked less and less often. */
export function pauseAfter(error: unknown, follow: number, failures = 0): number {
  if (isPassing(error)) return Math.max(Math.min(follow, pauses.first), error.retryAfter ?? 0);
  return Math.min(pauses.longest, pauses.first * 2 ** Math.min(failures, 10));
}

/**
 * Does a piece of work; with `follow` again after each passing failure, until it succeeds.
 * @throws what the work throws, or the signal's reason.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { follow, signal, progress, sleep = wait }: Patience,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (follow === undefined || !isPassing(error)) throw error;
      progress?.note(`${error.message.replace(/\.$/, "")}. Trying again.`);
      await sleep(pauseAfter(error, follow), signal);
    }
  }
}
