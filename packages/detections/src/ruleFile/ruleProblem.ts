/** Problems of rule files, with their places, and their text. */

/** One problem of one rule file. */
export interface RuleProblem {
  /** Path from the folder of `Pulumi.yaml`, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Where it ends, in front of which column, for a problem in the query's text. */
  readonly endLine?: number;
  readonly endColumn?: number;
  /** Name of the rule: the file's name without its ending. */
  readonly rule: string;
  /** Key in the file, such as `alertTemplate.title`; empty for the whole file. */
  readonly key: string;
  /** What is wrong. A sentence without a full stop at its end. */
  readonly what: string;
  /** What to do. A sentence without a full stop at its end. */
  readonly remedy: string;
  /** `warning`: the rule can be deployed. */
  readonly level: "error" | "warning";
}

/** Most problems that one text lists. */
const listedProblems = 100;

/** All problems, each a line, in one text: the first hundred in full. */
export function ruleProblemsText(lines: readonly string[]): string {
  const rest = lines.length - listedProblems;
  return [
    `${lines.length === 1 ? "1 problem" : `${lines.length} problems`} in detection rules; nothing was changed.`,
    ...lines.slice(0, listedProblems).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ].join("\n");
}

/** One problem on one line: place, key, what, remedy. */
export function ruleProblemText({ file, line, column, key, what, remedy }: RuleProblem): string {
  return `${file}:${line}:${column}${key === "" ? "" : ` ${key}`}: ${what}. ${remedy}.`;
}
