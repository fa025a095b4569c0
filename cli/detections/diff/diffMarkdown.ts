import { code } from "../../base/markdown";
import type { DetectionsDiff, RuleChange } from "./diffDetections";
import { countsText } from "./diffText";

/** Most characters of a comment of a pull request: GitHub's limit is 65,536. */
const longestComment = 60_000;

/** The changes by rule, for a comment on a pull request: what acts by itself first. */
export function diffMarkdown({ customers, faulty }: DetectionsDiff): string {
  const changes = customers.flatMap(({ stack, changes: ofCustomer }) =>
    ofCustomer.map((change) => ({ stack, ...change })),
  );
  const acting = changes.filter(({ addedActions }) => addedActions.length > 0);
  const names = [...new Set(changes.map(({ rule }) => rule))].sort();
  const text = [
    "### Detection rules",
    "",
    ...(changes.length === 0
      ? [`No changes in ${customers.length} customers.`]
      : [`${countsText(changes)}, in ${customers.length} customers.`]),
    ...acting.map(
      ({ stack, rule, addedActions }) =>
        `- **${code(rule)} acts by itself in ${code(stack)}**: ${addedActions.join(", ")}`,
    ),
    ...(changes.length === 0 ? [] : ["", "| rule | change | customers | what |", "| --- | --- | --- | --- |"]),
    ...names.flatMap((name) => ruleRows(name, changes)),
    ...faulty.map(({ stack, message }) => `- ${code(stack)} was not compared: ${code(message)}`),
    "",
  ].join("\n");
  return text.length <= longestComment
    ? text
    : `${text.slice(0, longestComment)}\n\n… shortened: run \`npx mssp detections diff\`.\n`;
}

function ruleRows(name: string, changes: readonly (RuleChange & { readonly stack: string })[]): string[] {
  return (["create", "update", "delete"] as const).flatMap((change) => {
    const own = changes.filter((each) => each.rule === name && each.change === change);
    if (own.length === 0) return [];
    const paths = [...new Set(own.flatMap(({ differences }) => differences.map(({ path }) => path)))];
    return [
      `| ${code(name)} | ${change} | ${own.map(({ stack }) => code(stack)).join(", ")} | ${paths.map((path) => code(path)).join(", ")} |`,
    ];
  });
}
