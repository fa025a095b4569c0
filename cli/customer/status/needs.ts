/** What of a customer needs somebody. */
import { endingSentence, endingStates, type Ending } from "@defender-mssp/microsoft";
import type { LastComparison } from "./lastComparisons";
import type { LastOutcome } from "../../stack/journal";
import type { RuleHealth } from "../../detections/health/detectionHealth";
import { needTexts, usualHealth } from "../../detections/health/usualHealth";
import type { RulesInTenant, TurnedOffRule } from "./readDetectionRules";
import { stepTitles } from "../../../domain/stepTitles";
import type { OnboardingProgress, OnboardingStep } from "../../access/waiting/progress";
import { actorNames, type Actor } from "../../access/actor";
import { daysLeft, endText, type ReportEnd } from "../../access/ends/ends";
import type { MadeSecret } from "../../stack/leakedSecrets";
import { leaverSentence, revokeStep, type Leaver } from "../../stack/leavers";
import { counted } from "../../base/counted";
import { monthName } from "../../base/spanOfDay";
import type { DriftStatus, NotChecked, StatusNeed } from "./customerStatus";

/** A customer that could not be read. */
export function unreadableNeed(problem: string): StatusNeed {
  const text = problem.replaceAll(/\s*\n\s*/g, " ");
  return { ...byEngineer("unreadable", "now"), level: 1, title: "can't be read", text, next: "" };
}

/** An interrupted run: the state does not know what the tenant has. */
export function interruptedNeeds(stack: string, interrupted: number): StatusNeed[] {
  if (interrupted === 0) return [];
  const text = `The last run was interrupted: the outcome of ${counted(interrupted, "operation")} is unknown`;
  const next = `npx pulumi up --refresh --stack ${stack}`;
  return [
    { ...byEngineer("interrupted", "now"), level: interrupted, title: "the last run was interrupted", text, next },
  ];
}

/**
 * A failed run of `mssp fleet`.
 * @param writtenAt when the state was last written: a later run, such as by `pulumi up`, is the last one.
 */
export function failedRunNeeds(last: LastOutcome | undefined, writtenAt: string | undefined): StatusNeed[] {
  if (last?.state !== "failed") return [];
  if (writtenAt !== undefined && last.at.getTime() > 0 && Date.parse(writtenAt) > last.at.getTime()) return [];
  const { command, outcome } = last;
  const reason = (outcome.messages[0] ?? "").replaceAll(/\s*\n\s*/g, " ");
  const text = `The last fleet ${command} failed${reason === "" ? "" : `: ${reason}`}`;
  const next = `npx mssp fleet ${command} --stack ${outcome.stack}`;
  const title = `the last ${command} failed`;
  return [{ ...byEngineer("failedRun", "now"), key: `failedRun ${command}`, level: 1, title, text, next }];
}

/** Differences that are known. */
export function driftNeeds(stack: string, { state, differences, checkedOn }: DriftStatus): StatusNeed[] {
  if (state !== "drifted") return [];
  const on = checkedOn === undefined ? "" : `, found on ${checkedOn.slice(0, 10)}`;
  const text = `The tenant has drifted: ${counted(differences, "difference")}${on}`;
  const next = `npx mssp fleet preview --drift --stack ${stack}`;
  const title = `drifted: ${counted(differences, "difference")}`;
  return [{ ...byEngineer("drift", "now"), level: differences, title, text, next }];
}

/** @param old client secrets of the state that were made before the rotation of a leak */
export function leakNeeds(stack: string, old: readonly MadeSecret[]): StatusNeed[] {
  if (old.length === 0) return [];
  const made = old.map(({ madeOn }) => madeOn.slice(0, 10)).join(", ");
  const text = `A client secret leaked and still works: made on ${made}`;
  const next = `npx mssp secrets rotate --stack ${stack} --leaked`;
  return [{ ...byEngineer("leakedSecret", "now"), level: old.length, title: "leaked secret still works", text, next }];
}

/** People who have left the settings and not the tenant. */
export function leaverNeeds(stack: string, leavers: readonly Leaver[]): StatusNeed[] {
  return leavers.map((leaver) => ({
    ...byEngineer("leaver", "now"),
    key: `leaver ${leaver.email}`,
    level: 1,
    title: leaverSentence(leaver, stack).replace(/ at \S+$/, ""),
    text: `${leaverSentence(leaver, stack)}: the settings no longer name ${leaver.email}`,
    next: `npx mssp fleet up --stack ${stack}; if it is urgent, ${revokeStep}`,
  }));
}

export function joinerNeeds(stack: string, joiners: readonly string[]): StatusNeed[] {
  const text = `\`up\` is due: the settings name ${joiners.join(", ")}, not yet invited`;
  const next = `npx mssp fleet up --stack ${stack}`;
  const need = { ...byEngineer("joiner", "soon"), level: joiners.length, title: "`up` is due", text, next };
  return joiners.length === 0 ? [] : [need];
}

