/** `mssp hunt`: asks the customers, writes their rows as they come, and makes the exit code. */
import {
  endings,
  endingSentence,
  olderHuntingLimits,
  runHuntingQuery,
  ServiceError,
  dateOf,
  type HuntingResult,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { readerBy, type ConnectionOptions } from "../connector/connectionFiles";
import type { ConnectorSource, UnreadConnector } from "../connector/connectorSource";
import { adviceOnProfile } from "../connector/profileAdvice";
import type { Session } from "@defender-mssp/terminal/session";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import { exitCodeOfFailure, Interrupt } from "../pull/interrupt";
import { ReaderGone } from "../sinks/sink";
import { writeToOutput } from "../sinks/standardOutput";
import type { CredentialOptions } from "../connector/credentialOptions";
import { graphAccess } from "../tokens/graphAccess";
import { retiredApiAdvice } from "../retirements/retiredApiAdvice";
import { queryRestsOn } from "../retirements/queryRestsOn";
import { queryOf } from "./query";
import { rowsAsCsv, rowsAsJson, type HuntedCustomer, type RowsText } from "./rows";

export interface HuntOptions extends CredentialOptions, ConnectionOptions {
  readonly file?: string;
  /** In a form that Graph documents. */
  readonly timespan?: string;
  readonly format: "json" | "csv";
  readonly parallel: number;
  readonly quiet?: boolean;
}

interface Hunt {
  readonly query: string;
  readonly rowsText: RowsText;
  readonly options: HuntOptions;
  readonly session: Session;
  readonly source: ConnectorSource;
  readonly signal: AbortSignal;
}

export async function runHunt(
  argument: string | undefined,
  options: HuntOptions,
  session: Session,
  source: ConnectorSource,
): Promise<void> {
  const interrupt = new Interrupt(session.signals);
  try {
    const targets = await source.many(options, session);
    const query = await queryOf(argument, options.file, session.input);
    for (const text of queryWarnings(query, session.now())) session.err.note(text);
    const rowsText = options.format === "csv" ? rowsAsCsv() : rowsAsJson;
    const hunt: Hunt = { query, rowsText, options, session, source, signal: interrupt.signal };
    session.exitCode = await huntAll(targets, hunt);
  } catch (error) {
    if (error instanceof ReaderGone) return;
    if (interrupt.name === undefined) throw error;
    session.exitCode = exitCodes[interrupt.name];
  } finally {
    interrupt.dispose();
  }
}

/** What the query rests on and ends; a table without a published date is no warning. */
function queryWarnings(query: string, now: Date): string[] {
  return endings(queryRestsOn(query), dateOf(now))
    .filter(({ level }) => level !== "undated")
    .map((ending) => `The query: ${endingSentence(ending)} Successor: ${ending.successor}.`);
}

/** @returns the exit code. @throws what standard output's failure or a signal throws: it ends every query. */
async function huntAll(targets: readonly UnreadConnector[], hunt: Hunt): Promise<number> {
  const { options, rowsText, session } = hunt;
  const note = (text: string): void => session.err.note(text);
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
      note(`${name}${error.message}${hintOn(error, hunt)}`);
      return;
    }
    await writeToOutput(session.out, text).catch((error: unknown) => {
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
  target: UnreadConnector,
  { query, options, session, signal }: Hunt,
): Promise<{ readonly customer: HuntedCustomer; readonly result: HuntingResult }> {
  signal.throwIfAborted();
  const connector = await target.read();
  const { tenantId, stack } = connector;
  const { timespan } = options;
  const { endpoints, tokens } = await graphAccess(connector, options, { environment: session.environment, signal });
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

function hintOn(error: VisibleError, { source, options, session }: Hunt): string {
  if (!(error instanceof ServiceError)) return "";
  const advice = adviceOnProfile(error, "hunt", source, readerBy(options));
  const retired = retiredApiAdvice(error, session.now());
  return [advice, retired].map((text) => (text === undefined ? "" : `\n${text}`)).join("");
}

function numbered(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
