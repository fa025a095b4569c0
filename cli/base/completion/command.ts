/** `mssp completion`: the script with which a shell completes commands, options and stacks. */
import { Argument, type Command } from "commander";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { Session } from "@defender-mssp/terminal/session";
import { completionPlaces, completionScript, completionShells, type CompletionShell } from "./completionScript";

/**
 * Adds argument and action.
 * @param whole the program with every command defined.
 */
export function define(command: Command, session: Session, whole: () => Command): void {
  command
    .addArgument(new Argument("<shell>", "the shell that reads the script").choices(completionShells))
    .action(async (shell: CompletionShell) => {
      const { completionTable } = await import("./completionTable.js");
      session.out.write(completionScript(shell, completionTable(whole())));
    });
  describeCommand(command, {
    notes: [
      "The script completes `mssp` and `npx mssp`. It holds the commands and options of this version, so that Tab starts no program: write it again after " +
        "`npx mssp upgrade`. Stacks are the files Pulumi.<stack>.yaml of the folder and of the folders in it.",
    ],
    reads: "Nothing.",
    exitCodes: { 0: "the script is printed" },
    examples: completionShells.flatMap((shell) => completionPlaces[shell].split("\n")),
  });
}
