/** Proves that a removal left nothing: looks at the tenant until enough of them agree. */
import { recordWait, wait, waits } from "@defender-mssp/microsoft";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { writeJournal, type OffboardingJournal } from "./journal";
import { lookRule, lookUntilSettled, type Settled, type LookResult } from "./looks";
import { openProof, type Proved, type ProofRun } from "./proof";
import { verdict, type VerdictInput } from "./verdict";

interface ProveRun extends Omit<ProofRun, "looksAgain"> {
  readonly provesLater?: boolean;
  readonly say: (text: string) => void;
}

/** @throws VisibleError where settings or credentials can't be used */
export async function proveGone(run: ProveRun, journal: OffboardingJournal, graph: string): Promise<Settled<Proved>> {
  const { stack, out, say, now, sleep = wait, environment, provesLater = false } = run;
  const { items, additions = [], looks: before, destroyedOn = now().toISOString() } = journal;
  const rule = lookRule(environment);
  const own = items.filter(({ adopted }) => !adopted).map(({ id }) => id.toLowerCase());
  const settled = await lookUntilSettled({
    rule,
    removedOn: destroyedOn,
    before,
    endsAtOnce: provesLater,
    say,
    now,
    sleep,
    look: await openProof({ ...run, looksAgain: rule.hits > 1 && !provesLater }, journal),
    shown: (proved) => shownBy({ stack, graph, proved, additions }, own),
    record: (looks, { writing: { writers } }) => writeJournal(out, { ...journal, looks, writers }),
  });
  const milliseconds = Date.parse(settled.looks.lastOn) - Date.parse(destroyedOn);
  recordWait(waits.removal, { milliseconds, looks: settled.looks.agreed, isSeen: settled.isSettled }, environment);
  return settled;
}

/** @param own IDs of what the removal removed, in lower case */
function shownBy(input: VerdictInput, own: readonly string[]): LookResult {
  const { left, toConfirm } = verdict(input);
  const texts = left.map(({ what, why, step }) => ({
    text: `${what} ${why} ${step}`.toLowerCase(),
    shown: `${what}: ${why}`,
  }));
  const open = toConfirm.map(({ what, why }) => `${what}: ${why}`).sort();
  return {
    access: texts.map(({ shown }) => shown),
    isLasting: texts.some(({ text }) => !own.some((id) => text.includes(id))),
    open: sha256(JSON.stringify(open)).slice(0, 16),
    writableUntil: input.proved.writing.until,
  };
}
