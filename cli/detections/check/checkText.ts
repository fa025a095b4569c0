import { readFile } from "node:fs/promises";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import colors from "picocolors";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { fileInside } from "../../../settings/fileInside";
import { printable, secretive, shortened } from "../../../settings/problems";
import { counted } from "../../base/counted";
import type { DetectionFinding } from "./checkDetections";
import type { ProjectCheck } from "./checkProject";

const marks: Readonly<Record<DetectionFinding["level"], TextCell>> = {
  error: { text: "✗", color: "red" },
  warning: { text: "!", color: "yellow" },
};

/** The findings below their files, each with the line that it is about, and their number. */
export async function checkText(check: ProjectCheck, folder: string): Promise<string> {
  const files = [...new Set(check.findings.map(({ file }) => file))];
  const blocks = await Promise.all(
    files.map(async (file) => {
      const lines = (await textInside(folder, file).catch(() => "")).split(/\r?\n/);
      const own = check.findings.filter((finding) => finding.file === file);
      return `${colors.bold(terminalText(file))}\n${own.map((finding) => block(finding, lines)).join("\n")}\n`;
    }),
  );
  return [
    ...blocks,
    ...named(check.untested, "without tests"),
    ...named(check.withoutNearMiss, "without a near miss (a case with hits: [])"),
    summary(check),
  ].join("");
}

/** A link may lead to what is not the repository's, nor to be shown. */
async function textInside(folder: string, file: string): Promise<string> {
  const inside = fileInside(folder, file);
  return inside === undefined ? "" : readFile(inside, "utf8");
}

function block({ file, line, column, level, customer, code, what, remedy }: DetectionFinding, lines: string[]): string {
  const prefix = customer === undefined || file.endsWith(`Pulumi.${customer}.yaml`) ? "" : `${customer}: `;
  const suffix = code === undefined ? "" : ` (${code})`;
  const head = tableText(
    [[marks[level], `${line}:${column}`, `${prefix}${sentence(what)}${suffix}\n${sentence(remedy)}`]],
    {
      indent: 2,
    },
  );
  return head + frame(lines, { line, column, isSettings: !file.startsWith("detections/") });
}

/** A question has its own mark at the end. */
export function sentence(text: string): string {
  return text.endsWith("?") ? text : `${text}.`;
}

/** The line with the one above it; none that may hold a secret. */
function frame(
  lines: readonly string[],
  { line, column, isSettings }: { readonly line: number; readonly column: number; readonly isSettings: boolean },
): string {
  const shown = lines.slice(Math.max(0, line - 2), line);
  if (shown.length === 0 || lines[line - 1]?.trim() === "") return "";
  if (isSettings && shown.some((text) => secretive.test(text))) return "";
  const rows = shown.map((text, index) => {
    return `    ${String(line - shown.length + 1 + index).padStart(4)} | ${printable(shortened(text.replaceAll("\t", " ")).slice(0, 68), "json")}`;
  });
  const caret = column > 68 ? [] : [`         | ${" ".repeat(column - 1)}${colors.red("^")}`];
  return [...rows, ...caret].map((row) => `${row}\n`).join("");
}

/** Most names that a line lists. */
const listed = 10;

function named(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) return [];
  const rest = names.length > listed ? `, and ${names.length - listed} more` : "";
  return [paragraph(`${counted(names.length, "rule")} ${what}: ${names.slice(0, listed).join(", ")}${rest}.`)];
}

function summary(check: ProjectCheck): string {
  const { rules, customers, queries, findings } = check;
  const count = (level: DetectionFinding["level"]) => findings.filter((finding) => finding.level === level).length;
  const queryText = `${queries.judged} judged now, ${queries.kept} kept`;
  const hasRules = rules > 0 || findings.some(({ rule }) => rule !== undefined);
  const checked = [
    counted(check.stacks.length, "settings file"),
    ...(hasRules ? [counted(rules, "rule")] : []),
    ...(customers.length === 0 ? [] : [`${counted(customers.length, "customer")} with rules`]),
    ...(hasRules ? [`${counted(queries.judged + queries.kept, "query", "queries")} (${queryText})`] : []),
    ...(hasRules ? [`${counted(check.tests.passed, "test")} passed`] : []),
  ];
  const problems = `${counted(count("error"), "error")}, ${counted(count("warning"), "warning")}`;
  const outcome = count("error") > 0 ? colors.red(problems) : problems;
  return paragraph(`${checked.join(", ")}:`).trimEnd() + ` ${outcome}.\n`;
}
