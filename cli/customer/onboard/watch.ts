/** `mssp onboard --watch`: checks again until nothing waits, or somebody ends it. */
import { wait } from "@defender-mssp/microsoft";
import type { OnboardingProgress } from "./progress";

export interface WatchOptions {
  /** Checks once. */
  readonly check: () => Promise<readonly OnboardingProgress[]>;
  /** Shows what was found; `changed`: it differs from the time before. */
  readonly show: (list: readonly OnboardingProgress[], changed: boolean) => void;
  /** Waits until the next check. @throws the signal's reason */
  readonly pause: (signal: AbortSignal) => Promise<void>;
  /** Ends the watch after the check that runs. */
  readonly signal: AbortSignal;
}

/** @returns what the last check found; at once where nothing waits. */
export async function watch({ check, show, pause, signal }: WatchOptions): Promise<readonly OnboardingProgress[]> {
  for (let before: string | undefined; ;) {
    const list = await check();
    const now = JSON.stringify(list.map(({ checkedOn: _, ...rest }) => rest));
    show(list, now !== before);
    before = now;
    if (signal.aborted || list.every(({ state }) => state !== "waiting")) return list;
    try {
      await pause(signal);
    } catch (error) {
      if (isEnded(signal)) return list;
      throw error;
    }
  }
}

/** The pause between two checks, in seconds. */
export function pauseOf(seconds: number): WatchOptions["pause"] {
  return (signal) => wait(seconds * 1000, signal);
}

/** It may have come during the pause. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}
