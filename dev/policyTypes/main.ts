/**
 * `npm run policy:types`: writes policy/typeDecisions.json again from the installed provider SDKs.
 * Decisions are kept; a type that is new stands under "undecided", and the tests fail until
 * somebody has moved it: docs/policy.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { decisions, type DeclarableTypes } from "../../policy/declarableTypes";
import { declarableTypes, sorted, type TypeNames } from "./tokens";

const file = "policy/typeDecisions.json";

/** The file's content with the types that there are: each under its decision. */
export function decided(former: Partial<DeclarableTypes>, found: TypeNames): DeclarableTypes {
  const wordsOf = (decision: keyof DeclarableTypes, group: string) =>
    (former[decision]?.[group] ?? "").split(" ").filter((name) => name !== "");
  const sections: Record<string, Record<string, string[]>> = {};
  for (const [group, names] of Object.entries(found)) {
    for (const name of names) {
      const decision = decisions.find((one) => wordsOf(one, group).includes(name)) ?? "undecided";
      ((sections[decision] ??= {})[group] ??= []).push(name);
    }
  }
  const lines = (section: TypeNames = {}) =>
    Object.fromEntries(Object.entries(sorted(section)).map(([group, names]) => [group, names.join(" ")]));
  return Object.fromEntries(
    decisions.map((decision) => [decision, lines(sections[decision])]),
  ) as unknown as DeclarableTypes;
}

if (require.main === module) {
  const root = process.cwd();
  const former = JSON.parse(readFileSync(path.join(root, file), "utf8")) as DeclarableTypes;
  const content = decided(former, declarableTypes(path.join(root, "node_modules")));
  writeFileSync(path.join(root, file), `${JSON.stringify(content, undefined, 2)}\n`);
  const count = Object.values(content.undecided).join(" ").split(" ").filter(Boolean).length;
  process.stdout.write(`${file}: ${count} types undecided\n`);
}
