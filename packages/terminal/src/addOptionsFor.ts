import type { Command } from "commander";

/**
 * Adds options that only some values of the command's first argument take. Other values refuse them.
 * @param add adds the options.
 */
export function addOptionsFor(command: Command, values: readonly string[], add: (command: Command) => void): void {
  const before = command.options.length;
  add(command);
  const options = command.options.slice(before);
  command.hook("preAction", (_, { args: [value = ""] }) => {
    if (values.includes(value)) return;
    const foreign = options.find((option) => command.getOptionValueSource(option.attributeName()) === "cli");
    if (foreign !== undefined)
      command.error(`error: option '${foreign.flags}' is for ${values.join(", ")}, not for ${value}`);
  });
}
