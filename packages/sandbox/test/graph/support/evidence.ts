/** Which routes were driven to a success in this process, and by what. */

export type Evidence = "test" | "observed" | "client";

const driven = new Map<string, Set<Evidence>>();

/** `key`: `GET /v1.0/applications/{id}`. */
export function remember(key: string, evidence: Evidence): void {
  const there = driven.get(key) ?? new Set();
  driven.set(key, there.add(evidence));
}

export function evidenceFor(key: string): ReadonlySet<Evidence> {
  return driven.get(key) ?? new Set();
}
