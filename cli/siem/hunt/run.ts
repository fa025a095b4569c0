/** `mssp hunt`: asks the customers, writes their rows as they come, and makes the exit code. */
import {
  applicationTokens,
  olderHuntingLimits,
  runHuntingQuery,
  ServiceError,
  type HuntingResult,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/terminal/atOnce";
import { readConnection } from "../connector/connectionFile";
import { readConnector, type Connector } from "../connector/connector";
import { adviceOnProfile } from "../connector/profileAdvice";
import { isStackName } from "../../stack/stackNames";
import { passphrasesInFolder } from "../../stack/passphrases";
import { readInventory } from "../../stack/inventory";
import { selectStacks } from "../../stack/selection";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { exitCodeOfFailure, Interrupt } from "../pull/interrupt";
import { ReaderGone } from "../sinks/sink";
import { writeToOutput } from "../sinks/standardOutput";
import { readProject } from "../../../settings/project";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { queryOf } from "./query";
import { rowsAsCsv, rowsAsJson, type Customer, type RowsText } from "./rows";

export interface HuntOptions extends CredentialOptions {
  readonly stack?: readonly string[];
  readonly connection?: readonly string[];
  readonly all?: boolean;
  readonly tag?: readonly string[];
  readonly file?: string;
  /** In a form that Graph documents. */
  readonly timespan?: string;
  readonly format: "json" | "csv";
  readonly parallel: number;
  readonly passphraseFolder?: string;
  readonly quiet?: boolean;
}

interface Hunt {
  readonly query: string;
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
    const targets = await targetsOf(options);
    const query = await queryOf(argument, options.file);
    const rowsText = options.format === "csv" ? rowsAsCsv() : rowsAsJson;
    const hunt: Hunt = { query, rowsText, options, signal: interrupt.signal };
    process.exitCode = await huntAll(targets, hunt);
  } catch (error) {
    if (error instanceof ReaderGone) return;
    if (interrupt.name === undefined) throw error;
    process.exitCode = interrupt.name === "SIGINT" ? 130 : 143;
  } finally {
    interrupt.dispose();
  }
}

/** @throws VisibleError where there is no such customer. */
async function targetsOf(options: HuntOptions): Promise<readonly Target[]> {
  const { connection } = options;
  if (connection !== undefined) {
    return connection.map((file) => ({ name: file, connector: () => readConnection(file) }));
  }
  const stacks = await stacksOf(options);
  const { passphraseFolder } = options;
  // The engine says which of the others needs one: that customer's failure stops no other.
  const variables = passphraseFolder === undefined ? undefined : await passphrasesInFolder(stacks, passphraseFolder);
  return stacks.map((name) => ({
    name,
    connector: () => readConnector(name, { secrets: true, environment: { ...process.env, ...variables?.get(name) } }),
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

/** @returns the exit code. @throws what standard output's failure or a signal throws: it ends every query. */
async function huntAll(targets: readonly Target[], hunt: Hunt): Promise<number> {
  const { options, rowsText } = hunt;
  const output = new AbortController();
  const signal = AbortSignal.any([hunt.signal, output.signal]);
  const failures: unknown[] = [];
  let rows = 0;
  await atOnce(options.parallel, targets, async (target) => {
    let text: string;
    let count: number;
    try {
      const answer = await huntOne(target, { ...hunt, signal });
      text = rowsText(answer.customer, answer.result);
      count = answer.result.rows.length;
    } catch (error) {
      if (signal.aborted || !(error instanceof VisibleError)) throw error;
      failures.push(error);
      // An error of a connection file begins with its name.
      const name = error.message.startsWith(`${target.name} `) ? "" : `${target.name}: `;
      note(`${name}${error.message}${hintOn(error)}`);
      return;
    }
    await writeToOutput(text).catch((error: unknown) => {
      output.abort(error);
      throw error;
    });
    rows += count;
    if (count >= olderHuntingLimits.rows) {
      note(`${target.name}: ${numbered(count, "row")}: the service may have left out more. Limit the query.`);
    }
  });
  const answered = targets.length - failures.length;
  if (options.quiet !== true) {
    note(`${numbered(rows, "row")} from ${answered} of ${numbered(targets.length, "customer")}.`);
  }
  const codes = new Set(failures.map(codeOf));
  return codes.size > 1 ? 1 : ([...codes][0] ?? 0);
}

/** @throws VisibleError */
async function huntOne(
  { connector: read }: Target,
  { query, options, signal }: Hunt,
): Promise<{ readonly customer: Customer; readonly result: HuntingResult }> {
  signal.throwIfAborted();
  const connector = await read();
  const { tenantId, clientId, stack } = connector;
  const { timespan } = options;
  const endpoints = await endpointsOf(connector);
  const credentials = async () => connectorEnvironment(clientId, await credentialOf(connector, options));
  const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
  const result = await tokens.use((token) => runHuntingQuery({ endpoints, token, query, timespan, signal }));
  signal.throwIfAborted();
  return { customer: { tenantId, stack }, result };
}

/** 400 of the service is the query's fault, not the connector's; Entra refuses a connector with 400, too. */
function codeOf(error: unknown): number {
  const isOfQuery =
    error instanceof ServiceError && error.status === 400 && error.url.endsWith("/security/runHuntingQuery");
  return isOfQuery ? 1 : exitCodeOfFailure(error);
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
