/** `mssp sandbox parity`: prints a rehearsal that another person has sent. */
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { givenFile } from "../../base/givenFile";
import { rehearsalText } from "../rehearse/rehearsalText";

export function registerParity(sandbox: Command, session: Session): void {
  const command = sandbox
    .command("parity")
    .description("Print a file of `npx mssp rehearse`: how which route of the sandbox would have to change.")
    .argument("<file>", "rehearsal.json, of whatever origin")
    .action(async (file: string) => {
      const { largestRehearsal, parseRehearsal } = (await import("./packages.js")).sandboxPackage();
      const found = await stat(path.resolve(session.folder, file)).catch((error: unknown) => {
        throw unreadableFile(file, error);
      });
      if (!found.isFile() || found.size > largestRehearsal)
        throw new VisibleError(`${file} is no file of at most ${largestRehearsal} bytes, as a rehearsal is.`);
      session.out.write(rehearsalText(parseRehearsal(await givenFile(file, session.folder), file)));
    });
  describeCommand(command, {
    notes: ["A file that `npx mssp rehearse` can't have written is refused. Its content is never shown then."],
    reads: "The file.",
    exitCodes: { 1: "the file can't be read, or is no rehearsal" },
    examples: ["npx mssp sandbox parity rehearsal/rehearsal.json"],
  });
}
