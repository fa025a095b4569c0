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
import type { ConnectorSource, Selection } from "@defender-mssp/siem/connector/connectorSource";
import type { CredentialOptions } from "@defender-mssp/siem/connector/credentialOptions";
import { exactlyOneOf, goWith, repeated } from "@defender-mssp/siem/connector/selectors";
import { placeOf } from "../../base/place";
import { stackConnector, type StackCustomer } from "../../stack/connector";
import { passphraseFolderOption } from "../../stack/passphraseOption";
import { stackArgument, stackPatterns } from "../../stack/stackName";
import { allCustomers, sandboxStacks } from "../../stack/stackNames";

/** What the options of stacks have parsed. */
export interface StackOptions {
  /** A stack; patterns where the option may be repeated. */
  readonly stack?: string | readonly string[];
  readonly all?: boolean;
  readonly tag?: readonly string[];
  readonly passphraseFolder?: string;
}

type SourceOptions = StackOptions & ConnectionOptions;

/** The source of `npx mssp`. */
export const stacksAndConnectionFiles: ConnectorSource = {
  program: "npx mssp",
  reads: "The stack's outputs and configuration, or the connection file",
  example: "--stack contoso",
  addOptions,
  one: (options: SourceOptions, session) =>
    options.connection === undefined
      ? stackConnector(typeof options.stack === "string" ? options.stack : "", placeOf(session))
      : connectionFiles.one(options, session),
  named: async (options: SourceOptions, session) =>
    (await namedStack(options, session)) ?? connectionFiles.named(options, session),
  many: (options: SourceOptions, session) =>
    options.connection === undefined && options.connections === undefined
      ? stacksWithOwnSecrets(options, session)
      : connectionFiles.many(options, session),
};

/** The stacks; refuses one client secret for several, which would go to the other tenants. @throws VisibleError */
async function stacksWithOwnSecrets(
  options: SourceOptions & CredentialOptions,
  session: Session,
): Promise<readonly StackCustomer[]> {
  const stacks = await stackConnectors(options, session);
  if (stacks.length < 2) return stacks;
  const { oneSecretEach, sharedPlace } = await import("@defender-mssp/siem/connector/oneSecretEach");
  // The stacks are read for it: only where a secret for all is named.
  if (sharedPlace(options, session.environment) !== undefined)
    await oneSecretEach(stacks, options, session.environment);
  return stacks;
}

/** The stack that the options name by itself; undefined where they select any number. */
export async function namedStack(options: StackOptions, session: Session): Promise<StackCustomer | undefined> {
  const [name, ...others] = [options.stack ?? []].flat();
  if (name === undefined || name.includes("*") || others.length > 0) return undefined;
  const [customer] = await stackConnectors(options, session);
  return customer;
}

const connectionText =
  "in place of --stack: a file that `npx mssp connection` has written; needs no project, engine or state";

function addOptions(command: Command, selection: Selection): Command {
  if (selection === "one") {
    command
      .option("--stack <stack>", "the customer's stack", stackArgument)
      .addOption(connectionOption(selection, connectionText));
    return exactlyOneOf(command, ["stack", "connection"]);
  }
  addStackOptions(command);
  command.addOption(connectionOption(selection, connectionText)).addOption(connectionsOption().conflicts("tag"));
  exactlyOneOf(command, ["stack", "connection", "connections", "all"], ["connections", "all"]);
  return stackPartners(command);
}

/** The options that select any number of stacks, for a command without connection files. */
export function stackOptions(command: Command): Command {
  return stackPartners(exactlyOneOf(addStackOptions(command), ["stack", "all"]));
}

function addStackOptions(command: Command): Command {
  // An option that takes several values would take an optional argument after it as well.
  const values = command.registeredArguments.every(({ required }) => required) ? "<tag...>" : "<tag>";
  return command
    .option(
      "--stack <pattern>",
      "this stack, or those that match: * stands for any characters; may be repeated",
      stackPatterns,
    )
    .option("--all", allCustomers)
    .addOption(
      new Option(
        `--tag ${values}`,
        "with --all: only stacks with this tag: tier=gold, or tier for any value; may be repeated, all must match",
      ).argParser(repeated),
    )
    .addOption(passphraseFolderOption("--all or --stack"));
}

function stackPartners(command: Command): Command {
  return goWith(goWith(command, ["tag"], ["all"]), ["passphraseFolder"], ["stack", "all"]);
}

/**
 * The customers of the project. A stack without a file in the folder of passphrases fails by
 * itself, if its engine needs one.
 */
export async function stackConnectors(options: StackOptions, session: Session): Promise<readonly StackCustomer[]> {
  const place = placeOf(session);
  const { passphraseFolder } = options;
  const stacks = await stackNamesOf(options, session);
  if (passphraseFolder === undefined) return stacks.map((stack) => stackConnector(stack, place));
  const { passphrasesInFolder } = await import("../../stack/passphrases.js");
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
    return [...new Set(patterns)];
  }
  const { readProject } = await import("../../../settings/project.js");
  const { readInventory } = await import("../../stack/inventory.js");
  const { selectStacks } = await import("../../selection/selectStacks.js");
  const project = await readProject(folder);
  const place = { folder: project.folder, environment, journals: project.folder, now: now() };
  const chosen = await selectStacks(await readInventory(project, environment), { stack: patterns, tag }, place);
  if (chosen.length === 0) throw noCustomer(tag);
  return chosen.map(({ stack: name }) => name);
}

function noCustomer(tags: readonly string[] = []): VisibleError {
  if (tags.length > 0) return new VisibleError(`No customer has the tag ${tags.join(" and the tag ")}.`);
  const sandbox = sandboxStacks.map((pattern) => `"${pattern}"`).join(" and ");
  return new VisibleError(
    `This project has no customer: ${sandbox} are stacks of the sandbox. Name a stack by --stack, or add a customer: npx mssp new`,
  );
}
