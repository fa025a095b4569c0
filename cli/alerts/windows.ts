/**
 * Reads a source from a cursor to what there is now, in spans of time laid end to end, the oldest first: after each page it is known
 * where to go on. The last span is open, so that it is the service's clock that counts and not this machine's.
 */
import { ServiceError } from "@defender-mssp/microsoft";
import type { Cursor } from "./checkpoint";
import type { AlertPage, AlertSource, FetchedAlert } from "./sources";

const minute = 60 * 1000;
const day = 24 * 60 * minute;

/** The first span's length, and the limits between which spans grow and shrink, in milliseconds. */
const firstWidth = day;
const largestWidth = 32 * day;
const smallestWidth = 1000;

/** A span ends this long ago, in milliseconds, or is open: what is younger may not all be there yet, and clocks differ. */
const settled = 60 * minute;

/** A page, and the cursor that goes on after it. */
export interface ReadPage {
  readonly alerts: readonly FetchedAlert[];
  readonly after: Cursor;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** How much earlier than the cursor the reading begins, in milliseconds: alerts can turn up late. Default: 0. */
  readonly overlap?: number;
  /** Gets told when something out of the ordinary was done. */
  readonly note?: (text: string) => void;
}

/** @throws ServiceError */
export async function* readFrom(
  source: AlertSource,
  start: Cursor,
  options: ReadOptions = {},
): AsyncGenerator<ReadPage, void> {
  const { overlap = 0 } = options;
  let cursor: Cursor = start.window !== undefined ? start : { since: earlier(start.since, overlap) };
  let width = firstWidth;
  let newest = cursor.window?.newest ?? start.since;
  for (;;) {
    const until = cursor.window === undefined ? endOf(cursor, width) : cursor.window.until;
    const span = new Span(source, cursor, until, newest, options);
    for await (const page of span.pages()) yield page;
    if (span.isCut) {
      width = Math.max(smallestWidth, span.length / 2);
      continue;
    }
    if (until === undefined) return;
    cursor = { since: until };
    newest = span.newest;
    width = nextWidth(width, span.count, source.alertsPerWindow);
  }
}

/** One span of time, and what came of reading it. */
class Span {
  count = 0;
  /** It holds too much: nothing of it was given out. */
  isCut = false;

  constructor(
    private readonly source: AlertSource,
    private readonly cursor: Cursor,
    private readonly until: string | undefined,
    /** Up to where the service is known to have come. */
    public newest: string,
    private readonly options: ReadOptions,
  ) {
    // By this machine's clock long ago, so by the service's as well.
    if (until !== undefined && until > newest && Date.parse(until) <= Date.now() - settled) this.newest = until;
  }

  /** Milliseconds. */
  get length(): number {
    return (this.until === undefined ? Date.now() : Date.parse(this.until)) - Date.parse(this.cursor.since);
  }

  async *pages(): AsyncGenerator<ReadPage, void> {
    const { since } = this.cursor;
    let next = this.cursor.window?.next;
    do {
      const page = await this.#page(next);
      if (page.isCut === true) {
        this.isCut = true;
        return;
      }
      next = page.next;
      this.count += page.size;
      for (const { record } of page.alerts) if (record.createdAt > this.newest) this.newest = record.createdAt;
      const after: Cursor =
        next === undefined
          ? { since: this.newest }
          : { since, window: { until: this.until, next, newest: this.newest } };
      yield { alerts: page.alerts, after };
    } while (next !== undefined);
  }

  async #page(next: string | undefined): Promise<AlertPage> {
    const { since } = this.cursor;
    const window = {
      since: new Date(since),
      ...(this.until === undefined ? {} : { until: new Date(this.until) }),
    };
    const { signal, note } = this.options;
    const whole = this.length <= smallestWidth;
    try {
      return await this.source.page(window, { next, whole, signal });
    } catch (error) {
      if (next === undefined || !isStaleLink(error)) throw error;
      note?.(`The link to the next page is no longer good: reading again from ${since}.`);
      return this.source.page(window, { whole, signal });
    }
  }
}

function endOf({ since }: Cursor, width: number): string | undefined {
  const until = Date.parse(since) + width;
  // A short span is asked for because a longer one held too much, up to now if need be.
  const isOpen = width >= firstWidth ? until > Date.now() - settled : until > Date.now();
  return isOpen ? undefined : new Date(until).toISOString();
}

/** Spans get longer where there is little, shorter where there is much. */
function nextWidth(width: number, count: number, wanted: number): number {
  if (count > wanted * 2) return Math.max(smallestWidth, width / 2);
  return count < wanted / 4 ? Math.min(largestWidth, width * 2) : width;
}

/** A checkpoint's link may be older than the service keeps one. */
function isStaleLink(error: unknown): boolean {
  return error instanceof ServiceError && [400, 404, 410].includes(error.status);
}

function earlier(moment: string, milliseconds: number): string {
  return new Date(Math.max(0, Date.parse(moment) - milliseconds)).toISOString();
}
