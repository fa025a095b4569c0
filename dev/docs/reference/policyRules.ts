/** docs/reference/policy-rules.md: the rules of the policy pack, from policy/rules. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Rule } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { root } from "../files";

export function policyRulesPage(): string {
  return [
    "# Policy rules",
    "",
    "What the [policy pack](../policy.md) asks of every stack. A broken rule of the level `mandatory` ends `pulumi preview` and `pulumi up` with an error;",
    "one of the level `advisory` is listed.",
    "",
    ...rules.flatMap(ruleSection),
  ].join("\n");
}

function ruleSection(rule: Rule): string[] {
  const parameters = Object.entries(rule.parameters);
  return [
    `## ${rule.name}`,
    "",
    rule.why,
    "",
    `- Severity: ${rule.severity}; level: \`${rule.level}\``,
    `- Remedy: ${rule.remedy}`,
    `- Source: [${sourceOf(rule)}](../../${sourceOf(rule)})`,
    `- More: <${rule.link}>`,
    ...(parameters.length === 0
      ? []
      : [
          "- Parameters:",
          ...parameters.map(
            ([name, schema]) =>
              `  - \`${name}\` (default \`${JSON.stringify(schema.default)}\`): ${schema.description ?? ""}`,
          ),
        ]),
    "",
  ];
}

function sourceOf({ name }: Rule): string {
  const file = `policy/rules/${name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}.ts`;
  if (!existsSync(path.join(root, file))) throw new Error(`The rule ${name} is not in ${file}.`);
  return file;
}
