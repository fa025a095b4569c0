/** Watching: checks again until the end of it, or until somebody ends it. */
import { wait } from "@defender-mssp/microsoft";

export interface WatchOptions<Result> {
  /** Checks once. */
  readonly check: () => Promise<Result>;
  /** What of a result counts as a change: not the time of the check. */
  readonly content: (result: Result) => unknown;
  /** Whether nothing is left to watch. */
  readonly isOver: (result: Result) => boolean;
  /** Shows what was found; `changed`: it differs from the time before. */
  readonly show: (result: Result, changed: boolean) => void;
  /** Waits until the next check. @throws the signal's reason */
  readonly pause: (signal: AbortSignal) => Promise<void>;
  /** Ends the watch after the check that runs. */
  readonly signal: AbortSignal;
}

/** @returns what the last check found. */
export async function watch<Result>(options: WatchOptions<Result>): Promise<Result> {
  const { check, content, isOver, show, pause, signal } = options;
  for (let before: string | undefined; ;) {
    const result = await check();
    const now = JSON.stringify(content(result));
    show(result, now !== before);
    before = now;
    if (signal.aborted || isOver(result)) return result;
    try {
      await pause(signal);
    } catch (error) {
      if (isEnded(signal)) return result;
      throw error;
    }
  }
}

/** The pause between two checks, in seconds. */
export function pauseOf(seconds: number): WatchOptions<never>["pause"] {
  return (signal) => wait(seconds * 1000, signal);
}

/** It may have come during the pause. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}
