import { ruleProblemText, type RuleTestResult } from "@defender-mssp/detections";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import { terminalText } from "@defender-mssp/terminal/terminalText";
import { markOf, type CheckState } from "@defender-mssp/terminal/checkState";
import colors from "picocolors";
import { counted } from "../../base/counted";
import type { DetectionsTest } from "./testDetections";

const states: Readonly<Record<RuleTestResult["state"], CheckState>> = {
  passed: "passed",
  failed: "failed",
  notRun: "notChecked",
};

/** The cases below their rules, what failed with its reasons, and the counts. */
export function testText({ results, problems, untested, withoutNearMiss }: DetectionsTest): string {
  const rules = [...new Set(results.map(({ set, rule }) => `${set}/${rule}`))];
  const blocks = rules.map((name) => {
    const rows = results.filter(({ set, rule }) => `${set}/${rule}` === name).map(row);
    return `${colors.bold(terminalText(name))}\n${tableText(rows, { indent: 2 })}\n`;
  });
  const count = (state: RuleTestResult["state"]) => results.filter((result) => result.state === state).length;
  const counts = `${count("passed")} passed, ${count("failed")} failed, ${count("notRun")} not run`;
  return [
    ...blocks,
    ...(problems.length === 0 ? [] : [problems.map((problem) => paragraph(ruleProblemText(problem))).join(""), "\n"]),
    ...named(untested, "without tests"),
    ...named(withoutNearMiss, "without a near miss (a case with hits: [])"),
    `${count("failed") > 0 ? colors.red(counts) : counts}.\n`,
  ].join("");
}

function row({ line, name, state, reasons, stubs }: RuleTestResult): readonly TextCell[] {
  const notes = [
    ...(state === "notRun" ? reasons.map((reason) => `not run: ${reason}`) : reasons),
    ...(stubs.length === 0 ? [] : [`answered by a stub: ${stubs.join(", ")}`]),
  ];
  return [markOf(states[state]), `${line}`, [name, ...notes.map((note) => `${note}.`)].join("\n")];
}

/** Most names that a line lists. */
const listed = 10;

function named(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) return [];
  const rest = names.length > listed ? `, and ${names.length - listed} more` : "";
  return [paragraph(`${counted(names.length, "rule")} ${what}: ${names.slice(0, listed).join(", ")}${rest}.`)];
}
