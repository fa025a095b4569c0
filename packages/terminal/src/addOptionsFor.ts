import type { Command } from "commander";

/**
 * Adds options that only some values of the command's first argument take. Other values refuse them; these values
 * require the mandatory ones.
 * @param add adds the options.
 */
export function addOptionsFor(command: Command, values: readonly string[], add: (command: Command) => void): void {
  const before = command.options.length;
  add(command);
  const options = command.options.slice(before);
  const required = options.filter(({ mandatory }) => mandatory);
  for (const option of required) option.makeOptionMandatory(false);
  command.hook("preAction", (_, { args: [value = ""] }) => {
    const given = options.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli");
    const [foreign] = values.includes(value) ? [] : given;
    if (foreign !== undefined)
      command.error(`error: option '${foreign.flags}' is for ${values.join(", ")}, not for ${value}`);
    const missing = values.includes(value) ? required.find((option) => !given.includes(option)) : undefined;
    if (missing !== undefined) command.error(`error: required option '${missing.flags}' not specified`);
  });
}
