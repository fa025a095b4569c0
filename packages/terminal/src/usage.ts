/**
 * How every command treats its command line: usage errors, in the order that helps most, and with
 * exit code 2.
 */
import { CommanderError, type Command } from "commander";
import { exitCodes } from "./exitCodes";

/**
 * Prepares the registered commands below `program`. Commander reports a missing required option
 * before an unknown one; a user who typed `--stak` must read that it is unknown and that `--stack`
 * is meant.
 */
export function prepareUsage(program: Command): void {
  for (const command of withSubcommands(program)) {
    command.showHelpAfterError(`(${fullName(command)} --help shows the usage)`);
    command.exitOverride();
    requireLast(command);
  }
}

/** The exit code for an error that ended the parsing; undefined where it is none of commander's. */
export function usageExitCode(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? 0 : exitCodes.usage;
}

function requireLast(command: Command): void {
  const required = command.options.filter(({ mandatory }) => mandatory);
  if (required.length === 0) return;
  for (const option of required) option.makeOptionMandatory(false);
  command.hook("preAction", (_, action) => {
    const missing = required.find((option) => action.getOptionValue(option.attributeName()) === undefined);
    if (missing !== undefined) action.error(`error: required option '${missing.flags}' not specified`);
  });
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
