/** `defender-mssp-siem retirements`: what Microsoft ends, and what of it files rest on. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { connectionFiles } from "../connector/connectionFiles";
import { endingMarks } from "./endingMarks";

export function define(command: Command, session: Session): void {
  const { program } = connectionFiles;
  command
    .argument("[paths...]", "connection files, settings of SIEM products, queries (.kql), or folders of them")
    .option("--json", "print JSON")
    .action(async (paths: readonly string[], options: { readonly json?: boolean }) => {
      const { printRetirements } = await import("./printRetirements.js");
      await printRetirements(paths, options, session);
    });
  describeCommand(command, {
    notes: [
      "Without paths it lists the whole table. " +
        "With paths it says what of the table the files rest on: hosts, paths, permissions, alert APIs, hunting tables, add-ons.",
      `Marks: ${endingMarks}.`,
      "No date is shown where none is published. The MSSP's `npx mssp docs retirement-table` has the sources.",
    ],
    reads: "The files that you name. Nothing of a customer's tenant.",
    changes: "Nothing.",
    exitCodes: { 0: "nothing has ended that the files rest on", 1: "something has ended, or a file can't be read" },
    examples: [
      `${program} retirements`,
      `${program} retirements splunk connections`,
      `${program} retirements query.kql`,
    ],
  });
}
