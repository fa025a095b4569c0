/**
 * The alerts of advanced hunting: AlertInfo, by AlertId.
 * https://learn.microsoft.com/defender-xdr/advanced-hunting-alertinfo-table
 */
import { olderHuntingLimits, type HuntingResult } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { spansOfRows, type Span } from "./coverageWindow";

export interface HuntedAlert {
  readonly alertId: string;
  readonly title: string;
  /** Name of the product. */
  readonly source: string;
  readonly severity: string;
  /** Timestamp: milliseconds since 1970. */
  readonly at: number;
}

/** Runs a query. @throws ServiceError */
export type HuntingQuery = (query: string, timespan: string) => Promise<HuntingResult>;

/**
 * The rows of a span, in answers of at most 10,000. An alert may have several rows.
 * @throws ServiceError; VisibleError where one millisecond has more rows than an answer
 */
export async function* huntedAlerts(span: Span, hunt: HuntingQuery): AsyncGenerator<readonly HuntedAlert[], void> {
  for await (const part of spansOfRows(span, (counted) => countRows(counted, hunt))) yield* readSpan(part, hunt);
}

/** Rows that have come since they were counted may fill an answer: then its halves are read. */
async function* readSpan(span: Span, hunt: HuntingQuery): AsyncGenerator<readonly HuntedAlert[], void> {
  const { rows } = await ask(span, "project Timestamp, AlertId, Title, ServiceSource, Severity", hunt);
  if (rows.length < olderHuntingLimits.rows) {
    yield rows.map(alertOfRow).filter(({ alertId }) => alertId !== "");
    return;
  }
  const middle = Math.floor((span.from + span.until) / 2);
  if (middle === span.from) {
    throw new VisibleError(`AlertInfo has more rows at ${iso(span.from)} than hunting can answer with.`);
  }
  yield* readSpan({ from: span.from, until: middle }, hunt);
  yield* readSpan({ from: middle, until: span.until }, hunt);
}

async function countRows(span: Span, hunt: HuntingQuery): Promise<number> {
  const { rows } = await ask(span, "count", hunt);
  const count = Number(rows[0]?.["Count"]);
  if (!Number.isSafeInteger(count))
    throw new VisibleError("Hunting did not answer a count of AlertInfo with a number.");
  return count;
}

function ask(span: Span, last: string, hunt: HuntingQuery): Promise<HuntingResult> {
  const [from, until] = [iso(span.from), iso(span.until)];
  const query = `AlertInfo | where Timestamp >= datetime(${from}) and Timestamp < datetime(${until}) | ${last}`;
  return hunt(query, `${from}/${until}`);
}

function alertOfRow(row: Readonly<Record<string, unknown>>): HuntedAlert {
  const text = (name: string): string => {
    const value = row[name];
    return typeof value === "string" ? value : "";
  };
  return {
    alertId: text("AlertId"),
    title: text("Title"),
    source: text("ServiceSource") || "unknown",
    severity: text("Severity").toLowerCase(),
    at: Date.parse(text("Timestamp")),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