/** Detection rules that are off: by Defender, the more the worse; and by `mssp detections off`, not merged or due. */
export function turnedOffNeeds(stack: string, all: RulesInTenant["turnedOff"], today: string): StatusNeed[] {
  const rules = all.filter(({ reason }) => reason !== undefined);
  return [
    ...(rules.length === 0 ? [] : byDefender(stack, rules)),
    ...all.flatMap((rule) => offNeeds(stack, rule, today)),
  ];
}

function offNeeds(stack: string, rule: TurnedOffRule, today: string): StatusNeed[] {
  const { id, displayName, note, isMerged } = rule;
  if (note === undefined || (isMerged === true && note.until >= today)) return [];
  const isDue = note.until < today;
  const text = `The detection rule "${displayName}" (${id}) is off until ${note.until}, by ${note.by}`;
  return [
    {
      ...byEngineer("turnedOffRules", "now"),
      key: `turnedOffRules ${id}`,
      level: 1,
      title: `${displayName}: ${isDue ? "due to be on again" : "off, not merged"}`,
      text: `${text}: ${isDue ? "that is over" : "the exception is not merged (as of the last fetch)"}`,
      next: isDue
        ? `npx pulumi up --stack ${stack}, or npx mssp detections on, which also removes the exception`
        : "Merge the branch of `npx mssp detections off`, or run `npx mssp detections on`",
    },
  ];
}

function byDefender(stack: string, rules: readonly TurnedOffRule[]): StatusNeed[] {
  const named = rules.map(({ displayName, reason }) => `"${displayName}" (${reason ?? ""})`).join(", ");
  const text = `Defender has turned off ${counted(rules.length, "detection rule")}, which ${rules.length === 1 ? "raises" : "raise"} no alerts: ${named}`;
  const next = `Correct the queries in detections/, then npx pulumi up --stack ${stack}`;
  const title = `${counted(rules.length, "detection rule")} turned off`;
  return [{ ...byEngineer("turnedOffRules", "now"), level: rules.length, title, text, next }];
}

/** Detection rules that want tuning, by their alerts: a need for each kind, the more rules the worse. */
export function ruleHealthNeeds({
  health,
  alertsPerDay,
}: Pick<RulesInTenant, "health" | "alertsPerDay">): StatusNeed[] {
  return (["noisy", "onlyFalsePositives", "silent"] as const).flatMap((kind) => {
    const names = health.flatMap(({ rule, needs }) => (needs.includes(kind) ? `"${rule}"` : []));
    if (names.length === 0) return [];
    const count = counted(names.length, "detection rule");
    const need = { key: `ruleHealth ${kind}`, level: names.length, title: `${count}: ${needTexts[kind]}` };
    const text = `${count} ${healthTexts[kind]}${kind === "noisy" ? ` than ${alertsPerDay} a day` : ""}: ${names.join(", ")}`;
    return [{ ...byEngineer("ruleHealth", "soon"), ...need, text, next: "npx mssp detections health" }];
  });
}

const healthTexts: Readonly<Record<RuleHealth["needs"][number], string>> = {
  noisy: "with more alerts",
  onlyFalsePositives: `with only false positives within ${usualHealth.since} days`,
  silent: `without an alert for ${usualHealth.since} days`,
};

export function driftStatus(comparison: LastComparison | undefined): DriftStatus {
  if (comparison === undefined) return { state: "notChecked", differences: 0 };
  const { state, at, outcome } = comparison;
  const { changes = [], additions = [] } = outcome.preview ?? {};
  const count = changes.length + additions.flatMap((part) => part.additions).length;
  const checkedOn = at.toISOString();
  return { state, differences: state === "drifted" ? Math.max(1, count) : 0, checkedOn };
}

export interface EndingOptions {
  readonly now: Date;
  /** Days before an end from which on it needs somebody. */
  readonly days: number;
  /** When `up` last wrote the state: ISO 8601, UTC. */
  readonly writtenAt: string | undefined;
}

/** The ends that still matter: what `up` has taken away after its end is over. The soonest first. */
export function openEnds(ends: readonly ReportEnd[], writtenAt: string | undefined): (ReportEnd & { until: string })[] {
  return ends.flatMap((end) => {
    const { kind, until } = end;
    if (until === undefined) return [];
    const isTakenAway = (kind === "access" || kind === "connectorProfile") && writtenAt !== undefined;
    return isTakenAway && until < writtenAt ? [] : [{ ...end, until }];
  });
}

