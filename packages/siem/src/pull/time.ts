/** Times and durations of a pull, as people type them. */
import { dayMs, typedDuration } from "@defender-mssp/errors/time";
import { UsageError } from "@defender-mssp/terminal/usageError";

/** The pause between two pulls of `--follow`, if the user names none. */
export const defaultInterval = "PT1M";

/** Milliseconds of `--interval`. @throws UsageError */
export function intervalOf(text: string): number {
  const milliseconds = typedDuration(text);
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
  const ago = typedDuration(text);
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
