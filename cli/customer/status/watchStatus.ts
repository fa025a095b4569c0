/** `mssp status --watch`: in a terminal the screen is drawn again; elsewhere each change is printed. */
import type { Session } from "@defender-mssp/terminal/session";
import { writeJsonLine } from "@defender-mssp/terminal/jsonDocument";
import { pauseOf, watch } from "../../base/watch";
import type { StatusReport } from "./customerStatus";
import { statusScreen, statusText } from "./statusText";

export interface WatchStatusOptions {
  /** Seconds between two checks. */
  readonly interval: number;
  readonly json?: boolean;
}

/** Ends with exit code 0 when somebody ends it, such as by Ctrl-C, also while customers are read. */
export async function watchStatus(
  { interval, json }: WatchStatusOptions,
  session: Session,
  check: () => Promise<StatusReport>,
): Promise<void> {
  const { out, environment, signals } = session;
  const isLive = out.isTerminal && environment["CI"] === undefined && json !== true;
  const logUpdate = isLive ? (await import("log-update")).default : undefined;
  const stop = new AbortController();
  const stopped = new Promise<undefined>((resolve) => stop.signal.addEventListener("abort", () => resolve(undefined)));
  const onSignal = (): void => stop.abort(new Error("stopped"));
  // Not `once`: what restores the cursor ends the process where it finds no other listener.
  signals.on("SIGINT", onSignal);
  signals.on("SIGTERM", onSignal);
  const show = (report: StatusReport | undefined, isChanged: boolean): void => {
    if (report === undefined) return;
    if (logUpdate !== undefined) logUpdate(screen(report));
    else if (isChanged && json === true) writeJsonLine(out, "status", report);
    else if (isChanged) out.write(`${statusText(report)}\n`);
  };
  const screen = (report: StatusReport): string => {
    const { rows = 24 } = out.stream as { readonly rows?: number };
    const at = report.checkedOn.slice(11, 19);
    const ending = `Checked at ${at} UTC, and again every ${interval} s. Ctrl-C ends this.`;
    return statusScreen(report, { rows, columns: out.columns, ending });
  };
  try {
    await watch({
      // What Ctrl-C interrupts reads nothing right: its result is not shown.
      check: () => Promise.race([check(), stopped]),
      content: (report) => ({ ...report, checkedOn: "" }),
      isOver: (report) => report === undefined,
      show,
      pause: pauseOf(interval),
      signal: stop.signal,
    });
  } finally {
    logUpdate?.done();
    signals.off("SIGINT", onSignal);
    signals.off("SIGTERM", onSignal);
  }
  session.exitCode = 0;
  // Readers of an interrupted check may still run.
  session.endNow();
}
