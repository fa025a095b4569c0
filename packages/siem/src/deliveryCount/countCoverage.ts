/** The independent count: AlertInfo by AlertId beside what was delivered, with the reasons of the differences. */
import { dayMs } from "@defender-mssp/errors/time";
import type { SecurityAlert } from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { isLoss, type Coverage, type CoverageDifference, type Reason } from "../pull/coverage";
import type { DeliveredIds } from "../pull/deliveredIds";
import { Comparison } from "./comparison";
import { coverageWindow, withMargins, type Span } from "./coverageWindow";
import { huntedAlerts, type HuntedAlert, type HuntingQuery } from "./huntedAlerts";
import { reasonAtOnce, reasonByAlert, type DeliveryFacts } from "./reasons";

/** Alerts of a count that are looked up in alerts_v2, taken from all sources in turn. */
const mostLookups = 500;

/** Alerts that are looked up at the same time. */
const simultaneousLookups = 4;

/** IDs of a difference that are shown. */
const mostExamples = 3;

/** How far around a window a delivery is looked for in AlertInfo, in milliseconds. */
const elsewhere = dayMs;

/** The deliveries to one destination. */
export interface CountedDeliveries extends Omit<DeliveryFacts, "countsFrom" | "severities" | "now"> {
  readonly destination?: string | undefined;
  readonly delivered: DeliveredIds;
}

export interface CountOptions {
  readonly deliveries: readonly CountedDeliveries[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The longest window, in milliseconds. Default: a day. */
  readonly length?: number | undefined;
  readonly hunt: HuntingQuery;
  /** Looks an alert up in alerts_v2; undefined where the connector may not read it. */
  readonly readAlert: ((id: string) => Promise<SecurityAlert | undefined>) | undefined;
}

/**
 * Counts each destination; hunting is read once for all.
 * @returns one for each destination that has a whole hour to count.
 * @throws ServiceError
 */
export async function countCoverage(options: CountOptions): Promise<readonly Coverage[]> {
  const { deliveries, now, length, hunt } = options;
  const counts = deliveries.flatMap((counted) => {
    const window = coverageWindow(now, counted.delivered.countsFrom, length);
    return window === undefined ? [] : [{ counted, window, comparison: new Comparison(counted.delivered, window) }];
  });
  if (counts.length === 0) return [];
  const asked = spanOfAll(counts.map(({ window }) => withMargins(window)));
  for await (const alerts of huntedAlerts(asked, hunt)) for (const { comparison } of counts) comparison.take(alerts);
  const known = new Map<string, Promise<SecurityAlert | undefined>>();
  const results: Coverage[] = [];
  for (const { counted, window, comparison } of counts) {
    const otherTimes = comparison.unseen.length === 0 ? [] : await seenElsewhere(comparison, asked, options);
    results.push({
      ...(counted.destination === undefined ? {} : { destination: counted.destination }),
      from: new Date(window.from).toISOString(),
      until: new Date(window.until).toISOString(),
      hunted: comparison.hunted,
      both: comparison.both,
      deliveries: comparison.deliveries,
      huntingOnly: await withReasons(comparison.huntingOnly, counted, options, known),
      deliveredOnly: differences([
        ...otherTimes.map((source) => ({ source, reason: "otherTime" as const })),
        ...comparison.unseen.map((source) => ({ source, reason: "notHunted" as const })),
      ]),
    });
  }
  return results;
}

function spanOfAll(spans: readonly Span[]): Span {
  return spans.reduce(
    (all, { from, until }) => ({ from: Math.min(all.from, from), until: Math.max(all.until, until) }),
    { from: Infinity, until: -Infinity },
  );
}

/** The sources of deliveries that AlertInfo has within a day of what was asked for. */
async function seenElsewhere(comparison: Comparison, asked: Span, { hunt, now }: CountOptions): Promise<string[]> {
  const sources: string[] = [];
  const around = [
    { from: asked.from - elsewhere, until: asked.from },
    { from: asked.until, until: Math.min(now, asked.until + elsewhere) },
  ];
  for (const span of around) {
    if (comparison.unseen.length === 0 || span.from >= span.until) continue;
    for await (const alerts of huntedAlerts(span, hunt)) sources.push(...comparison.takeElsewhere(alerts));
  }
  return sources;
}

interface ReasonedAlert extends Pick<CoverageDifference, "source" | "reason"> {
  readonly alertId?: string;
}

/** @param known of an earlier destination: what alerts_v2 has. */
async function withReasons(
  alerts: readonly HuntedAlert[],
  { delivered, api, readUntil }: CountedDeliveries,
  { readAlert, now }: CountOptions,
  known: Map<string, Promise<SecurityAlert | undefined>>,
): Promise<readonly CoverageDifference[]> {
  const { severities, countsFrom } = delivered;
  const facts: DeliveryFacts = { api, severities, countsFrom, readUntil, now };
  const reasoned: ReasonedAlert[] = [];
  const open: HuntedAlert[] = [];
  for (const alert of alerts) {
    const reason = reasonAtOnce(alert, facts);
    if (reason === undefined) open.push(alert);
    else reasoned.push({ ...alert, reason });
  }
  const ordered = readAlert === undefined ? [] : fromAllSources(open).slice(0, mostLookups);
  const lookedUp = new Set(ordered);
  for (const alert of open) if (!lookedUp.has(alert)) reasoned.push({ ...alert, reason: "notLookedUp" });
  const reasons = await atOnce(simultaneousLookups, ordered, async (alert) => {
    const found = known.get(alert.alertId) ?? readAlert?.(alert.alertId) ?? Promise.resolve(undefined);
    known.set(alert.alertId, found);
    return { ...alert, reason: reasonByAlert(alert, await found, facts) };
  });
  return differences([...reasoned, ...reasons]);
}

/** The first of each source, then the second ones, and so on. */
function fromAllSources(alerts: readonly HuntedAlert[]): HuntedAlert[] {
  const bySource = new Map<string, HuntedAlert[]>();
  for (const alert of alerts) {
    const own = bySource.get(alert.source);
    if (own === undefined) bySource.set(alert.source, [alert]);
    else own.push(alert);
  }
  const lists = [...bySource.values()];
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}

/** By source and reason: losses first, then the most. */
function differences(alerts: readonly ReasonedAlert[]): readonly CoverageDifference[] {
  const groups = new Map<string, { source: string; reason: Reason; count: number; examples: string[] }>();
  for (const { source, reason, alertId } of alerts) {
    const key = `${reason} ${source}`;
    const group = groups.get(key) ?? { source, reason, count: 0, examples: [] };
    group.count++;
    if (alertId !== undefined && group.examples.length < mostExamples) group.examples.push(alertId);
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) =>
      Number(isLoss(b.reason)) - Number(isLoss(a.reason)) || b.count - a.count || (a.source < b.source ? -1 : 1),
  );
}
