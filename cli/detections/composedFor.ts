import { composeRules, ruleIdPrefix, type ComposedRules, type DetectionRuleFile } from "@defender-mssp/detections";
import type { DetectionCustomer } from "./detectionCustomers";

/** The rules of one customer's sets, as it gets them. */
export function composedFor(
  { settings }: DetectionCustomer,
  rules: readonly DetectionRuleFile[],
  now: Date,
): ComposedRules {
  const { sets } = settings.detections;
  const own = rules.filter(({ set }) => sets.includes(set));
  return composeRules(own, settings.detections, { now, idPrefix: ruleIdPrefix(settings.msspName) });
}
