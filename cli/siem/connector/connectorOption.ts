/**
 * The options by which a command finds its connector: `--stack`, in the project, or `--connection`,
 * on a machine that has neither project, engine nor state.
 */
import { InvalidArgumentError, type Command } from "commander";
import { stackArgument } from "../../stack/stackName";
import type { Connector } from "./connector";

/** One of the two is given. */
export interface ConnectorOptions {
  readonly stack?: string;
  /** A file that `mssp connection` has written. */
  readonly connection?: string;
}

/** What selects customers. A command has some of these options, and takes exactly one of them. */
const selectors = [
  { name: "stack", usage: "--stack <stack>" },
  { name: "connection", usage: "--connection <file>" },
  { name: "all", usage: "--all" },
] as const;

/**
 * Adds `--stack` and `--connection` to a command. A command line with none or several of them is a
 * usage error; so is one with `--all`, where the command has it, and another one.
 */
export function connectorOptions(command: Command): Command {
  return command
    .option("--stack <stack>", "the customer's stack", stackArgument)
    .option(
      "--connection <file>",
      "in place of --stack: a file that `npx mssp connection` has written; needs no project, engine or state",
      connectionArgument,
    )
    .hook("preAction", (_, action) => {
      const offered = selectors.filter(({ name }) =>
        action.options.some((option) => option.attributeName() === name && !option.hidden),
      );
      const given = offered.filter(({ name }) => action.getOptionValue(name) !== undefined);
      if (given.length === 1) return;
      action.error(`error: use exactly one of ${offered.map(({ usage }) => usage).join(", ")}`);
    });
}

function connectionArgument(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("A connection file has a name.");
}

/**
 * The connector that the options select, by default with the stack's secrets. Those of a connection
 * are where its file says, and `credentialOf` reads them.
 * @param options `environment`: of the stack's engine. Default: `process.env`.
 * @throws VisibleError as `readConnector` and `readConnection` do.
 */
export async function selectedConnector(
  { stack, connection }: ConnectorOptions,
  { secrets = true, environment }: { readonly secrets?: boolean; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<Connector> {
  if (connection !== undefined) {
    const { readConnection } = await import("./connectionFile.js");
    return readConnection(connection);
  }
  const { readConnector } = await import("./connector.js");
  return readConnector(stack ?? "", { secrets, ...(environment === undefined ? {} : { environment }) });
}
