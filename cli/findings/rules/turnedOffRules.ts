import { dateOf } from "@defender-mssp/microsoft";
import { counted } from "../../base/counted";
import { finding, type Finding } from "../finding";
import { detectionRulesPart, type Facts, type TurnedOffRule } from "../facts";

/** Detection rules that are off: by Defender, the more the worse; and by `mssp detections off`, not merged or due. */
export function turnedOffRules({ stack, detections, now }: Facts): Finding[] {
  const { turnedOff = [], unread } = detections ?? {};
  const rules = turnedOff.filter(({ reason }) => reason !== undefined);
  return [
    ...(rules.length === 0 ? [] : byDefender(stack, rules)),
    ...turnedOff.flatMap((rule) => byException(stack, rule, dateOf(now))),
    ...(unread === undefined
      ? []
      : [finding("turnedOffRules", "unread", { title: detectionRulesPart, text: unread, next: "" })]),
  ];
}

function byException(stack: string, rule: TurnedOffRule, today: string): Finding[] {
  const { id, displayName, note, isMerged } = rule;
  if (note === undefined || (isMerged === true && note.until >= today)) return [];
  const isDue = note.until < today;
  const text = `The detection rule "${displayName}" (${id}) is off until ${note.until}, by ${note.by}`;
  return [
    finding("turnedOffRules", "now", {
      key: `turnedOffRules ${id}`,
      title: `${displayName}: ${isDue ? "due to be on again" : "off, not merged"}`,
      text: `${text}: ${isDue ? "that is over" : "the exception is not merged (as of the last fetch)"}`,
      next: isDue
        ? `npx pulumi up --stack ${stack}, or npx mssp detections on, which also removes the exception`
        : "Merge the branch of `npx mssp detections off`, or run `npx mssp detections on`",
    }),
  ];
}

function byDefender(stack: string, rules: readonly TurnedOffRule[]): Finding[] {
  const named = rules.map(({ displayName, reason }) => `"${displayName}" (${reason ?? ""})`).join(", ");
  const count = counted(rules.length, "detection rule");
  const text = `Defender has turned off ${count}, which ${rules.length === 1 ? "raises" : "raise"} no alerts: ${named}`;
  const next = `Correct the queries in detections/, then npx pulumi up --stack ${stack}`;
  return [finding("turnedOffRules", "now", { level: rules.length, title: `${count} turned off`, text, next })];
}
