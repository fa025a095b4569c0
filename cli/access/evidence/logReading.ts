/** Whether the tenant's logs were read: a log that nobody read shows nothing, not "0". */
import { isLicenceProblem, sources, type CallRecord, type Collected, type SourceName } from "./calls";

export interface LogReading {
  readonly state: "read" | "incomplete" | "notRead";
  /** Why it was not read to its end, such as the missing permission; empty if it was. */
  readonly reason: string;
  /** Number of entries; undefined for a log that was not read. */
  readonly entries: number | undefined;
}

/** How far the lists of these names were read, taken together. */
export function logReading({ calls, entries }: Collected, names: readonly SourceName[]): LogReading {
  const asked = calls.filter(({ source }) => names.includes(source));
  const failed = asked.filter(({ problem }) => problem !== "");
  const count = names.reduce((sum, source) => sum + entries[source].length, 0);
  const unasked = names.filter((source) => !asked.some((call) => call.source === source));
  const reason =
    unasked.length === names.length ? "no subject to ask for" : (failed.map(callProblem).find(Boolean) ?? "");
  if (reason === "") return { state: "read", reason, entries: count };
  if (count === 0 && asked.every(({ pages }) => pages === 0)) return { state: "notRead", reason, entries: undefined };
  return { state: "incomplete", reason, entries: count };
}

/** Why a call's list is not whole, in words for a tile. */
export function callProblem({ source, status, code, problem }: CallRecord): string {
  if (isLicenceProblem(code)) return `the tenant has no Microsoft Entra ID P1; Graph answers 403 ${code}`;
  if (status === 401 || status === 403) return `requires ${sources[source].permission} (${status} ${code})`;
  return problem;
}

/** Such as `3`, `3, incomplete` or `not read`. */
export function readingText({ state, entries }: LogReading): string {
  if (entries === undefined) return "not read";
  return state === "read" ? String(entries) : `${entries}, incomplete`;
}
