/** Something of a customer that needs somebody. The JSON of `mssp status` has these as `needs`. */
import type { Actor } from "../access/actor";

/**
 * `now`: something is broken, lost or over. `soon`: something ends, an `up` is due, or a rule needs tuning.
 * `waiting`: a step of the onboarding. `unread`: nobody knows, with the reason.
 */
export const urgencies = ["now", "soon", "waiting", "unread"] as const;
export type Urgency = (typeof urgencies)[number];

/** What needs somebody, the most serious first. */
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

/** What the report of one customer adds: to decide, or to confirm by hand. None of it is needed `now`. */
const remarkTopics = ["retirements", "changes", "invitations", "leastPrivilege", "manualSteps", "notChecked"] as const;
/** What `mssp doctor` finds. */
const examinationTopics = ["permission", "feature", "conditionalAccess"] as const;
const topics = [...examinationTopics, ...needTopics, ...remarkTopics] as const;

export interface Finding {
  /** The same in each run for the same thing of one customer. Its first word names the rule. */
  readonly key: string;
  readonly topic: (typeof topics)[number];
  readonly urgency: Urgency;
  /** From 1 on. The greater, the worse, for findings of one key. */
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

/** A finding for the MSSP's platform engineer, whose key is its topic. */
export function finding(
  topic: Finding["topic"],
  urgency: Urgency,
  said: Pick<Finding, "text" | "next"> & Partial<Finding>,
): Finding {
  return { key: topic, topic, urgency, who: "platformEngineer", level: 1, title: said.text, ...said };
}

/** The most serious first; otherwise in the order of the rule. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency) ||
    topics.indexOf(a.topic) - topics.indexOf(b.topic) ||
    compareText(a.until ?? "", b.until ?? "")
  );
}

/** By code units, so that the order is the same everywhere. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
