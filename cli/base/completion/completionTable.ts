/**
 * What a shell completes: each command's subcommands, options and values, read from the registered
 * commands. One table for all shells, which they read without starting Node.js.
 */
import type { Argument, Command, Option } from "commander";
import { listedCommands } from "@defender-mssp/terminal/help";

/** Separates the columns: path, word, kind, description. No command or option has a `|`. */
const separator = "|";

/** Arguments and options whose values are the stacks of the folder. */
const stackValues = /<stack(\.\.\.)?>|<pattern(\.\.\.)?>/;

/**
 * Lines `path|word|kind|description`. The path begins with `mssp`. A kind is `command`, `argument`
 * for a fixed value of an argument, `flag` for an option without a value, or what an option's value
 * is: `stack`, `file` for everything else, or choices as `=github gitlab`. A `*` at its end means
 * that the option takes several.
 */
export function completionTable(program: Command): string {
  return rowsBelow(program, "mssp")
    .map((row) => row.map((cell) => cell.replace(/[\n|'\\`$]/g, " ")).join(separator))
    .join("\n");
}

type CompletionRow = readonly [path: string, word: string, kind: string, description: string];

function rowsBelow(command: Command, path: string): readonly CompletionRow[] {
  const help: CompletionRow = [path, "--help", "flag", "display help for command"];
  const commands = listedCommands(command);
  return [
    ...commands.map((below): CompletionRow => [path, below.name(), "command", firstSentence(below.description())]),
    ...command.registeredArguments.flatMap((argument) => argumentRows(argument, path)),
    ...command.options
      .filter(({ hidden }) => !hidden)
      .map((option): CompletionRow => [path, option.long ?? option.flags, optionKind(option), option.description]),
    help,
    ...commands.flatMap((below) => rowsBelow(below, `${path} ${below.name()}`)),
  ];
}

function argumentRows({ argChoices = [], description }: Argument, path: string): readonly CompletionRow[] {
  // A description may have lines such as `up, down: text`.
  const lines = description.split("\n");
  const lineFor = (choice: string) => lines.find((line) => line.split(":")[0]?.split(", ").includes(choice));
  return argChoices.map((choice) => [path, choice, "argument", lineFor(choice) ?? description]);
}

function optionKind({ flags, argChoices, required, optional, variadic }: Option): string {
  if (!required && !optional) return "flag";
  const several = variadic ? "*" : "";
  if (argChoices !== undefined) return `=${argChoices.join(" ")}${several}`;
  return `${stackValues.test(flags) ? "stack" : "file"}${several}`;
}

function firstSentence(text: string): string {
  return text.split(/[.:] /)[0]?.replace(/\.$/, "") ?? text;
}
