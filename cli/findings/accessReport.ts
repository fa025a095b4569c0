/** The report of one customer: the access, and the findings as what needs attention. */
import type { NotChecked } from "@defender-mssp/errors/notChecked";
import type { CustomerAccess } from "../access/report/model";
import type { AccessFacts } from "./accessFacts";
import type { Finding, Urgency } from "./finding";
import { findings } from "./findings";

/** What needs attention. `failed`: act now; `warning`: act soon or decide; `notChecked`: nobody knows. */
export interface Attention {
  readonly state: "failed" | "warning" | NotChecked;
  readonly topic: Exclude<Finding["topic"], "interrupted" | "ended"> | "state";
  readonly title: string;
  readonly remedy: string;
}

/** Its JSON is what `mssp report --json` prints; it holds no secret. */
export interface AccessReport extends CustomerAccess {
  readonly attention: readonly Attention[];
}

export function accessReport(facts: AccessFacts): AccessReport {
  return { ...facts.access, attention: findings(facts).map(attention) };
}

const attentionStates: Readonly<Record<Urgency, Attention["state"]>> = {
  now: "failed",
  soon: "warning",
  waiting: "warning",
  unread: "notChecked",
};

function attention({ key, topic, urgency, text, next }: Finding): Attention {
  return { state: attentionStates[urgency], topic: attentionTopic(key, topic), title: text, remedy: next };
}

/** The report's own words for three of the rules. */
function attentionTopic(key: string, topic: Finding["topic"]): Attention["topic"] {
  if (key.startsWith("retirement ")) return "retirements";
  if (key === "consentLink") return "consent";
  return topic === "interrupted" ? "state" : topic === "ended" ? "ends" : topic;
}
