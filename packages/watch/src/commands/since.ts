/** `since`: what the MSSP did. */
import path from "node:path";
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import type { Session } from "@defender-mssp/terminal/session";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import { addLookOptions, openLook, type LookOptions } from "../access/openLook";
import { addPageOptions, type ResultOptions } from "../page/pageOptions";

export function define(command: Command, session: Session): void {
  command.argument("[day]", "the first day, UTC, such as 2026-11-01 (default: what is new since the last run)");
  addPageOptions(addLookOptions(command)).action(
    async (day: string | undefined, options: LookOptions & ResultOptions) => {
      const opened = await openLook(options, session);
      const { takeSince } = await import("../since/takeSince.js");
      const { sincePage, sinceText } = await import("../page/sincePage.js");
      const file = path.resolve(session.folder, options.memory);
      const result = await takeSince(opened, { file, now: session.now(), day });
      const { since } = result;
      if (options.page !== undefined) {
        const page = sincePage(result, opened, options.language);
        await writeWholeFile(path.resolve(session.folder, options.page), page, { mode: 0o600 });
      }
      if (options.json === true) writeJson(session.out, "watch since", { ...since, notes: opened.notes });
      else session.out.write(sinceText(since, opened.notes, day === undefined));
      if (since.findings.length > 0) session.exitCode = exitCodes.failed;
      else if (since.unread.length > 0) session.exitCode = exitCodes.somebodyNeeded;
    },
  );
  describeCommand(command, {
    notes: [
      "A finding is what no agreed access could do, or who is none of the agreed; without --hand-out every entry is one. Entries come minutes to hours late: " +
        "each run reads the last day again, and shows each entry once. A run without a day prints nothing where nothing is new.",
      "What was done in Microsoft Defender is not in these logs: Microsoft Purview portal > Audit.",
    ],
    reads:
      "What `look` reads, the audit log and the sign-ins. Entries of your own people are dropped while they are read.",
    changes: "Nothing in your tenant. It writes the file of --memory.",
    exitCodes: {
      0: "nothing is unexplained",
      1: "an entry is not explained",
      3: "a log could not be read",
    },
    examples: ["node mssp-watch.mjs since 2026-11-01 --mssp fabrikam-security.example --hand-out hand-out.dsse.json"],
  });
}
