/** Calendar days and months in a time zone of the IANA database. */
import { dayMs } from "@defender-mssp/errors/time";

export interface DaySpan {
  readonly from: Date;
  /** Excluded. */
  readonly until: Date;
}

/** The day of a moment, such as `2026-11-30`. */
export function dayIn(moment: Date | string, timeZone: string): string {
  return localText(new Date(moment), timeZone).slice(0, 10);
}

/** From midnight to midnight: 23, 24 or 25 hours. */
export function spanOfDay(day: string, timeZone: string): DaySpan {
  return { from: midnight(day, timeZone), until: midnight(shifted(day, 1), timeZone) };
}

/** Such as `2026-11-01` to `2026-11-30`. */
export function daysOfMonth(month: string): string[] {
  return Array.from({ length: 31 }, (_, index) => shifted(month, index)).filter((day) => day.startsWith(month));
}

/** Such as `November 2026`. */
export function monthName(month: string): string {
  return new Date(month).toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });
}

/** The day, or the first of the month, so many days later. */
export function shifted(from: string, days: number): string {
  return new Date(Date.parse(from) + days * dayMs).toISOString().slice(0, 10);
}

export function monthBefore(month: string): string {
  return shifted(month, -1).slice(0, 7);
}

/** Twice: the first guess may lie on the other side of a change of the clocks. */
function midnight(day: string, timeZone: string): Date {
  const guess = (moment: number) => moment + Date.parse(day) - Date.parse(`${localText(new Date(moment), timeZone)}Z`);
  return new Date(guess(guess(Date.parse(day))));
}

/** Such as `2026-11-30T09:00:00`, by the zone's clocks. */
function localText(moment: Date, timeZone: string): string {
  return moment.toLocaleString("sv-SE", { timeZone }).replace(" ", "T");
}
