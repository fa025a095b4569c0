/** Watching: checks again until the end of it, or until somebody ends it. */
import { wait } from "@defender-mssp/microsoft";
import type { Session } from "@defender-mssp/terminal/session";

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

/** It may have come during the pause. */
function isEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

export interface SessionWatch<Result> extends Pick<WatchOptions<Result>, "content" | "isOver"> {
  readonly check: (signal: AbortSignal) => Promise<Result>;
  /** Seconds between two checks. */
  readonly interval: number;
  readonly json?: boolean | undefined;
  /** The text that stays in place in a terminal; undefined: the one before stays. */
  readonly screen: (result: Result) => string | undefined;
  /** Prints a change, where there is no terminal, or JSON is asked for. */
  readonly print: (result: Result) => void;
}

/** Ends when somebody ends it, such as by Ctrl-C. */
export async function watchInSession<Result>(
  { out, environment, signals }: Session,
  { check, interval, json, screen, print, ...options }: SessionWatch<Result>,
): Promise<Result> {
  const isLive = out.isTerminal && environment["CI"] === undefined && json !== true;
  const logUpdate = isLive ? (await import("log-update")).default : undefined;
  const stop = new AbortController();
  const { signal } = stop;
  const onSignal = (): void => stop.abort(new Error("stopped"));
  // Not `once`: what restores the cursor ends the process where it finds no other listener.
  signals.on("SIGINT", onSignal);
  signals.on("SIGTERM", onSignal);
  const show = (result: Result, isChanged: boolean): void => {
    const text = logUpdate && screen(result);
    if (text !== undefined) logUpdate?.(text);
    else if (logUpdate === undefined && isChanged) print(result);
  };
  const pause = () => wait(interval * 1000, signal);
  try {
    return await watch({ ...options, check: () => check(signal), show, pause, signal });
  } finally {
    logUpdate?.done();
    signals.off("SIGINT", onSignal);
    signals.off("SIGTERM", onSignal);
  }
}
