/** The connectors of connection files, on a machine that has neither project, engine nor state. */
import path from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { unreadableFile, VisibleError } from "@defender-mssp/errors";
import type { Environment } from "@defender-mssp/microsoft";
import type { Session } from "@defender-mssp/terminal/session";
import { UsageError } from "@defender-mssp/terminal/usageError";
import type { ConnectorSource, UnreadConnector, Selection } from "./connectorSource";
import type { CredentialOptions } from "./credentialOptions";
import type { Reader } from "./reader";
import { exactlyOneOf, goWith, repeated } from "./selectors";

/** What the options below have parsed. */
export interface ConnectionOptions {
  /** A file that `npx mssp connection` has written; several where the option may be repeated. */
  readonly connection?: string | readonly string[];
  readonly all?: boolean;
  /** Folder of connection files. */
  readonly connections?: string;
}

/** Who reads the hints of a command with these options. */
export function readerBy({ connection, connections }: ConnectionOptions): Reader {
  return connection === undefined && connections === undefined ? "stack" : "file";
}

/** The source of this package's own program. */
export const connectionFiles: ConnectorSource = {
  program: "npx defender-mssp-siem",
  reads: "The connection file",
  example: "--connection contoso.json",
  addOptions,
  one: ({ connection }: ConnectionOptions, { environment }) =>
    connectionFile(typeof connection === "string" ? connection : "", environment),
  named: ({ connection, connections }: ConnectionOptions, { environment }) => {
    const [file, ...others] = [connection ?? []].flat();
    const isNamed = file !== undefined && others.length === 0 && connections === undefined;
    return Promise.resolve(isNamed ? connectionFile(file, environment) : undefined);
  },
  many: async (options: ConnectionOptions & CredentialOptions, session) => {
    const { oneSecretEach } = await import("./oneSecretEach.js");
    return oneSecretEach(await connectors(options, session), options, session.environment);
  },
};

async function connectors(
  { connection = [], connections }: ConnectionOptions,
  { environment }: Session,
): Promise<readonly UnreadConnector[]> {
  if (connections !== undefined) return connectionsOfFolder(connections, environment);
  const files = [...new Set([connection].flat())];
  if (files.length < 2) return files.map((file) => connectionFile(file, environment));
  const named = new Map<string, string>();
  for (const file of files) {
    const name = customerName(file);
    const other = named.get(name);
    // Notes, metrics and checkpoints go by this name.
    if (other !== undefined) {
      throw new UsageError(
        `--connection ${other} and ${file} name the same customer, ${name}: rename one of the files.`,
      );
    }
    named.set(name, file);
  }
  return [...named].map(([name, file]) => connectionFile(file, environment, name));
}

function addOptions(command: Command, selection: Selection): Command {
  command.addOption(connectionOption(selection, "a file that `npx mssp connection` has written"));
  if (selection === "one") return exactlyOneOf(command, ["connection"]);
  command
    .addOption(connectionsOption())
    .option("--all", "every customer of the folder that --connections names (the same as without --all)");
  return goWith(
    exactlyOneOf(command, ["connection", "connections", "all"], ["connections", "all"]),
    ["all"],
    ["connections"],
  );
}

/** `--connection`, once or repeated. */
export function connectionOption(selection: Selection, description: string): Option {
  if (selection === "one") return new Option("--connection <file>", description).argParser(fileName);
  return new Option("--connection <file>", `${description}; may be repeated`).argParser(
    (text: string, before: readonly string[] | undefined) => repeated(fileName(text), before),
  );
}

/** `--connections`, whose files are customers. */
export function connectionsOption(): Option {
  return new Option("--connections <folder>", "the customers of this folder's connection files (*.json)");
}

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
    throw unreadableFile(`--connections ${folder}`, error);
  }
  const files = names.filter((name) => name.endsWith(".json") && !name.startsWith(".")).sort();
  if (files.length === 0) throw new VisibleError(`--connections ${folder} holds no connection file (<customer>.json).`);
  return files.map((name) => connectionFile(path.join(folder, name), environment, customerName(name)));
}

/** A file's name without `.json`. */
function customerName(file: string): string {
  return path.basename(file, ".json");
}

function fileName(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("A connection file has a name.");
}
