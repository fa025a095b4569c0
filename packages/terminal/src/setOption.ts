import { InvalidArgumentError, Option, type Command } from "commander";

/** A setting of `--set`: its name, and the option that parses it and explains it. */
export type Settable = readonly [name: string, option: Option];

/**
 * Adds `--set <setting=value...>`, whose settings the action gets as the options that parse them. One of a flag takes
 * `true`.
 */
export function setOption(command: Command, text: string, settables: readonly Settable[]): Command {
  const names = settables.map(([name]) => name);
  return command.addOption(
    new Option("--set <setting=value...>", `${text}: ${names.join(", ")}`).argParser(
      (given: string, before: unknown) => {
        const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
        const option = settables.find(([known]) => known === name)?.[1];
        if (option === undefined)
          throw new InvalidArgumentError(`Write <setting>=<value> of these: ${names.join(", ")}.`);
        command.setOptionValueWithSource(option.attributeName(), parsed(option, value), "cli");
        return [...((before as readonly string[] | undefined) ?? []), given];
      },
    ),
  );
}

function parsed(option: Option, value: string): unknown {
  if (!option.required && !option.optional) {
    if (value === "true") return true;
    throw new InvalidArgumentError("It takes true.");
  }
  const { argChoices } = option;
  const parse = option.parseArg as ((text: string, before: unknown) => unknown) | undefined;
  if (argChoices?.includes(value) === false) throw new InvalidArgumentError(`Allowed: ${argChoices.join(", ")}.`);
  return argChoices === undefined && parse !== undefined ? parse(value, undefined) : value;
}
