/**
 * A program with subcommands. Its help needs no more than their names and descriptions; the module
 * of a subcommand loads if the command line names it.
 */
import { Command } from "commander";
import type { Output, Session } from "./session";

export interface Subcommand {
  /** Heading in the help; groups stand in the order of their first subcommands. Default: "Commands". */
  readonly group?: string;
  readonly description: string;
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
  for (const [subcommand, { group = "Commands", description: purpose, load }] of Object.entries(subcommands)) {
    const command = program.command(subcommand).description(purpose).helpGroup(`${group}:`);
    if (commandLine.includes(subcommand)) load().define(command, session);
  }
  return program.configureHelp({ subcommandTerm: (command) => command.name() });
}

/** Commander's own width applies without a terminal. */
function columnsOf({ isTerminal, columns }: Output): number {
  return isTerminal ? columns : 80;
}
