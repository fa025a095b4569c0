import { Command } from "commander";
import type { ConnectorSource, Selection } from "../../src/connector/connectorSource";

/** The options of a command line as JSON, or the error of one that is refused. */
export function parsedOptions(source: ConnectorSource, selection: Selection, args: readonly string[]): string {
  const command = source
    .addOptions(new Command("pull"), selection)
    .action(() => undefined)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    return JSON.stringify(command.parse(args, { from: "user" }).opts());
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
