/** docs/reference/commands.md: the `mssp` command as its own help describes it, and the list of it that the checkout has. */
import type { Command } from "commander";
import { processSession } from "@defender-mssp/terminal/processSession";
import { listedCommands } from "@defender-mssp/terminal/help";
import { commandOfDocument, documentNames } from "@defender-mssp/terminal/jsonDocument";
import { programFor, subcommandNames } from "../../../cli/program";
import { schemaFile } from "../schemaFile";
import { wholePageNote } from "./wholePageNote";

export function commandsPage(): string {
  return [
    "# Commands",
    "",
    "Run `npx mssp` in the folder with `Pulumi.yaml`. Each command describes itself with `--help`; this page is that text.",
    "",
    "Errors go to standard error. An error says what is wrong, where, and what to do. A usage error ends every command with exit code 2. " +
      "[Exit codes](exit-codes.md) has the codes of all commands, and the shape of `--json`.",
    "",
    ...commandsBelow(programFor([...subcommandNames, "--all"], processSession()), []).flatMap((below) => [
      ...section(below),
      ...commandDocuments(below.names, below.command).flatMap((name) => [
        `\`${commandOfDocument(name)} --json\`: its [JSON Schema](../../${schemaPlace(name)}).`,
        "",
      ]),
    ]),
  ].join("\n");
}

/** Its whole help under its name. */
function section({ names, command }: ReturnType<typeof commandsBelow>[number]): string[] {
  return [`## ${["npx mssp", ...names].join(" ")}`, "", "```text", helpOf(command), "```", ""];
}

/** Every command that help lists, with its description. */
export function commandsList(): string {
  return [
    "# Commands",
    "",
    "Run `npx mssp` in the folder with `Pulumi.yaml`. Each command describes itself with `--help`. " +
      wholePageNote("commands", "the help of all commands"),
    "",
    ...commandsBelow(programFor(subcommandNames, processSession()), [], listedCommands).map(
      ({ names, command }) =>
        `- \`${["npx mssp", ...names].join(" ")}\`: ${command.description().replaceAll("<", "\\<")}`,
    ),
    "",
  ].join("\n");
}

/** The steps that only pipelines call, each with its whole help. */
export function pipelineStepsPage(): string {
  const program = programFor([...subcommandNames, "--all"], processSession());
  const listed = new Set(commandsBelow(programFor(subcommandNames, processSession()), [], listedCommands).map(nameOf));
  const steps = commandsBelow(program, []).filter((below) => !listed.has(nameOf(below)));
  return [
    "# Steps of pipelines",
    "",
    "The pipelines of `templates/` call these commands. `npx mssp ci --help --all` lists them; nobody needs them at a terminal.",
    "",
    ...steps.flatMap(section),
  ].join("\n");
}

function nameOf({ names }: { readonly names: readonly string[] }): string {
  return names.join(" ");
}

/**
 * The names of all commands, those of groups in front of their parts: `sandbox`, `sandbox run`, …
 */
export function commandNames(): readonly string[] {
  return commandsBelow(programFor(subcommandNames, processSession()), []).map(({ names }) => names.join(" "));
}

/** The JSON Schemas that stand beside the whole page in the package and on the site, from their top. */
export function schemaPlaces(): readonly string[] {
  return commandsBelow(programFor(subcommandNames, processSession()), []).flatMap(({ names, command }) =>
    commandDocuments(names, command).map(schemaPlace),
  );
}

/** The documents that a command prints with `--json`, such as `fleet list`. */
export function commandDocuments(names: readonly string[], command: Command): readonly string[] {
  const hasJson = command.options.some(({ long }) => long === "--json");
  return hasJson ? documentNames(names.join(" "), command) : [];
}

/** The place of a command's schema from the top of the package and of the site. */
export function schemaPlace(command: string): string {
  return `schemas/${schemaFile(command)}`;
}

/** Every command below one, or those that `below` lists, groups in front of their parts. */
export function commandsBelow(
  parent: Command,
  above: readonly string[],
  below = ({ commands }: Command): readonly Command[] => commands,
): { names: readonly string[]; command: Command }[] {
  return below(parent).flatMap((command) => {
    const names = [...above, command.name()];
    return [{ names, command }, ...commandsBelow(command, names, below)];
  });
}

/**
 * The help with the texts around it, 80 columns wide and without colours whatever the terminal is.
 */
export function helpOf(command: Command): string {
  const written: string[] = [];
  command.configureOutput({
    writeOut: (text) => written.push(text),
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return written.join("").trimEnd();
}
