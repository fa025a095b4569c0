/** The connectors of connection files, on a machine that has neither project, engine nor state. */
import path from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import type { Environment } from "@defender-mssp/microsoft";
import type { ConnectorSource, UnreadConnector, Selection } from "./connectorSource";
import { exactlyOneOf, goWith, repeated } from "./selectors";

/** What the options below have parsed. */
export interface ConnectionOptions {
  /** A file that `npx mssp connection` has written; several where the option may be repeated. */
  readonly connection?: string | readonly string[];
  readonly all?: boolean;
  /** Folder of connection files. */
  readonly connections?: string;
}

/** The source of this package's own program. */
export const connectionFiles: ConnectorSource = {
  program: "npx defender-mssp-siem",
  reads: "The connection file",
  example: "--connection contoso.json",
  addOptions,
  one: ({ connection }: ConnectionOptions, { environment }) =>
    connectionFile(typeof connection === "string" ? connection : "", environment),
  many: async ({ connection = [], connections }: ConnectionOptions, { environment }) =>
    connections === undefined
      ? [connection].flat().map((file) => connectionFile(file, environment))
      : connectionsOfFolder(connections, environment),
};

function addOptions(command: Command, selection: Selection): Command {
  command.addOption(connectionOption(selection, "a file that `npx mssp connection` has written"));
  if (selection !== "oneOrAll") return exactlyOneOf(command, ["connection"]);
  command.option("--all", "every customer of the folder that --connections names").addOption(connectionsOption());
  return goWith(
    goWith(exactlyOneOf(command, ["connection", "all"]), ["connections"], ["all"]),
    ["all"],
    ["connections"],
  );
}

/** `--connection`, once or repeated. */
export function connectionOption(selection: Selection, description: string): Option {
  if (selection !== "several") return new Option("--connection <file>", description).argParser(fileName);
  return new Option("--connection <file>", `${description}; may be repeated`).argParser(
    (text: string, before: readonly string[] | undefined) => repeated(fileName(text), before),
  );
}

/** `--connections`, in place of what else `--all` means. */
export function connectionsOption(): Option {
  return new Option("--connections <folder>", "with --all: the customers of this folder's connection files (*.json)");
}

/** The connector of a connection file. */
export function connectionFile(file: string, environment: Environment, name = file): UnreadConnector {
  return {
    name,
    read: async () => {
      const { readConnection } = await import("./connectionFile.js");
      return readConnection(file);
    },
    keptToken: async (connector) => {
      const { keptBesideConnections } = await import("./keptBesideConnections.js");
      return keptBesideConnections(connector, environment);
    },
  };
}

/** The connection files of a folder, sorted. A file's name is its customer's, as in checkpoints. */
export async function connectionsOfFolder(
  folder: string,
  environment: Environment,
): Promise<readonly UnreadConnector[]> {
  const { readdir } = await import("node:fs/promises");
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new VisibleError(`--connections ${folder} can't be read: ${(error as Error).message}.`);
  }
  return names
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .sort()
    .map((name) => connectionFile(path.join(folder, name), environment, name.slice(0, -5)));
}

function fileName(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("A connection file has a name.");
}
