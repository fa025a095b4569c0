/** `defender-mssp-siem docs`: where the manual and the templates are, which the package ships. */
import type { Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { manualFiles } from "../manual";

/** Adds the action. */
export function define(command: Command, session: Session): void {
  command.action(() =>
    session.out.write(
      manualFiles()
        .map((file) => `${file}\n`)
        .join(""),
    ),
  );
  describeCommand(command, {
    notes: ["Pages that these link to and that are not here come with defender-mssp: `npx mssp docs`."],
    reads: "Nothing.",
    exitCodes: { 0: "the paths are printed" },
    examples: ["npx defender-mssp-siem docs", 'less "$(npx defender-mssp-siem docs | head -1)"'],
  });
}
