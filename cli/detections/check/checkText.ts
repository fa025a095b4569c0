import { tableText, type TextCell } from "@defender-mssp/terminal/table";
import colors from "picocolors";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import type { DetectionFinding, DetectionsCheck } from "./checkDetections";

const marks: Readonly<Record<DetectionFinding["level"], TextCell>> = {
  error: { text: "✗", color: "red" },
  warning: { text: "!", color: "yellow" },
};

/** The findings below their files, and their number. */
export function checkText({ rules, customers, queries, findings }: DetectionsCheck): string {
  const files = [...new Set(findings.map(({ file }) => file))];
  const blocks = files.map((file) => {
    const rows = findings.filter((finding) => finding.file === file).map(row);
    return `${colors.bold(terminalText(file))}\n${tableText(rows, { indent: 2, floors: [5] })}\n`;
  });
  return blocks.join("") + summary({ rules, customers, queries, findings });
}

function row({ line, column, level, customer, code, what, remedy }: DetectionFinding): readonly TextCell[] {
  const prefix = customer === undefined ? "" : `${customer}: `;
  const suffix = code === undefined ? "" : ` (${code})`;
  return [`${line}:${column}`, marks[level], `${prefix}${what}.${suffix}\n${remedy}.`];
}

function summary({ rules, customers, queries, findings }: DetectionsCheck): string {
  const count = (level: DetectionFinding["level"]) => findings.filter((finding) => finding.level === level).length;
  const checked = [
    number(rules, "rule"),
    ...(customers.length === 0 ? [] : [number(customers.length, "customer")]),
    `${number(queries.judged + queries.kept, "query", "queries")} (${queries.judged} judged now, ${queries.kept} kept)`,
  ];
  const problems = `${number(count("error"), "error")}, ${number(count("warning"), "warning")}`;
  const outcome = count("error") > 0 ? colors.red(problems) : problems;
  return `${checked.join(", ")}: ${outcome}.\n`;
}

function number(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
