/** Times and durations as people type them: ISO 8601. */
import { VisibleError } from "@defender-mssp/microsoft/errors";

const units = [7 * 24 * 60 * 60, 24 * 60 * 60, 60 * 60, 60, 1] as const;
const pattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration of weeks and less, such as PT10M or P1DT12H; undefined for
 * any other text.
 */
export function durationOf(text: string): number | undefined {
  const [whole, ...parts] = pattern.exec(text.toUpperCase()) ?? [];
  if (whole === undefined || !/\d/.test(whole) || whole.endsWith("T")) return undefined;
  // Months and years have no fixed length.
  return 1000 * units.reduce((sum, unit, index) => sum + unit * Number(parts[index] ?? 0), 0);
}

/** The moment that `--since` means. @param now the service's time. @throws VisibleError */
export function momentOf(text: string, now: Date): Date {
  const ago = durationOf(text);
  const moment = ago === undefined ? timeOf(text) : now.getTime() - ago;
  if (moment === undefined) {
    throw new VisibleError(
      `--since "${text}" is neither a time nor a duration of ISO 8601: 2026-06-01T12:00:00Z, 2026-06-01, PT12H, P30D.`,
    );
  }
  if (moment > now.getTime()) throw new VisibleError(`--since "${text}" is in the future (now: ${now.toISOString()}).`);
  return new Date(Math.max(0, moment));
}

/** UTC where the text names no zone, since the alerts' own times are UTC. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i.test(text)) return undefined;
  const hasZone = !text.includes("T") || /(z|[+-]\d\d:?\d\d)$/i.test(text);
  const time = Date.parse(hasZone ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}
