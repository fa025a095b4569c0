/** Failures that are known, by their keys: a search reports no more of them. Each ends with what mends it. */
import { failureKey, type Failure } from "./properties";

/** A key, or the part of one before a `:`, and the reason. */
export const knownFailures: Readonly<Record<string, string>> = {};

export function isKnown(failure: Failure): boolean {
  const key = failureKey(failure);
  return Object.keys(knownFailures).some((known) => key === known || key.startsWith(`${known}:`));
}
