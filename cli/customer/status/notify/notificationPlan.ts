/** Which needs a notification names: each once, and again when it has become worse. */
import { createHash } from "node:crypto";
import type { FleetStack } from "../../../stack/inventory";
import { needTopics, type NeedTopic } from "../../../findings/finding";
import { detectionRulesPart, ruleAlertsPart } from "../../../findings/facts";
import { isRead, type CustomerStatus, type StatusNeed, type StatusReport } from "../customerStatus";

/** A need that was sent. */
export interface SentNeed {
  readonly topic: NeedTopic;
  /** The worst level that was sent. */
  readonly level: number;
}

/** Stack → digest of the need's key, which may name a person → what was sent. */
export type SentNeeds = Readonly<Record<string, Readonly<Record<string, SentNeed>>>>;

export interface NeedOfCustomer extends Pick<CustomerStatus, "stack" | "customerName"> {
  readonly need: StatusNeed;
}

export interface NotificationPlan {
  /** The most serious customer first. */
  readonly needs: readonly NeedOfCustomer[];
  /** To remember once they are sent. */
  readonly sent: SentNeeds;
}

/**
 * Compares a report with what was sent before. A need that is over is forgotten, so that it is sent when it
 * comes again. What this run could not see is remembered: a customer that was not selected, all of one
 * that could not be read, and the topics that were not checked.
 * @param inventory every customer; others are forgotten.
 */
export function planNotification(
  before: SentNeeds,
  report: Pick<StatusReport, "customers" | "offline">,
  inventory: readonly Pick<FleetStack, "stack">[],
): NotificationPlan {
  const needs: NeedOfCustomer[] = [];
  const remembered = new Map<string, SentNeeds[string]>();
  for (const customer of report.customers) {
    const { stack, customerName } = customer;
    const known = ownOrNone(before, stack);
    const unseen = unseenTopics(customer, report.offline);
    const kept = Object.entries(known).filter(([, { topic }]) => unseen.includes(topic));
    const current = customer.needs.map((need) => {
      const digest = needDigest(need);
      const level = known[digest]?.level ?? 0;
      if (need.level > level) needs.push({ stack, need, ...(customerName === undefined ? {} : { customerName }) });
      return [digest, { topic: need.topic, level: Math.max(level, need.level) }] as const;
    });
    remembered.set(stack, Object.fromEntries([...kept, ...current]));
  }
  const sent = inventory
    .map(({ stack }) => [stack, remembered.get(stack) ?? ownOrNone(before, stack)] as const)
    .filter(([, ofStack]) => Object.keys(ofStack).length > 0);
  return { needs, sent: Object.fromEntries(sent) };
}

/** Every need, for a run that remembers nothing. */
export function allNeeds({ customers }: Pick<StatusReport, "customers">): NeedOfCustomer[] {
  return customers.flatMap(({ stack, customerName, needs }) =>
    needs.map((need) => ({ stack, need, ...(customerName === undefined ? {} : { customerName }) })),
  );
}

/** Topics that settings files and journals show in whole. */
const seenOffline: readonly NeedTopic[] = ["unreadable", "failedRun", "drift"];

/** Topics of which this run can't say that nothing is left. */
function unseenTopics(customer: CustomerStatus, isOffline: boolean): readonly NeedTopic[] {
  if (customer.state === "unreadable") return needTopics;
  return [
    ...(isOffline ? needTopics.filter((topic) => !seenOffline.includes(topic)) : []),
    ...(isRead(customer) ? [] : (["consent", "onboarding"] as const)),
    ...(customer.drift.state === "notChecked" ? (["drift"] as const) : []),
    ...(customer.notChecked.some(({ what }) => what === detectionRulesPart) ? (["turnedOffRules"] as const) : []),
    ...(customer.notChecked.some(({ what }) => what === detectionRulesPart || what === ruleAlertsPart)
      ? (["ruleHealth"] as const)
      : []),
  ];
}

function needDigest({ key }: StatusNeed): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

function ownOrNone(sent: SentNeeds, stack: string): SentNeeds[string] {
  return (Object.hasOwn(sent, stack) ? sent[stack] : undefined) ?? {};
}
