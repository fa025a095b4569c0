/** `mssp retirements`: what Microsoft ends, and what of it files rest on. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { describeCommand } from "@defender-mssp/terminal/help";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { connectionFiles } from "../connector/connectionFiles";
import { endingMarks } from "./endingMarks";

/** Adds arguments, options and action. */
export function define(command: Command, session: Session, program = connectionFiles.program): void {
  command
    .argument("[paths...]", "connection files, settings of SIEM products, queries (.kql), or folders of them")
    .option("--json", "print JSON")
    .action(async (paths: readonly string[], { json }: { readonly json?: boolean }) => {
      const now = session.now();
      if (paths.length === 0) {
        const { tableEndings, tableEndingsText } = await import("./tableEndings.js");
        const list = tableEndings(now);
        if (json === true) writeJson(session.out, "retirements", list);
        else session.out.write(tableEndingsText(list, session.out.columns));
        return;
      }
      const [{ fileEndings }, { fileEndingsText }] = await Promise.all([
        import("./fileEndings.js"),
        import("./fileEndingsText.js"),
      ]);
      const files = await fileEndings(paths, now);
      if (json === true) writeJson(session.out, "retirements", { files });
      else session.out.write(fileEndingsText(files, session.out.columns));
      const isOver = files.some(({ endings }) => endings.some(({ level }) => level === "over"));
      if (isOver || files.some(({ problem }) => problem !== undefined)) session.exitCode = 1;
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
