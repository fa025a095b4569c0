/** What `mssp status` knows of each customer. Its JSON is what `mssp status --json` prints; it holds no secret. */
import type { Ending } from "@defender-mssp/microsoft";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import type { FleetStack } from "../../stack/inventory";
import type { StackState } from "../../stack/outcome";
import type { Actor } from "../../access/actor";
import type { ReportEnd } from "../../access/ends/ends";

/**
 * The most serious first. `deployed`: nobody looked into the tenant, so that the onboarding may wait.
 * `notKnown`: neither the settings nor a journal says whether anything is deployed.
 */
export const customerStates = [
  "unreadable",
  "onboarding",
  "notDeployed",
  "notKnown",
  "deployed",
  "live",
  "offboarded",
] as const;
export type CustomerState = (typeof customerStates)[number];

/** What a need is about, the most serious first. */
export const needTopics = [
  "unreadable",
  "consent",
  "leakedSecret",
  "leaver",
  "interrupted",
  "failedRun",
  "turnedOffRules",
  "drift",
  "ended",
  "ends",
  "joiner",
  "onboarding",
  "ruleHealth",
  "month",
] as const;
export type NeedTopic = (typeof needTopics)[number];

/** `now`: something is broken, lost or over. `soon`: something ends, an `up` is due, or a rule needs tuning. `waiting`: a step of the onboarding. */
export const urgencies = ["now", "soon", "waiting"] as const;
export type Urgency = (typeof urgencies)[number];

/** Something that needs somebody. */
export interface StatusNeed {
  /** The same in each run for the same thing of one customer. */
  readonly key: string;
  readonly topic: NeedTopic;
  readonly urgency: Urgency;
  /** From 1 on. The greater, the worse, for needs of one key. */
  readonly level: number;
  readonly who: Actor;
  /** A few words. */
  readonly title: string;
  readonly text: string;
  /** What to do; empty where the text says it. */
  readonly next: string;
  /** The end that it is about: ISO 8601, UTC. */
  readonly until?: string;
}

/** The next end of a customer. */
export interface NextEnd extends Pick<ReportEnd, "what" | "kind"> {
  /** ISO 8601, UTC. */
  readonly until: string;
  /** Whole days until then, rounded down; negative after it. */
  readonly daysLeft: number;
}

export interface CustomerStatus extends Pick<FleetStack, "stack" | "customerName" | "tenantId" | "offboarded"> {
  readonly state: CustomerState;
  /** Absent where nothing ends, or where it was not read. */
  readonly nextEnd?: NextEnd;
  /** What Microsoft or a SIEM product ends, and the customer's access rests on; the most urgent first. */
  readonly retirements: readonly Ending[];
  /** By the journals, or by `--previews`. */
  readonly drift: DriftStatus;
  /** The last run of `mssp fleet` that the journals have. `at` is absent for a run that was cut off. */
  readonly lastRun?: { readonly command: string; readonly state: StackState; readonly at?: string };
  /** The most serious first. */
  readonly needs: readonly StatusNeed[];
  /** What could not be checked, with the reason. */
  readonly notChecked: readonly NotChecked[];
}

/** `notChecked`: no run compared the tenant with the state. */
export interface DriftStatus {
  readonly state: "drifted" | "clean" | "notChecked";
  readonly differences: number;
  /** ISO 8601, UTC. Absent where it was not checked, and where a preview's file says no time. */
  readonly checkedOn?: string;
}

/** `what` of the stack's detection rules that could not be read. */
export const detectionRulesPart = "Detection rules";
export const ruleAlertsPart = "Alerts of the detection rules";

export interface NotChecked {
  readonly what: string;
  readonly reason: string;
  /** Nobody can say what the customer needs: the command ends with exit code 1. */
  readonly isFailure: boolean;
}

export interface StatusReport {
  readonly msspStatus: 1;
  /** ISO 8601, UTC. */
  readonly checkedOn: string;
  /** `--offline`: only files were read. */
  readonly offline: boolean;
  readonly summary: StatusSummary;
  /** The most serious first. */
  readonly customers: readonly CustomerStatus[];
}

/** Numbers of customers. */
export interface StatusSummary {
  readonly customers: number;
  /** By their most urgent need. */
  readonly needs: Readonly<Record<Urgency, number>>;
  readonly states: Readonly<Record<CustomerState, number>>;
  /** Of those that are deployed. */
  readonly driftNotChecked: number;
}

/** Whether everything that the command reads of a customer was read. */
export function isRead({ state, notChecked }: Pick<CustomerStatus, "state" | "notChecked">): boolean {
  return state !== "unreadable" && !notChecked.some(({ isFailure }) => isFailure);
}

/** Puts a report together, the most serious customer first. */
export function statusReport(
  customers: readonly CustomerStatus[],
  { now, isOffline }: { readonly now: Date; readonly isOffline: boolean },
): StatusReport {
  const count = (matches: (customer: CustomerStatus) => boolean) => customers.filter(matches).length;
  const worst = (urgency: Urgency) => count(({ needs }) => needs[0]?.urgency === urgency);
  return {
    msspStatus: 1,
    checkedOn: now.toISOString(),
    offline: isOffline,
    summary: {
      customers: customers.length,
      needs: { now: worst("now"), soon: worst("soon"), waiting: worst("waiting") },
      states: Object.fromEntries(
        customerStates.map((state) => [state, count((customer) => customer.state === state)]),
      ) as Record<CustomerState, number>,
      driftNotChecked: count(({ state, drift }) => isDeployed(state) && drift.state === "notChecked"),
    },
    customers: [...customers].sort(bySeriousness),
  };
}

function isDeployed(state: CustomerState): boolean {
  return state === "deployed" || state === "live" || state === "onboarding";
}

export function statusExitCode({ customers }: StatusReport): number {
  if (customers.some((customer) => !isRead(customer))) return exitCodes.failed;
  return customers.some(({ needs }) => needs.length > 0) ? exitCodes.somebodyNeeded : exitCodes.done;
}

/** The most serious first. */
export function sortedNeeds(needs: readonly StatusNeed[]): StatusNeed[] {
  return [...needs].sort(byNeed);
}

function byNeed(a: StatusNeed, b: StatusNeed): number {
  return (
    urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency) ||
    needTopics.indexOf(a.topic) - needTopics.indexOf(b.topic) ||
    compared(a.until ?? "", b.until ?? "") ||
    compared(a.key, b.key)
  );
}

function bySeriousness(a: CustomerStatus, b: CustomerStatus): number {
  const [first, second] = [a.needs[0], b.needs[0]];
  if (first !== undefined && second !== undefined) return byNeed(first, second) || compared(a.stack, b.stack);
  if (first !== undefined || second !== undefined) return first === undefined ? 1 : -1;
  const rank = ({ state }: CustomerStatus) => customerStates.indexOf(state);
  return rank(a) - rank(b) || compared(a.stack, b.stack);
}

/** By code units, so that the order is the same everywhere. */
function compared(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
