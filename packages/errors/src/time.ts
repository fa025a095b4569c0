/** Units of time and durations, in milliseconds. This module imports nothing. */

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The last second of a day such as `2027-03-31`, UTC, in ISO 8601. */
export const endOfDay = (day: string): string => `${day}T23:59:59.000Z`;

/** Whole seconds for people, such as `9 min 57 s` or `10 min`. */
export function timeText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/**
 * An ISO 8601 duration of days, hours, minutes and whole seconds, as Microsoft Graph writes them.
 * Months and years have no fixed length.
 */
export const durationPattern = /^P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$/;

const typedPattern = /^P(?=.)(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const units: Readonly<Record<string, number>> = { W: 7 * dayMs, D: dayMs, H: hourMs, M: minuteMs, S: 1000 };

/** Milliseconds of a duration of this pattern; undefined for any other text. */
export function durationOf(text: string, pattern = durationPattern): number | undefined {
  if (!pattern.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)([WDHMS])/g)];
  return parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0), 0);
}

/**
 * Milliseconds of a duration as people type it, of weeks and less: ISO 8601 (PT10M, P1DT12H, P2W),
 * or an amount of one unit (10m, 24h, 7d); undefined for any other text.
 */
export function typedDuration(text: string): number | undefined {
  // Small letters alone: 10M could mean months.
  const [, amount, unit = ""] = /^(\d+)([wdhms])$/.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * (units[unit.toUpperCase()] ?? 0);
  return durationOf(text.toUpperCase(), typedPattern);
}
