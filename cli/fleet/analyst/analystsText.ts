/** What `mssp analyst` prints. */
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { disableStep, revokeStep } from "../../stack/leavers";
import { stayingAccess } from "../../../domain/stayingAccess";
import { visibleText } from "@defender-mssp/terminal/terminalText";
import type { FileChange, NamedAnalyst, UnchangedFile } from "./analystChanges";

/** A row for each person, with the customers. */
export function analystsText(analysts: readonly NamedAnalyst[], stacks: number): string {
  const people = new Map<string, NamedAnalyst[]>();
  for (const analyst of analysts) people.set(analyst.email, [...(people.get(analyst.email) ?? []), analyst]);
  const rows = [...people].sort(([a], [b]) => a.localeCompare(b)).flatMap(([email, named]) => personRows(email, named));
  const table = tableText([["analyst", "address", "customers", "tier", "until"], ...rows]);
  return `${table}\n${people.size} ${people.size === 1 ? "analyst" : "analysts"} in ${stacks} ${stacks === 1 ? "stack" : "stacks"}.\n`;
}

/** One row where tier and end are the same everywhere; otherwise one for each. */
function personRows(email: string, named: readonly NamedAnalyst[]): TextCell[][] {
  const groups = new Map<string, NamedAnalyst[]>();
  for (const analyst of named) {
    const key = `${analyst.tier} ${analyst.accessEndsOn ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), analyst]);
  }
  return [...groups.values()].map((group): TextCell[] => {
    const customers = group.map(({ stack }) => stack).join(", ");
    const [first] = group;
    return [first?.displayName ?? "", email, customers, first?.tier ?? "", first?.accessEndsOn ?? "no end"];
  });
}

/** The changed lines of each file. */
export function changesText(changes: readonly FileChange[], unchanged: readonly UnchangedFile[]): string {
  const diffs = changes.map(({ file, stacks, before, after }) => {
    const title = stacks.length === 1 ? file : `${file}, which ${stacks.length} customers share: ${stacks.join(", ")}`;
    const { removed, added } = changedLines(before.split("\n"), after.split("\n"));
    return [title, ...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)]
      .map(visibleText)
      .join("\n");
  });
  const byHand = unchanged.filter((file) => file.byHand);
  const reasons = new Set(unchanged.filter((file) => !file.byHand).map(({ because }) => because));
  const notes = [
    ...byHand.map(({ file, because }) => paragraph(`${file} must be edited by hand: ${because}.`)),
    ...[...reasons].map((because) => {
      const files = unchanged.filter((file) => file.because === because).map(({ file }) => file);
      return paragraph(
        `${files.join(", ")} ${files.length === 1 ? "stays as it is" : "stay as they are"}: ${because}.`,
      );
    }),
  ];
  return [...diffs.map((diff) => `${diff}\n`), ...notes].join("\n");
}

/** The lines between the common beginning and the common end. */
function changedLines(before: readonly string[], after: readonly string[]) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { removed: before.slice(start, before.length - end), added: after.slice(start, after.length - end) };
}

/**
 * What a leaver still holds, before `up` and after it.
 * @param waiting stacks in which only the automation ends it.
 */
export function leaverText(email: string, waiting: readonly string[]): string {
  return [
    ...(waiting.length === 0
      ? []
      : [
          paragraph(
            `The keeper can't end the access at ${waiting.join(", ")}: ${disableStep}. Then the customer enables the automation for \`npx mssp fleet up\`.`,
          ),
        ]),
    paragraph(
      `Until \`npx mssp fleet up\` has run, ${email} keeps the access in each of these customers, and \`npx mssp status\` says so. If it is ` +
        `urgent, ${revokeStep}.`,
    ),
    paragraph(
      "`up` removes memberships and eligibilities, and deletes the guests that it created. Entra refuses to remove an eligibility in its first " +
        `five minutes: \`up\` waits. ${stayingAccess.tokens}`,
    ),
  ].join("");
}
