/** Judges what was read of a customer. */
import { compareFindings, type Finding } from "./finding";
import type { Facts } from "./facts";
import { additions } from "./rules/additions";
import { alertReaders } from "./rules/alertReaders";
import { changes } from "./rules/changes";
import { consentLink } from "./rules/consentLink";
import { drift } from "./rules/drift";
import { ends } from "./rules/ends";
import { examination } from "./rules/examination";
import { failedRun } from "./rules/failedRun";
import { governance } from "./rules/governance";
import { interrupted } from "./rules/interrupted";
import { invitations } from "./rules/invitations";
import { joiner } from "./rules/joiner";
import { leakedSecret } from "./rules/leakedSecret";
import { leastPrivilege } from "./rules/leastPrivilege";
import { leaver } from "./rules/leaver";
import { manualSteps } from "./rules/manualSteps";
import { missing } from "./rules/missing";
import { month } from "./rules/month";
import { notCompared } from "./rules/notCompared";
import { onboarding } from "./rules/onboarding";
import { retirement } from "./rules/retirement";
import { ruleHealth } from "./rules/ruleHealth";
import { turnedOffRules } from "./rules/turnedOffRules";
import { unreadable } from "./rules/unreadable";

/** Says what needs somebody, by what was read; it calls nothing. */
type Rule = (facts: Facts) => Finding[];

const rules: readonly Rule[] = [
  interrupted,
  failedRun,
  leakedSecret,
  leaver,
  joiner,
  turnedOffRules,
  ruleHealth,
  drift,
  missing,
  additions,
  alertReaders,
  governance,
  ends,
  retirement,
  changes,
  month,
  onboarding,
  consentLink,
  examination,
  invitations,
  leastPrivilege,
  manualSteps,
  notCompared,
];

/** The most serious first. Of a customer that can't be read, nobody can say more. */
export function findings(facts: Facts): Finding[] {
  if (facts.problem !== undefined) return unreadable(facts.problem);
  return rules.flatMap((rule) => rule(facts)).sort(compareFindings);
}
