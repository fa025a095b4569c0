/** The value of --since. */
import { InvalidArgumentError } from "commander";
import { durationPattern } from "@defender-mssp/errors/time";

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

/**
 * The timespan in a form that Graph documents: a duration, a time, or two of them.
 * @throws InvalidArgumentError, a usage error.
 */
export function timespanOf(text: string): string {
  const [, amount = "", unit = ""] = /^(\d+)([wdhms])$/.exec(text) ?? [];
  if (unit === "w") return `P${7 * Number(amount)}D`;
  if (unit === "d") return `P${amount}D`;
  if (unit !== "") return `PT${amount}${unit.toUpperCase()}`;
  const parts = text.toUpperCase().split("/");
  const durations = parts.filter((part) => durationPattern.test(part)).length;
  const moments = parts.filter((part) => moment.test(part) && !Number.isNaN(Date.parse(part))).length;
  if (parts.length <= 2 && durations <= 1 && durations + moments === parts.length) return parts.join("/");
  throw new InvalidArgumentError(
    "Expected a duration such as 24h, 7d or PT12H, or two times such as 2026-06-01T00:00:00Z/2026-06-02T00:00:00Z.",
  );
}
