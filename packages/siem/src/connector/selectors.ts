/** Checks of the options that select connectors, for every source of them. */
import type { Command } from "commander";
import { flag } from "@defender-mssp/terminal/usageError";

/**
 * Refuses a command line with none or several of these options.
 * @param names of their values.
 * @param pair two of them that may stand together.
 */
export function exactlyOneOf(command: Command, names: readonly string[], pair: readonly string[] = []): Command {
  return command.hook("preAction", (_, action) => {
    const given = names.filter((name) => action.getOptionValue(name) !== undefined);
    if (given.length === 1 || (given.length === 2 && given.every((name) => pair.includes(name)))) return;
    const offered = action.options.filter((option) => names.includes(option.attributeName()));
    action.error(`error: use exactly one of ${offered.map(({ flags }) => flags).join(", ")}`);
  });
}

/** Refuses one of the options `names` without any of `partners`. */
export function goWith(command: Command, names: readonly string[], partners: readonly string[]): Command {
  return command.hook("preAction", (_, action) => {
    const isGiven = (name: string): boolean => action.getOptionValue(name) !== undefined;
    const stray = names.find(isGiven);
    if (stray === undefined || partners.some(isGiven)) return;
    action.error(`error: ${flag(stray)} goes with ${partners.map(flag).join(" or ")}`);
  });
}

/** Collects the values of an option that may be repeated. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
