/** The span of time that a count covers, and the parts of it that hunting is asked for. */
import { dayMs, hourMs } from "@defender-mssp/errors/time";

/** Milliseconds since 1970. */
export interface Span {
  readonly from: number;
  /** Excluded. */
  readonly until: number;
}

/**
 * On both sides of a window, in milliseconds: hunting's Timestamp is the time of the record, not of the
 * alert's creation, and both services show alerts late.
 */
export const margin = hourMs;

/** The window of a count, in milliseconds, if nobody names another. */
export const defaultLength = dayMs;

/** Rows that a query asks for at most, so that memory stays flat. */
const mostRows = 10_000;

/**
 * Whole hours that ended a margin ago, up to so long a time, and not before the deliveries are known.
 * @param countsFrom every delivery since then is known. Undefined where no whole hour is left.
 */
export function coverageWindow(now: number, countsFrom: number, length = defaultLength): Span | undefined {
  const until = Math.floor((now - margin) / hourMs) * hourMs;
  const first = Math.ceil((countsFrom + margin) / hourMs) * hourMs;
  const from = Math.max(until - Math.ceil(length / hourMs) * hourMs, first);
  return from < until ? { from, until } : undefined;
}

/** When a count of these deliveries has its first hour. */
export function firstCount(countsFrom: number): number {
  return Math.ceil((countsFrom + margin) / hourMs) * hourMs + hourMs + margin;
}

/** The window with its margins. */
export function withMargins({ from, until }: Span): Span {
  return { from: from - margin, until: until + margin };
}

/**
 * Spans that lie end to end and have at most `most` rows each, the oldest first. A millisecond is not
 * divided.
 * @param count rows of a span. It is asked for a span and for the first halves of those that have too many.
 */
export async function* spansOfRows(
  span: Span,
  count: (span: Span) => Promise<number>,
  most = mostRows,
): AsyncGenerator<Span, void> {
  const open: { readonly span: Span; readonly rows: number }[] = [{ span, rows: await count(span) }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { from, until } = next.span;
    if (next.rows <= most || until - from <= 1) {
      if (next.rows > 0) yield next.span;
      continue;
    }
    const middle = Math.floor((from + until) / 2);
    const [first, second] = [
      { from, until: middle },
      { from: middle, until },
    ];
    const rows = await count(first);
    // New rows may have come meanwhile: the second half is asked for, unless it surely fits.
    open.push({ span: second, rows: Math.max(next.rows - rows, 1) }, { span: first, rows });
  }
}
