/** What drove each route to a success in this process: its witnesses. */

/** An answer of the service, by its fidelity and source: `recorded Azure/azure-cli`. */
export type Evidence =
  "test" | "client" | "mutation" | `${"recorded" | "reported" | "secondary" | "documented"} ${string}`;

const driven = new Map<string, Set<Evidence>>();

/** `key`: `GET /v1.0/applications/{id}`. */
export function remember(key: string, evidence: Evidence): void {
  const there = driven.get(key) ?? new Set();
  driven.set(key, there.add(evidence));
}

export function evidenceFor(key: string): ReadonlySet<Evidence> {
  return driven.get(key) ?? new Set();
}
