/** docs/reference/exit-codes.md: the one table, and each command's codes above 2 by its help. */
import { processSession } from "@defender-mssp/terminal/processSession";
import { exitCodeMeanings, type ExitCode } from "@defender-mssp/terminal/exitCodes";
import { describedExitCodes } from "@defender-mssp/terminal/help";
import { programFor, subcommandNames } from "../../../cli/program";
import { commandsBelow } from "./commands";

export function exitCodesPage(): string {
  const codes = Object.keys(exitCodeMeanings) as unknown as readonly ExitCode[];
  const shared = ["0", "1", "2"];
  const rows = commandsBelow(programFor(subcommandNames, processSession()), []).flatMap(({ names, command }) =>
    Object.entries(describedExitCodes(command) ?? {})
      .filter(([code]) => !shared.includes(code))
      .map(([code, meaning]) => `- \`${names.join(" ")}\`, ${code}: ${meaning}`),
  );
  return [
    "# Exit codes",
    "",
    "Every command ends with one of these codes. `--help` of a command, and [Commands](commands.md), say what each means there.",
    "",
    ...codes.map((code) => `- **${code}**: ${exitCodeMeanings[code]}`),
    "",
    "## Commands with codes above 2",
    "",
    ...rows,
    "",
    "## `--json`",
    "",
    "With `--json`, a command prints one JSON object to standard output. Its first key names the document and its version:",
    "",
    "```json",
    '{ "msspFleetList": 1, "stacks": [] }',
    "```",
    "",
    "A command that fails prints an object with the same key, `error` and the exit code. Standard error has the same message:",
    "",
    "```json",
    '{ "msspFleetList": 1, "error": { "message": "There is no Pulumi.yaml in /customers." }, "exitCode": 1 }',
    "```",
    "",
    "- A number of customers is a list below a name, such as `stacks`. A customer who can't be read is an entry with the reason, and the exit code is not 0.",
    "- A report that is a file as well keeps its own key: `msspFleetOverview`, `msspPreview`, `msspFleetReport`.",
    "- `fleet preview`, `up`, `refresh` and `destroy` print a line for each event; the last line is the report. `--watch` prints an object a line.",
    "- The package has a JSON Schema (draft 7) of each document in its folder `schemas`, such as `schemas/fleet-list.schema.json`. On the " +
      "documentation's site each command of [Commands](commands.md) links its own. In a checkout, `npm run schemas` writes them to `dist/schemas`.",
    "- A key is added without a new version. A key that is renamed, removed or gets another meaning makes the version 2.",
    "- `alerts`, `incidents` without `--id` and `hunt` have no `--json`: their records are JSON.",
    "",
  ].join("\n");
}
