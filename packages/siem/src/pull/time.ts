/** Times and durations as people type them: ISO 8601, and for durations also the short form 24h. */
import { dayMs } from "@defender-mssp/errors/time";
import { UsageError } from "@defender-mssp/terminal/usageError";

const units = [7 * 24 * 60 * 60, 24 * 60 * 60, 60 * 60, 60, 1] as const;
// Small letters alone: 10M could mean months.
const shortPattern = /^(\d+)([wdhms])$/;
const pattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Milliseconds of a duration of weeks and less, in ISO 8601 (PT10M, P1DT12H) or in the short form
 * of one unit (10m, 24h, 7d); undefined for any other text.
 */
export function durationOf(text: string): number | undefined {
  const [, amount, unit = ""] = shortPattern.exec(text) ?? [];
  if (amount !== undefined) return 1000 * Number(amount) * (units["wdhms".indexOf(unit)] ?? 0);
  const [whole, ...parts] = pattern.exec(text.toUpperCase()) ?? [];
  if (whole === undefined || !/\d/.test(whole) || whole.endsWith("T")) return undefined;
  // Months and years have no fixed length.
  return 1000 * units.reduce((sum, unit, index) => sum + unit * Number(parts[index] ?? 0), 0);
}

/** The pause between two pulls of `--follow`, if the user names none. */
export const defaultInterval = "PT1M";

/** Milliseconds of `--interval`. @throws UsageError */
export function intervalOf(text: string): number {
  const milliseconds = durationOf(text);
  if (milliseconds !== undefined && milliseconds >= 1000 && milliseconds <= dayMs) return milliseconds;
  throw new UsageError(`--interval "${text}" is not a duration from a second to a day: 30s, 5m, PT5M.`);
}

/**
 * Defender keeps alerts and incidents for 180 days. Microsoft, "Data retention information for
 * Microsoft Defender for Endpoint".
 */
export const defaultSince = "P180D";

const endOfTime = new Date(8.64e15);

/** Refuses a text that is no `--since`, whatever the service's time is. @throws UsageError */
export function checkSince(text: string): void {
  momentOf(text, endOfTime);
}

/** The moment that `--since` means. @param now the service's time. @throws UsageError */
export function momentOf(text: string, now: Date): Date {
  const ago = durationOf(text);
  const moment = ago === undefined ? timeOf(text) : now.getTime() - ago;
  if (moment === undefined) {
    throw new UsageError(
      `--since "${text}" is neither a time nor a duration: 2026-06-01T12:00:00Z, 2026-06-01, 24h, 30d, PT12H, P30D.`,
    );
  }
  if (moment > now.getTime()) throw new UsageError(`--since "${text}" is in the future (now: ${now.toISOString()}).`);
  return new Date(Math.max(0, moment));
}

/** UTC where the text names no zone, since the alerts' own times are UTC. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i.test(text)) return undefined;
  const hasZone = !text.includes("T") || /(z|[+-]\d\d:?\d\d)$/i.test(text);
  const time = Date.parse(hasZone ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}
