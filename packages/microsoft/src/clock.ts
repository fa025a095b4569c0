/** The time now, which a test on the sandbox may set. */
import type { Environment } from "./endpoints";
import { EnvironmentError } from "@defender-mssp/errors";
import { isLoopback } from "./http";

/**
 * The environment variable that sets the time on the sandbox. Anywhere else it is refused: it
 * decides when secrets are renewed.
 */
export const clockVariable = "MSSP_CLOCK";

/** The date of a moment, UTC: `YYYY-MM-DD`, as settings have dates. */
export function dateOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** The system's clock. */
export function systemClock(): Date {
  return new Date();
}

/**
 * The clock that secrets are renewed by: the system's; or stopped at MSSP_CLOCK (ISO 8601 with a
 * zone, such as `2027-03-01T09:00:00Z`); or MSSP_CLOCK ahead of the system's (`+259200s`).
 * @throws EnvironmentError where MSSP_CLOCK can't be used; the message says what is allowed.
 */
export function clockFrom(environment: Environment = process.env): () => Date {
  const set = environment[clockVariable];
  if (!set) return systemClock;
  const fault = clockFault(environment);
  if (fault !== undefined) throw new EnvironmentError(`${clockVariable} is "${set}"; allowed is ${fault}.`);
  const distance = distanceIn(set);
  if (distance !== undefined) return () => new Date(Date.now() + distance);
  const moment = new Date(set);
  return () => new Date(moment);
}

/** What is allowed for MSSP_CLOCK; undefined if it is not set or valid. */
export function clockFault(environment: Environment): string | undefined {
  const set = environment[clockVariable];
  if (!set) return undefined;
  if (!isOnSandbox(environment))
    return "unset: the time can be set on the sandbox only (ARM_METADATA_HOSTNAME names this machine)";
  if (distanceIn(set) !== undefined) return undefined;
  const isMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(set);
  return isMoment && !Number.isNaN(Date.parse(set))
    ? undefined
    : "a date and time with a zone, such as 2027-03-01T09:00:00Z (ISO 8601), or a distance in seconds, such as +259200s";
}

/** Whether the environment is a sandbox's: its server is this machine. */
export function isOnSandbox(environment: Environment): boolean {
  const host = `https://${environment["ARM_METADATA_HOSTNAME"]?.trim() ?? ""}`;
  return URL.canParse(host) && isLoopback(new URL(host).hostname);
}

/** In milliseconds; negative for a clock that is behind. */
function distanceIn(text: string): number | undefined {
  const seconds = /^([+-]\d{1,10})s$/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** How far the clocks of the service and of this machine may differ, in milliseconds. The faults of the sandbox put them ten minutes apart. */
export const clockDifference = 15 * 60_000;
