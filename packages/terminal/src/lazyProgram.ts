/**
 * A program with subcommands. Its help needs no more than their names and descriptions; the module
 * of a subcommand loads if the command line names it.
 */
import { Command, Help } from "commander";
import { formatHelp, listedCommands } from "./help";
import type { Output, Session } from "./session";

export interface Subcommand {
  /** Heading in the help; groups stand in the order of their first subcommands. Default: "Commands". */
  readonly group?: string;
  readonly description: string;
  /** Shown on the first screen, which then lists no others. */
  readonly isDaily?: true;
  readonly load: () => {
    /** Adds arguments, options and action. */
    readonly define: (command: Command, session: Session) => void;
  };
}

export interface ProgramDescription {
  /** As people type it. */
  readonly name: string;
  readonly description: string;
  readonly subcommands: Readonly<Record<string, Subcommand>>;
}

/** `help fleet up` is `fleet up --help`, and `help all` is `--help --all`. */
export function withoutHelpWord(commandLine: readonly string[]): readonly string[] {
  const [first, ...words] = commandLine;
  if (first !== "help") return commandLine;
  return words[0] === "all" ? ["--help", "--all"] : [...words, "--help"];
}

/** The program for a command line. A subcommand that the line does not name is not defined. */
export function lazyProgram(
  { name, description, subcommands }: ProgramDescription,
  commandLine: readonly string[],
  session: Session,
): Command {
  const program = new Command(name)
    .description(description)
    .enablePositionalOptions()
    // Subcommands inherit it.
    .configureOutput({
      writeOut: (text) => session.out.write(text),
      writeErr: (text) => session.err.write(text),
      getOutHelpWidth: () => columnsOf(session.out),
      getErrHelpWidth: () => columnsOf(session.err),
    });
  const isWhole = commandLine.includes("--all");
  const isShort =
    !isWhole && (commandLine.length === 0 || commandLine.some((word) => word === "--help" || word === "-h"));
  const all = Object.values(subcommands);
  const isSelective = isShort && all.some(({ isDaily }) => isDaily);
  program.configureHelp({
    subcommandTerm: (command) => command.name(),
    // Several lines are a description of each choice.
    argumentDescription: (argument) =>
      argument.description.includes("\n") ? argument.description : new Help().argumentDescription(argument),
    visibleCommands: (command) => listedCommands(command, isWhole),
    formatHelp: (command, helper) => formatHelp(command, helper, isShort),
  });
  for (const [subcommand, { group = "Commands", description: purpose, load, isDaily }] of Object.entries(subcommands)) {
    const hidden = isSelective && isDaily !== true;
    const command = program.command(subcommand, { hidden }).description(purpose).helpGroup(`${group}:`);
    if (commandLine.includes(subcommand)) load().define(command, session);
  }
  const more = `\n${name} help all lists all ${all.length} commands; ${name} help <command> explains one.`;
  return isSelective ? program.helpCommand(false).addHelpText("after", more) : program;
}

/** Commander's own width applies without a terminal. */
function columnsOf({ isTerminal, columns }: Output): number {
  return isTerminal ? columns : 80;
}
