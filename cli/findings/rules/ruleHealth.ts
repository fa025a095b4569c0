import { counted } from "../../base/counted";
import type { RuleHealth } from "../../detections/health/detectionHealth";
import { needTexts, usualHealth } from "../../detections/health/usualHealth";
import { detectionRulesPart, ruleAlertsPart, type Facts } from "../facts";
import { finding, type Finding } from "../finding";

/** Detection rules that want tuning, by their alerts: a finding for each kind, the more rules the worse. */
export function ruleHealth({ detections }: Facts): Finding[] {
  const { health = [], alertsPerDay = 0, unread, unreadAlerts } = detections ?? {};
  const toTune = (["noisy", "onlyFalsePositives", "silent"] as const).flatMap((kind) => {
    const names = health.flatMap(({ rule, needs }) => (needs.includes(kind) ? `"${rule}"` : []));
    if (names.length === 0) return [];
    const count = counted(names.length, "detection rule");
    const said = { key: `ruleHealth ${kind}`, level: names.length, title: `${count}: ${needTexts[kind]}` };
    const text = `${count} ${healthTexts[kind]}${kind === "noisy" ? ` than ${alertsPerDay} a day` : ""}: ${names.join(", ")}`;
    return [finding("ruleHealth", "soon", { ...said, text, next: "npx mssp detections health" })];
  });
  const [title, text] = unread === undefined ? [ruleAlertsPart, unreadAlerts] : [detectionRulesPart, unread];
  return text === undefined ? toTune : [...toTune, finding("ruleHealth", "unread", { title, text, next: "" })];
}

const healthTexts: Readonly<Record<RuleHealth["needs"][number], string>> = {
  noisy: "with more alerts",
  onlyFalsePositives: `with only false positives within ${usualHealth.since} days`,
  silent: `without an alert for ${usualHealth.since} days`,
};
