/** `mssp hunt`: asks the customers, writes their rows as they come, and makes the exit code. */
import { applicationTokens, olderHuntingLimits, runHuntingQuery, ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { atOnce } from "../atOnce";
import { readConnection } from "../connector/connectionFile";
import { readConnector, type Connector } from "../connector/connector";
import { adviceOnProfile } from "../connector/profileAdvice";
import { isStackName } from "../ci/stackNames";
import { passphraseVariables } from "../fleet/passphrases";
import { readInventory } from "../fleet/inventory";
import { selectStacks } from "../fleet/selection";
import { terminalText } from "../output/terminalText";
import { exitCodeOfFailure, Interrupt } from "../pull/interrupt";
import { ReaderGone } from "../sinks/sink";
import { writeToOutput } from "../sinks/standardOutput";
import { readProject } from "../../settings/project";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { queryOf, timespanOf } from "./query";
import { rowsAsCsv, rowsAsJson, type RowsText } from "./rows";

export interface HuntOptions extends CredentialOptions {
  readonly stack?: readonly string[];
  readonly connection?: readonly string[];
  readonly all?: boolean;
  readonly tag?: readonly string[];
  readonly file?: string;
  readonly timespan?: string;
  readonly format: "json" | "csv";
  readonly parallel: number;
  readonly passphraseFolder?: string;
  readonly quiet?: boolean;
}

interface Hunt {
  readonly query: string;
  readonly timespan?: string;
  readonly rowsText: RowsText;
  readonly options: HuntOptions;
  readonly signal: AbortSignal;
}

/** A customer that is asked. */
interface Target {
  /** The stack, or the connection file. */
  readonly name: string;
  /** @throws VisibleError */
  readonly connector: () => Promise<Connector>;
}

export async function runHunt(argument: string | undefined, options: HuntOptions): Promise<void> {
  const interrupt = new Interrupt();
  try {
    const timespan = options.timespan === undefined ? undefined : timespanOf(options.timespan);
    const targets = await targetsOf(options);
    const query = await queryOf(argument, options.file);
    const rowsText = options.format === "csv" ? rowsAsCsv() : rowsAsJson;
    const hunt: Hunt = { query, timespan, rowsText, options, signal: interrupt.signal };
    process.exitCode = await huntAll(targets, hunt);
  } catch (error) {
    if (error instanceof ReaderGone) return;
    if (interrupt.name === undefined) throw error;
    process.exitCode = interrupt.name === "SIGINT" ? 130 : 143;
  } finally {
    interrupt.dispose();
  }
}

/** @throws VisibleError for none, or several kinds of selectors. */
async function targetsOf(options: HuntOptions): Promise<readonly Target[]> {
  const { stack, connection, all, tag } = options;
  if ([stack, connection, all].filter((given) => given !== undefined).length !== 1) {
    throw new VisibleError(
      "Name the customers with --stack or --connection, or take all with --all: one of the three.",
    );
  }
  if (tag !== undefined && all !== true) throw new VisibleError("--tag goes with --all.");
  if (connection !== undefined) {
    return connection.map((file) => ({ name: file, connector: () => readConnection(file) }));
  }
  const stacks = await stacksOf(options);
  const variables = await variablesOf(stacks, options);
  return stacks.map((name) => ({
    name,
    connector: () => readConnector(name, { secrets: true, environment: { ...process.env, ...variables.get(name) } }),
  }));
}

/** Names as they are; patterns and --all by the settings files of the folder. @throws VisibleError */
async function stacksOf({ stack: patterns, tag }: HuntOptions): Promise<readonly string[]> {
  if (patterns?.every((pattern) => !pattern.includes("*")) === true) {
    const wrong = patterns.find((name) => name.split("/").length > 3 || !name.split("/").every(isStackName));
    if (wrong !== undefined) throw new VisibleError(`"${wrong}" is not a stack's name.`);
    return [...new Set(patterns)];
  }
  const project = await readProject();
  const place = { folder: project.folder, journals: "" };
  const chosen = await selectStacks(await readInventory(project), { stack: patterns, tag, staleAfter: 7 }, place);
  if (chosen.length === 0) throw new VisibleError("No customer matches.");
  return chosen.map(({ stack }) => stack);
}

/** Of each stack's engine. */
async function variablesOf(
  stacks: readonly string[],
  { passphraseFolder }: HuntOptions,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  if (passphraseFolder === undefined) return new Map();
  return passphraseVariables(stacks, { project: await readProject(), environment: process.env, passphraseFolder });
}

/** @returns the exit code. */
async function huntAll(targets: readonly Target[], hunt: Hunt): Promise<number> {
  const { options, signal } = hunt;
  const failures: unknown[] = [];
  let rows = 0;
  await atOnce(options.parallel, targets, async (target) => {
    try {
      rows += await huntOne(target, hunt);
    } catch (error) {
      if (signal.aborted || !(error instanceof VisibleError)) throw error;
      failures.push(error);
      note(`${target.name}: ${error.message}${hintOn(error)}`);
    }
  });
  const answered = targets.length - failures.length;
  if (options.quiet !== true) {
    note(`${numbered(rows, "row")} from ${answered} of ${numbered(targets.length, "customer")}.`);
  }
  const codes = new Set(failures.map(codeOf));
  return codes.size > 1 ? 1 : ([...codes][0] ?? 0);
}

/** @returns the number of rows. @throws VisibleError, ReaderGone */
async function huntOne({ name, connector: read }: Target, hunt: Hunt): Promise<number> {
  const { query, timespan, rowsText, options, signal } = hunt;
  signal.throwIfAborted();
  const connector = await read();
  const { tenantId, clientId, stack } = connector;
  const endpoints = await endpointsOf(connector);
  const credentials = async () => connectorEnvironment(clientId, await credentialOf(connector, options));
  const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
  const { columns, rows } = await tokens.use((token) => runHuntingQuery({ endpoints, token, query, timespan, signal }));
  signal.throwIfAborted();
  await writeToOutput(rowsText({ tenantId, stack }, { columns, rows }));
  if (rows.length >= olderHuntingLimits.rows) {
    note(`${name}: ${numbered(rows.length, "row")}: the service may have left out more. Limit the query.`);
  }
  return rows.length;
}

/** 400 is the query's fault, not the connector's. */
function codeOf(error: unknown): number {
  return error instanceof ServiceError && error.status === 400 ? 1 : exitCodeOfFailure(error);
}

function hintOn(error: VisibleError): string {
  const advice = error instanceof ServiceError ? adviceOnProfile(error, "hunt") : undefined;
  return advice === undefined ? "" : `\n${advice}`;
}

function note(text: string): void {
  process.stderr.write(`mssp: ${terminalText(text)}\n`);
}

function numbered(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
