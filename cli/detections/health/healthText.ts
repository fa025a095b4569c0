import { dayMs } from "@defender-mssp/errors/time";
import { dateOf } from "@defender-mssp/microsoft";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { exceptionLine } from "../../stack/editExceptions";
import type { CustomerHealth, RuleHealth } from "./detectionHealth";
import { needTexts } from "./usualHealth";

const head = ["customer", "rule", "alerts", "true", "false", "benign", "open", "touch h", "close h", "last", ""];

/** A row for each rule, then exceptions to consider, as lines of a diff. */
export function healthText(customers: readonly CustomerHealth[], now: Date): string {
  const rows = customers.flatMap(({ stack, rules }) => rules.map((rule) => ruleRow(stack, rule)));
  const unread = customers.flatMap(({ stack, problem }) =>
    problem === undefined ? [] : paragraph(`${stack}: ${problem}`),
  );
  const until = dateOf(new Date(now.getTime() + 30 * dayMs));
  const proposals = customers.flatMap(({ stack, rules }) =>
    rules.flatMap(({ rule, device, needs, falsePositives }) => {
      if (device === undefined || needs.length === 0) return [];
      const texts = {
        reason: `${falsePositives} false positives`,
        owner: "<owner>",
        filter: `DeviceName !~ "${device}"`,
      };
      return `Pulumi.${stack}.yaml, detections.except:\n+ - ${exceptionLine({ rule, until, ...texts })}\n`;
    }),
  );
  const intro =
    proposals.length === 0 ? "" : paragraph("\nExceptions to consider, by the device of most false positives:");
  return [
    tableText([head.map((text) => ({ text, color: "bold" as const })), ...rows]),
    ...unread,
    intro,
    ...proposals,
  ].join("");
}

function ruleRow(stack: string, health: RuleHealth): readonly TextCell[] {
  const { rule, by, alerts, truePositives, falsePositives, benign, open, off, needs, exceptionsEnd } = health;
  const notes = [
    ...needs.map((need) => needTexts[need]),
    ...(off === undefined ? [] : [`off ${off}`]),
    ...exceptionsEnd.map((day) => `exception ends ${day}`),
    ...(by === "title" ? ["by title"] : []),
  ];
  const figures = [alerts, truePositives, falsePositives, benign, open, health.hoursToTouch, health.hoursToClose];
  const last = health.lastAlertAt?.slice(0, 10) ?? "–";
  return [
    stack,
    rule,
    ...figures.map((figure) => String(figure ?? "–")),
    last,
    { text: notes.join(", "), color: "yellow" },
  ];
}
