/** Examples that only `npx mssp` has: the help of a command of `@defender-mssp/siem` ends with its own. */
import type { Command } from "commander";

/** Adds lines to the examples of a command's help. */
export function addExamples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText("after", lines.map((line) => `  ${line}`).join("\n"));
}
