/**
 * Reads a source from a cursor up to now, in spans of time laid end to end, the oldest first. After
 * each span it is known where to go on. The last span has no end: the service's clock counts, not
 * this machine's.
 */
import { dayMs, minuteMs } from "@defender-mssp/errors/time";
import type { Cursor } from "./checkpoint";
import { ServiceClock } from "./serviceClock";
import type { Pulled, Source, SourcePage } from "./source";

/** A third of what Defender keeps, in milliseconds: a longer one is often too long once items begin. */
const largestSpan = 60 * dayMs;

/**
 * A span is complete when it ended this long ago, in milliseconds: services show some alerts late.
 */
const settled = 60 * minuteMs;

/** The items of a span, and where to go on after it. */
export interface ReadPage<T extends Pulled> {
  readonly items: readonly T[];
  readonly after: Cursor;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** How much earlier than the cursor the reading begins, in milliseconds. Default: 0. */
  readonly overlap?: number;
  /** Default: one that knows nothing yet. */
  readonly clock?: ServiceClock;
}

/** Milliseconds since 1970. */
interface Span {
  readonly from: number;
  /** Excluded; undefined: no end. */
  readonly until: number | undefined;
}

/** @throws ServiceError */
export async function* readFrom<T extends Pulled>(
  source: Source<T>,
  start: Cursor,
  { signal, overlap = 0, clock = new ServiceClock() }: ReadOptions = {},
): AsyncGenerator<ReadPage<T>, void> {
  let reached = Date.parse(start.since);
  let from = Math.max(0, reached - overlap);
  // The first span has no end: a quiet tenant has no more, and a busy one's answer says how long
  // spans should be.
  let length = Infinity;
  let wanted = source.itemsPerSpan;
  let newest = new Newest();
  // From when on a span is known to hold too many, in milliseconds.
  let crowded = 0;
  for (;;) {
    const limit = newest.endOfSpan(from, wanted);
    const span = { from, until: endOf(from, { length, limit, shortest: source.smallestSpan }, clock) };
    const page = await pageOf(source, span, clock, signal);
    if (page.isCut) {
      if (span.until === undefined) newest = new Newest(page.items);
      else crowded = smallest(timesOf(page.items));
      wanted = Math.max(1, Math.min(wanted, Math.floor(0.7 * page.size)));
      length = Math.max(source.smallestSpan, shorter(span, page, wanted, clock));
      continue;
    }
    reached = Math.max(reached, reachedBy(span, page, clock));
    yield { items: page.items, after: { since: new Date(reached).toISOString() } };
    if (span.until === undefined) return;
    from = span.until;
    const grown = Math.min(largestSpan, length * clamp(wanted / Math.max(1, page.size), 0.25, 8));
    length = from < crowded ? Math.min(grown, Math.max(length, (crowded - from) / 2)) : grown;
    wanted = Math.min(source.itemsPerSpan, Math.ceil(1.1 * wanted));
  }
}

/**
 * The items of a cut answer without an end, which are the newest: they show where the spans before
 * them should end. A hint, no proof.
 */
class Newest {
  /** Ascending, in milliseconds. */
  readonly #times: readonly number[];
  /** Items in a millisecond. */
  readonly #rate: number;

  constructor(items: readonly Pulled[] = []) {
    this.#times = timesOf(items).sort((a, b) => a - b);
    const [first = 0, last = 0] = [this.#times[0], this.#times.at(-1)];
    this.#rate = items.length / Math.max(1, last - first);
  }

  /** Where a span that begins here has to end, so that it has no more than so many items. Infinity: anywhere. */
  endOfSpan(from: number, wanted: number): number {
    const [first = 0] = this.#times;
    const unseen = Math.max(0, first - from) * this.#rate;
    if (unseen > wanted / 2) return first;
    const left = this.#times.filter((time) => time >= from);
    return left[Math.floor(wanted - unseen)] ?? Infinity;
  }
}

async function pageOf<T extends Pulled>(
  source: Source<T>,
  { from, until }: Span,
  clock: ServiceClock,
  signal: AbortSignal | undefined,
): Promise<SourcePage<T>> {
  const window = { since: new Date(from), ...(until === undefined ? {} : { until: new Date(until) }) };
  const whole = until !== undefined && until - from <= source.smallestSpan;
  const page = await source.page(window, { whole, signal });
  clock.learn(page.at);
  for (const time of timesOf(page.items)) clock.saw(time);
  return page;
}

/** Whole seconds, where the span is long enough: a service may not read fractions. */
function endOf(
  from: number,
  { length, limit, shortest }: { length: number; limit: number; shortest: number },
  clock: ServiceClock,
): number | undefined {
  const until = Math.min(from + Math.floor(length), Math.max(limit, from + shortest));
  // A short span is asked for because a longer one held too much, up to now if need be.
  const isOpen = limit === Infinity && until > clock.now() - (length >= dayMs ? settled : 0);
  if (isOpen && length > shortest) return undefined;
  return until - from < 2000 ? until : until - (until % 1000);
}

/** The length of a span that holds less than this one, in milliseconds. */
function shorter(
  { from, until }: Span,
  { items, size }: SourcePage<Pulled>,
  wanted: number,
  clock: ServiceClock,
): number {
  const times = timesOf(items);
  const half = ((until ?? clock.now()) - from) / 2;
  // The newest are listed first, so a cut answer shows how dense they are.
  const dense = times.length < 2 ? Infinity : ((largest(times) - smallest(times)) * wanted) / size;
  return Math.floor(Math.min(half, dense > 0 ? dense : Infinity));
}

/** The time before which no more alerts are expected; a later pull begins a little earlier. */
function reachedBy({ from, until }: Span, { items }: SourcePage<Pulled>, clock: ServiceClock): number {
  const passed = clock.passed();
  if (until !== undefined && until <= passed - settled) return until;
  const times = timesOf(items).filter((time) => time >= from && (until === undefined || time < until));
  return Math.min(largest([0, ...times]), passed);
}

/** Milliseconds since 1970. */
function timesOf(items: readonly Pulled[]): number[] {
  return items.map(({ at }) => Date.parse(at));
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}

function smallest(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Infinity);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
