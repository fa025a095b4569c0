/** The period of an evidence, and what of it lies outside of the logs' retention. */
import { VisibleError } from "@defender-mssp/errors";
import { dayMs } from "@defender-mssp/errors/time";

/** From `from`, included, until `until`, excluded. */
export interface Period {
  readonly from: Date;
  readonly until: Date;
}

/**
 * Reads `--since` and `--until`: a day (UTC), of which `to` is the last one included, or a moment of ISO
 * 8601 with its zone. What lies in the future is left out.
 * @throws VisibleError for what is no date, or a period without time
 */
export function periodOf(from: string, to: string, now: Date): Period {
  const start = momentOf("--since", from);
  const last = momentOf("--until", to);
  const end = isDay(to) ? new Date(last.getTime() + dayMs) : last;
  const until = end > now ? now : end;
  if (start >= now) throw new VisibleError(`--since ${from} is in the future.`);
  if (start >= until) throw new VisibleError(`The period from ${from} to ${to} has no time in it.`);
  return { from: start, until };
}

export function lastDays(days: number, now: Date): Period {
  return { from: new Date(now.getTime() - days * dayMs), until: now };
}

/** Whether a moment as Graph writes it, with up to seven decimals, is in the period. */
export function isWithin({ from, until }: Period, moment: string): boolean {
  const at = Date.parse(moment);
  return at >= from.getTime() && at < until.getTime();
}

/** The part of a period before the logs' retention begins; undefined if all of it is kept. */
export function outsideRetention(period: Period, days: number, now: Date): Period | undefined {
  const oldest = new Date(now.getTime() - days * dayMs);
  if (period.from >= oldest) return undefined;
  return { from: period.from, until: period.until < oldest ? period.until : oldest };
}

/** @throws VisibleError for what is no date */
export function momentOf(option: string, text: string): Date {
  const moment = new Date(isDay(text) ? `${text}T00:00:00Z` : text);
  const isSpelled = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  // 2026-02-30 is a day of March to Date.
  const isReal = !isDay(text) || (!Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text));
  if (isSpelled && isReal && !Number.isNaN(moment.getTime())) return moment;
  throw new VisibleError(
    `${option} ${JSON.stringify(text)} is no date: expected a day, such as 2026-11-01, or a moment, such as 2026-11-01T08:00:00Z.`,
  );
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text);
}