export function endNeeds(ends: readonly ReportEnd[], { now, days, writtenAt }: EndingOptions): StatusNeed[] {
  return openEnds(ends, writtenAt).flatMap(({ what, kind, until, remedy }): StatusNeed[] => {
    const left = daysLeft(until, now);
    if (left > days) return [];
    const isOver = Date.parse(until) <= now.getTime();
    return [
      {
        key: `ends ${kind} ${what} ${until}`,
        topic: isOver ? "ended" : "ends",
        urgency: isOver ? "now" : "soon",
        level: isOver ? warnings.length + 2 : warnings.filter((limit) => left <= limit).length + 1,
        who: whoRenews[kind],
        title: `${endTitle(kind, what)} ${isOver ? "ended" : `ends in ${left} d`}`,
        text: endText(what, until, now),
        next: remedy,
        until,
      },
    ];
  });
}

/** What has ended, ends within 90 days or may have ended. Before that, and without a date, nobody is needed. */
export function retirementNeeds(retirements: readonly Ending[]): StatusNeed[] {
  return retirements.flatMap((ending): StatusNeed[] => {
    const { id, what, level, daysLeft, endsOn, successor, remedy } = ending;
    if (endingStates[level] === "information" || endsOn === null) return [];
    const isOver = level === "over";
    const when = isOver ? "ended" : level === "perhapsOver" ? "may be off" : `ends in ${daysLeft} d`;
    return [
      {
        key: `retirement ${id}`,
        topic: isOver ? "ended" : "ends",
        urgency: isOver ? "now" : "soon",
        level: isOver ? warnings.length + 2 : warnings.filter((limit) => (daysLeft ?? 0) <= limit).length + 1,
        who: "platformEngineer",
        title: `${what.replace(/^The /, "")} ${when}`,
        text: endingSentence(ending).replace(/\.$/, ""),
        next: `Successor: ${successor}. ${remedy}`,
        until: `${endsOn}T00:00:00.000Z`,
      },
    ];
  });
}

/** Days before an end at which it becomes worse. */
const warnings: readonly number[] = [14, 7, 3, 1];

const endNames: Readonly<Record<ReportEnd["kind"], string>> = {
  clientSecret: "client secret",
  previousClientSecret: "old client secret",
  certificate: "certificate",
  refreshToken: "refresh token",
  access: "access",
  accessPackage: "access package",
  connectorProfile: "connector's changes",
};

export function unsentMonthNeed(stack: string, month: string): StatusNeed {
  const title = `${monthName(month)}: not sent`;
  const next = `npx mssp report --month ${month} --stack ${stack}; after sending it, the same with --sent`;
  const text = `The customer's page of ${monthName(month)} is not noted as sent`;
  return { ...byEngineer("month", "soon"), key: `month ${month}`, level: 1, title, text, next };
}

/** What ends, in a few words: of access, whose. */
export function endTitle(kind: ReportEnd["kind"], what: string): string {
  return kind === "access" ? what.replace(/^A/, "a") : endNames[kind];
}

const whoRenews: Readonly<Record<ReportEnd["kind"], Actor>> = {
  clientSecret: "platformEngineer",
  previousClientSecret: "siemEngineer",
  certificate: "platformEngineer",
  refreshToken: "siemEngineer",
  access: "platformEngineer",
  accessPackage: "analyst",
  connectorProfile: "platformEngineer",
};

/** The steps that wait for somebody. Before anything is deployed, only the first one. */
export function onboardingNeeds({ steps }: OnboardingProgress, isDeployed: boolean): StatusNeed[] {
  const waiting = steps.filter(({ state, next, unchecked }) => state === "waiting" && next !== "" && !unchecked);
  return (isDeployed ? waiting : waiting.slice(0, 1)).flatMap((step) => {
    // The state says it better.
    if (isDeployed && step.name === "up" && /interrupted/.test(step.found)) return [];
    return [stepNeed(step, isDeployed)];
  });
}

function stepNeed({ name, actor, found, next }: OnboardingStep, isDeployed: boolean): StatusNeed {
  const isLost = isDeployed && (name === "consent" || name === "previewConsent");
  return {
    key: `onboarding ${name}`,
    topic: isLost ? "consent" : "onboarding",
    urgency: isLost ? "now" : "waiting",
    level: 1,
    who: actor,
    title: isLost ? "consent is missing" : `${stepTitles[name]}${whoseMove(actor)}`,
    text: `${isLost ? "Consent is missing" : stepTitles[name]}: ${found}`,
    next,
  };
}

/** Empty where it is the reader's own move. */
function whoseMove(actor: Actor): string {
  return actor === "platformEngineer" ? "" : `: ${actorNames[actor].replace(/^the /, "")}`;
}

/** Steps that nobody could check. */
export function uncheckedSteps({ steps }: OnboardingProgress): NotChecked[] {
  return steps.flatMap(({ name, found, unchecked }) =>
    unchecked === undefined
      ? []
      : [{ what: stepTitles[name], reason: found, isFailure: unchecked === "failed" && name === "consent" }],
  );
}

function byEngineer(topic: StatusNeed["topic"], urgency: StatusNeed["urgency"]) {
  return { key: topic, topic, urgency, who: "platformEngineer" } as const;
}
