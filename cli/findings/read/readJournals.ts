/** What the journals of `mssp fleet` say of each customer. */
import { withoutUndefined } from "@defender-mssp/errors";
import { latestOutcomes, readRuns, type LastOutcome } from "../../stack/journal";
import { notCompared, type DriftStatus } from "../facts";
import { lastComparisons, type LastComparison } from "./lastComparisons";

export interface JournalFacts {
  readonly last?: LastOutcome;
  readonly drift: DriftStatus;
}

/** @param journals the folder of the runs; without one, no run is known */
export async function readJournals(journals: string | undefined): Promise<(stack: string) => JournalFacts> {
  const runs = journals === undefined ? [] : await readRuns(journals);
  const [last, compared] = [latestOutcomes(runs), lastComparisons(runs)];
  return (stack) => withoutUndefined({ last: last.get(stack), drift: driftStatus(compared.get(stack)) });
}

function driftStatus(comparison: LastComparison | undefined): DriftStatus {
  if (comparison === undefined) return notCompared;
  const { state, at, outcome } = comparison;
  const { changes = [], additions = [] } = outcome.preview ?? {};
  const count = changes.length + additions.flatMap((part) => part.additions).length;
  const checkedOn = at.toISOString();
  return { state, differences: state === "drifted" ? Math.max(1, count) : 0, checkedOn };
}

/** When a run ended; absent for one that was cut off. */
export function endedAt({ at }: LastOutcome): string | undefined {
  return at.getTime() === 0 ? undefined : at.toISOString();
}
