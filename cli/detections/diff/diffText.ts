import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import colors from "picocolors";
import type { CustomerDifference, DetectionsDiff, RuleChange } from "./diffDetections";

const marks: Readonly<Record<RuleChange["change"], TextCell>> = {
  create: { text: "+", color: "green" },
  update: { text: "~", color: "yellow" },
  delete: { text: "-", color: "red" },
};

/** The changes below their customers; what acts by itself stands first. */
export function diffText({ customers, faulty }: DetectionsDiff): string {
  const blocks = customers.map(
    (customer) => `${customerLine(customer)}${tableText(customer.changes.flatMap(rows), { indent: 2 })}`,
  );
  const unread = faulty.map(
    ({ stack, message }) => `${colors.red("✗")} ${terminalText(stack)}: ${terminalText(message)}\n`,
  );
  return [...blocks, ...unread, summary(customers)].join("");
}

function customerLine({ stack, customerName, changes, unchanged }: CustomerDifference): string {
  const text = `${stack} (${customerName}): ${changes.length === 0 ? "no changes" : countsText(changes)}, ${unchanged} unchanged`;
  return `${colors.bold(terminalText(text))}\n`;
}

function rows({ rule, change, differences, addedActions }: RuleChange): TextCell[][] {
  const details = [
    ...(addedActions.length === 0 ? [] : [`acts by itself: ${addedActions.join(", ")}`]),
    ...differences.map(({ path }) => path),
  ];
  return [[marks[change], rule, details.join(", ")]];
}

/** Such as `2 created, 1 changed`. */
export function countsText(changes: readonly RuleChange[]): string {
  const words = { create: "created", update: "changed", delete: "deleted" } as const;
  return (["create", "update", "delete"] as const)
    .map((change) => ({ change, count: changes.filter((each) => each.change === change).length }))
    .filter(({ count }) => count > 0)
    .map(({ change, count }) => `${count} ${words[change]}`)
    .join(", ");
}

function summary(customers: readonly CustomerDifference[]): string {
  const changed = customers.filter(({ changes }) => changes.length > 0).length;
  return `${changed} of ${customers.length} ${customers.length === 1 ? "customer" : "customers"} with changes.\n`;
}
