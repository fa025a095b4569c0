/** The connectors of a project's stacks, and of connection files beside them. */
import { Option, type Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import {
  connectionFiles,
  connectionOption,
  connectionsOption,
  type ConnectionOptions,
} from "@defender-mssp/siem/connector/connectionFiles";
import type { ConnectorSource, UnreadConnector, Selection } from "@defender-mssp/siem/connector/connectorSource";
import { exactlyOneOf, goWith, repeated } from "@defender-mssp/siem/connector/selectors";
import { isStackName } from "@defender-mssp/siem/connector/stackName";
import { placeOf } from "../base/place";
import { stackConnector } from "./connector";
import { passphraseFolderOption } from "./passphraseOption";
import { stackArgument } from "./stackName";
import { allCustomers } from "./stackNames";

/** What the options below have parsed. */
interface StackOptions extends ConnectionOptions {
  /** A stack; patterns where the option may be repeated. */
  readonly stack?: string | readonly string[];
  readonly tag?: readonly string[];
  readonly passphraseFolder?: string;
}

/** The source of `npx mssp`. */
export const stacksAndConnectionFiles: ConnectorSource = {
  program: "npx mssp",
  reads: "The stack's outputs and configuration, or the connection file",
  example: "--stack contoso",
  addOptions,
  one: (options: StackOptions, session) =>
    options.connection === undefined
      ? stackConnector(typeof options.stack === "string" ? options.stack : "", placeOf(session))
      : connectionFiles.one(options, session),
  many: (options: StackOptions, session) =>
    options.connection === undefined && options.connections === undefined
      ? stackConnectors(options, session)
      : connectionFiles.many(options, session),
};

const connectionText =
  "in place of --stack: a file that `npx mssp connection` has written; needs no project, engine or state";

function addOptions(command: Command, selection: Selection): Command {
  if (selection === "several") return addRepeatedOptions(command);
  command
    .option("--stack <stack>", "the customer's stack", stackArgument)
    .addOption(connectionOption(selection, connectionText));
  if (selection === "one") return exactlyOneOf(command, ["stack", "connection"]);
  command
    .option("--all", allCustomers)
    .addOption(
      new Option(
        "--tag <tag...>",
        "with --all: only stacks with these tags: tier=gold, or tier for any value; all must match",
      ).conflicts("connections"),
    )
    .addOption(connectionsOption())
    .addOption(passphraseFolderOption("--all"));
  return goWith(
    exactlyOneOf(command, ["stack", "connection", "all"]),
    ["tag", "connections", "passphraseFolder"],
    ["all"],
  );
}

/** An option that takes several values would take the argument after it as well. */
function addRepeatedOptions(command: Command): Command {
  command
    .option(
      "--stack <pattern>",
      "this stack, or those that match: * stands for any characters; may be repeated",
      repeated,
    )
    .addOption(connectionOption("several", connectionText))
    .option("--all", allCustomers)
    .option(
      "--tag <tag>",
      "with --all: only stacks with this tag: tier=gold, or tier for any value; may be repeated",
      repeated,
    )
    .addOption(passphraseFolderOption("--all or --stack"));
  exactlyOneOf(command, ["stack", "connection", "all"]);
  return goWith(goWith(command, ["tag"], ["all"]), ["passphraseFolder"], ["stack", "all"]);
}

/**
 * The customers of the project. A stack without a file in the folder of passphrases fails by
 * itself, if its engine needs one.
 */
async function stackConnectors(options: StackOptions, session: Session): Promise<readonly UnreadConnector[]> {
  const place = placeOf(session);
  const { passphraseFolder } = options;
  const stacks = await stackNamesOf(options, session);
  if (passphraseFolder === undefined) return stacks.map((stack) => stackConnector(stack, place));
  const { passphrasesInFolder } = await import("./passphrases.js");
  const variables = await passphrasesInFolder(stacks, passphraseFolder);
  return stacks.map((stack) =>
    stackConnector(stack, { ...place, environment: { ...place.environment, ...variables.get(stack) } }),
  );
}

/** Names as they are; patterns and --all by the settings files of the folder. @throws VisibleError */
async function stackNamesOf(
  { stack, tag }: StackOptions,
  { folder, environment, now }: Session,
): Promise<readonly string[]> {
  const patterns = stack === undefined ? undefined : [stack].flat();
  if (patterns?.every((pattern) => !pattern.includes("*")) === true) {
    const wrong = patterns.find((name) => name.split("/").length > 3 || !name.split("/").every(isStackName));
    if (wrong !== undefined) throw new VisibleError(`"${wrong}" is not a stack's name.`);
    return [...new Set(patterns)];
  }
  const [{ readProject }, { readInventory }, { selectStacks }] = await Promise.all([
    import("../../settings/project.js"),
    import("./inventory.js"),
    import("./selection.js"),
  ]);
  const project = await readProject(folder);
  const place = { folder: project.folder, environment, journals: project.folder, now: now() };
  const chosen = await selectStacks(
    await readInventory(project, environment),
    { stack: patterns, tag, staleAfter: 7 },
    place,
  );
  return chosen.map(({ stack: name }) => name);
}
