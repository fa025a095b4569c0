/** The report of a fleet run: what report.json contains, and report.html shows. No secrets. */
import { stackStates, type FleetCommand, type StackOutcome, type StackState } from "../stack/outcome";

export interface RunReport {
  readonly msspFleetReport: 1;
  readonly run: string;
  readonly command: FleetCommand;
  /** ISO 8601, UTC. */
  readonly beganAt: string;
  readonly endedAt: string;
  readonly refresh: boolean;
  readonly policyPacks: readonly string[];
  readonly counts: Readonly<Record<StackState, number>>;
  /** With `--set countRequests=true`. */
  readonly requests?: RequestCounts;
  /** This program's own requests: all, those that the shared limit made wait, and answers 429. */
  readonly ownRequests: { readonly asked: number; readonly waited: number; readonly throttled: number };
  readonly stacks: readonly (StackOutcome & { readonly customerName?: string })[];
}

/** What the sandbox answered during the run, the official or stand-in provider plugins included. */
export interface RequestCounts {
  readonly reads: number;
  readonly writes: number;
  readonly tokens: number;
  readonly byStack: Readonly<Record<string, { reads: number; writes: number; tokens: number }>>;
}

export function countsOf(outcomes: readonly StackOutcome[]): Record<StackState, number> {
  const count = (state: StackState) => outcomes.filter((one) => one.state === state).length;
  return Object.fromEntries(stackStates.map((state) => [state, count(state)])) as Record<StackState, number>;
}
