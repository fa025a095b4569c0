/** The plan of a fleet's `up`: what the previews say, and the question whether to run it. */
import colors from "picocolors";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import type { Session } from "@defender-mssp/terminal/session";
import { counted } from "../base/counted";
import type { StackOutcome } from "../stack/outcome";
import { operations } from "../stack/stackPreview";
import { oneLine, outcomeText } from "./view";

/** The previews of the stacks that `up` would run, by stack. */
export type FleetPlan = ReadonlyMap<string, StackOutcome>;

/** Whether `up` runs the stack: a person has seen what it does there. */
export function isPlanned({ state, preview }: StackOutcome): boolean {
  return preview !== undefined && state !== "failed" && state !== "leftOut";
}

/** Changed customers first, then new ones: a canary shows what a change does. */
export function byChange<T extends { readonly stack: string }>(stacks: readonly T[], plan: FleetPlan): T[] {
  const rank = ({ stack }: T) => {
    const state = plan.get(stack)?.state;
    return state === "changed" ? 0 : state === "new" ? 1 : 2;
  };
  return [...stacks].sort((a, b) => rank(a) - rank(b));
}

/** A line for each customer that changes, deletions and replacements first; the others in one line. */
export function planText(plan: FleetPlan): string {
  const outcomes = sorted(plan);
  const changing = outcomes.filter((outcome) => isPlanned(outcome) && outcome.state !== "unchanged");
  const refused = outcomes.filter((outcome) => !isPlanned(outcome));
  const unchanged = outcomes.filter((outcome) => isPlanned(outcome) && outcome.state === "unchanged");
  const rows = [
    ...changing.map((outcome): TextCell[] => [
      outcome.stack,
      { text: outcomeText(outcome, "preview"), color: isDestructive(outcome) ? "yellow" : "green" },
    ]),
    ...refused.map((outcome): TextCell[] => [
      outcome.stack,
      { text: `not run: ${outcomeText(outcome, "preview")}`, color: "red" },
    ]),
  ];
  const names = unchanged.map(({ stack }) => stack).join(", ");
  const rest = unchanged.length === 0 ? "" : paragraph(`Unchanged: ${names}.`);
  return `${tableText(rows)}${rows.length > 0 && rest !== "" ? "\n" : ""}${rest}`;
}

/** Each change of each customer, in the same order. */
export function planDetails(plan: FleetPlan): string {
  return sorted(plan)
    .flatMap(({ stack, preview, messages }) => {
      const changes = operations.flatMap(
        (operation) => preview?.changes.filter((change) => change.operation === operation) ?? [],
      );
      if (changes.length + messages.length === 0) return [];
      return [
        colors.bold(visibleText(stack)),
        ...messages.map((message) => `  ${oneLine(message)}`),
        ...changes.map(({ operation, type, name, properties }) => {
          const named = properties.map((property) => property.name).join(", ");
          const detail = operation === "update" || operation === "replace" ? `: ${named}` : "";
          const text = visibleText(`  ${operation} ${type.replace(/:.*:/s, ":")} ${name}${detail}`);
          return operation === "delete" || operation === "replace" ? colors.yellow(text) : text;
        }),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** Shows the plan and asks; details on demand. @returns whether a person agreed. */
export async function confirmPlan(plan: FleetPlan, canaries: readonly string[], session: Session): Promise<boolean> {
  const { err, ask } = session;
  err.write(`${planText(plan)}\n`);
  const planned = [...plan.values()].filter(isPlanned);
  if (planned.length === 0) return false;
  const first = canaries.length === 0 ? "" : ` (${canaries.join(", ")} first)`;
  const question = `Run up of ${counted(planned.length, "stack")}${first}?`;
  for (;;) {
    const answer = await ask.chooseKey(question, [
      { value: "n", label: "no" },
      { value: "y", label: "yes" },
      { value: "d", label: "details" },
    ]);
    if (answer !== "d") return answer === "y";
    err.write(planDetails(plan));
  }
}

function sorted(plan: FleetPlan): StackOutcome[] {
  const weight = (outcome: StackOutcome) => (isDestructive(outcome) ? 0 : outcome.state === "new" ? 2 : 1);
  return [...plan.values()].sort((a, b) => weight(a) - weight(b) || (a.stack < b.stack ? -1 : 1));
}

function isDestructive({ preview }: StackOutcome): boolean {
  return preview?.changes.some(({ operation }) => operation === "delete" || operation === "replace") === true;
}
