/** What `mssp status` knows of each customer. Its JSON is what `mssp status --json` prints; it holds no secret. */
import type { CustomerChange, Ending } from "@defender-mssp/microsoft";
import { exitCodes } from "@defender-mssp/terminal/exitCodes";
import type { FleetStack } from "../../stack/inventory";
import type { StackState } from "../../stack/outcome";
import type { DriftStatus } from "../../findings/facts";
import {
  compareFindings,
  compareText,
  needTopics,
  type Finding,
  type NeedTopic,
  type Urgency,
} from "../../findings/finding";
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

/** A finding that somebody has to act on. */
export interface StatusNeed extends Finding {
  readonly topic: NeedTopic;
  readonly urgency: Exclude<Urgency, "unread">;
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
  /** What Microsoft changes by itself, and concerns this customer; what is next first. */
  readonly changes: readonly CustomerChange[];
  /** By the journals, or by `--previews`. */
  readonly drift: DriftStatus;
  /** The last run of `mssp fleet` that the journals have. `at` is absent for a run that was cut off. */
  readonly lastRun?: { readonly command: string; readonly state: StackState; readonly at?: string };
  /** The most serious first. */
  readonly needs: readonly StatusNeed[];
  /** What could not be checked, with the reason. */
  readonly notChecked: readonly UncheckedPart[];
}

export interface UncheckedPart {
  readonly what: string;
  readonly reason: string;
  /** Nobody can say what the customer needs: the command ends with exit code 1. */
  readonly isFailure: boolean;
}

export interface StatusReport {
  readonly msspStatus: 1;
  /** ISO 8601, UTC. */
  readonly checkedOn: string;
  /** Day of a forecast (`YYYY-MM-DD`, UTC): the findings are as of its end. */
  readonly on?: string;
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
  readonly needs: Readonly<Record<StatusNeed["urgency"], number>>;
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
  { now, isOffline, on }: { readonly now: Date; readonly isOffline: boolean; readonly on?: string | undefined },
): StatusReport {
  const count = (matches: (customer: CustomerStatus) => boolean) => customers.filter(matches).length;
  const worst = (urgency: Urgency) => count((customer) => customer.needs[0]?.urgency === urgency);
  return {
    msspStatus: 1,
    checkedOn: now.toISOString(),
    ...(on === undefined ? {} : { on }),
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

/** The needs among findings. Whoever looks at many customers has no use for remarks. */
export function needs(findings: readonly Finding[]): StatusNeed[] {
  return findings.filter((found): found is StatusNeed => isNeedTopic(found) && found.urgency !== "unread");
}

/** What of the needs could not be checked. */
export function unchecked(findings: readonly Finding[]): UncheckedPart[] {
  const all = findings
    .filter((found) => isNeedTopic(found) && found.urgency === "unread")
    .map(({ topic, title, text }) => ({ what: title, reason: text, isFailure: topic === "consent" }));
  return all.filter((each, index) => all.findIndex(({ what }) => what === each.what) === index);
}

function isNeedTopic({ topic }: Finding): boolean {
  return (needTopics as readonly string[]).includes(topic);
}

function bySeriousness(a: CustomerStatus, b: CustomerStatus): number {
  const [first, second] = [a.needs[0], b.needs[0]];
  if (first !== undefined && second !== undefined)
    return compareFindings(first, second) || compareText(first.key, second.key) || compareText(a.stack, b.stack);
  if (first !== undefined || second !== undefined) return first === undefined ? 1 : -1;
  const rank = ({ state }: CustomerStatus) => customerStates.indexOf(state);
  return rank(a) - rank(b) || compareText(a.stack, b.stack);
}
