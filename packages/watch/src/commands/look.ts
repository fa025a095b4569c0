/** `look`: what the MSSP can do now. */
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
  addPageOptions(addLookOptions(command)).action(async (options: LookOptions & ResultOptions) => {
    const { tenant, domains, handOut, notes } = await openLook(options, session);
    const { takeLook } = await import("../look/look.js");
    const { lookPage, lookText } = await import("../page/lookPage.js");
    const { rememberLook } = await import("../look/rememberLook.js");
    const look = await takeLook(tenant, domains, handOut, session.now());
    await rememberLook(look, path.resolve(session.folder, options.memory));
    if (options.page !== undefined)
      await writeWholeFile(
        path.resolve(session.folder, options.page),
        lookPage(look, handOut, notes, options.language),
        { mode: 0o600 },
      );
    if (options.json === true) writeJson(session.out, "watch look", { ...look, notes });
    else session.out.write(lookText(look, handOut, notes));
    const isOpen = look.unread.length > 0 || look.objects.some(({ agreement }) => agreement === "notAgreed");
    if (isOpen) session.exitCode = exitCodes.somebodyNeeded;
  });
  describeCommand(command, {
    notes: [
      "Every other tenant that has a way in is listed as a question: also theirs? What this sign-in may not read is named with the permission: not looked is never none.",
    ],
    reads: "Your directory with your sign-in; the OpenID configuration of domains, which needs none.",
    changes: "Nothing in your tenant. It writes the files that you name.",
    exitCodes: {
      0: "all was looked at, and nothing of the MSSP's is there that was not agreed to",
      3: "something was not looked at, or is there and was not agreed to",
    },
    examples: [
      "node mssp-watch.mjs look --mssp fabrikam-security.example",
      "node mssp-watch.mjs look --mssp fabrikam-security.example --hand-out hand-out.dsse.json --page look.html --language de",
    ],
  });
}
