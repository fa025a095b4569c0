/** `mssp status --watch`: in a terminal the screen is drawn again; elsewhere each change is printed. */
import type { Session } from "@defender-mssp/terminal/session";
import { writeJsonLine } from "@defender-mssp/terminal/jsonDocument";
import { watchInSession, type SessionWatch } from "../../base/watch";
import type { StatusReport } from "./customerStatus";
import { statusScreen, statusText } from "./statusText";

/** Ends with exit code 0 when somebody ends it, such as by Ctrl-C, also while customers are read. */
export async function watchStatus(
  { interval, json }: Pick<SessionWatch<StatusReport>, "interval" | "json">,
  session: Session,
  check: () => Promise<StatusReport>,
): Promise<void> {
  const { out } = session;
  await watchInSession<StatusReport | undefined>(session, {
    interval,
    json,
    // What Ctrl-C interrupts reads nothing right: its result is not shown.
    check: (signal) => {
      const stopped = new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
      return Promise.race([check(), stopped]);
    },
    content: (report) => ({ ...report, checkedOn: "" }),
    isOver: (report) => report === undefined,
    screen: (report) => {
      if (report === undefined) return undefined;
      const { rows = 24 } = out.stream as { readonly rows?: number };
      const at = report.checkedOn.slice(11, 19);
      const ending = `Checked at ${at} UTC, and again every ${interval} s. Ctrl-C ends this.`;
      return statusScreen(report, { rows, columns: out.columns, ending });
    },
    print: (report) => {
      if (report === undefined) return;
      if (json === true) writeJsonLine(out, "status", report);
      else out.write(`${statusText(report)}\n`);
    },
  });
  session.exitCode = 0;
  // Readers of an interrupted check may still run.
  session.endNow();
}
