/** What the journals know of drift. */
import type { RecordedRun } from "../../stack/journal";
import type { StackOutcome } from "../../stack/outcome";

/** The last time that a run compared a stack's tenant with its state. */
export interface LastComparison {
  readonly state: "drifted" | "clean";
  readonly at: Date;
  readonly outcome: StackOutcome;
}

/**
 * The last comparison of each stack: `preview --drift`, `refresh`, or an `up --refresh`, which leaves no
 * drift. What `refresh` has written into the state, any later `up` reverts. A stack whose last
 * comparison failed keeps the one before.
 * @param runs the latest first.
 */
export function lastComparisons(runs: readonly RecordedRun[]): Map<string, LastComparison> {
  const all = new Map<string, LastComparison>();
  const laterUps = new Map<string, Date>();
  for (const { plan, outcomes } of runs) {
    for (const [stack, { outcome, at }] of outcomes) {
      const { state } = outcome;
      if (all.has(stack) || state === "failed" || state === "leftOut") continue;
      // Two reads that differ compared nothing.
      if (state === "unchanged" && outcome.preview?.changing !== undefined) continue;
      if (plan.command === "up" || plan.command === "destroy") {
        if (plan.refresh) all.set(stack, { state: "clean", at, outcome });
        else if (!laterUps.has(stack)) laterUps.set(stack, at);
      } else if (plan.command === "refresh" || plan.drift) {
        const upAt = plan.command === "refresh" ? laterUps.get(stack) : undefined;
        const isDrifted = state === "drifted" && upAt === undefined;
        all.set(stack, { state: isDrifted ? "drifted" : "clean", at: upAt ?? at, outcome });
      }
    }
  }
  return all;
}
