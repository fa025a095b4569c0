/** Reads the tests of rules: `detections/<set>/<rule>.test.yaml`. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { checkedYaml } from "../ruleFile/checkedYaml";
import type { FilePlace } from "../ruleFile/detectionRuleFile";
import { fileLimit, rulesFolder, ruleSets } from "../ruleFile/readRules";
import type { RuleProblem } from "../ruleFile/ruleProblem";
import { ruleTestSchema, type RuleTestFile } from "./ruleTestSchema";

export interface RuleTests {
  /** Name of the rule. */
  readonly name: string;
  readonly set: string;
  /** Path from the folder of `Pulumi.yaml`, with `/`. */
  readonly file: string;
  readonly content: RuleTestFile;
  readonly placeOfKey: (path: readonly (string | number)[]) => FilePlace;
}

export interface ReadRuleTests {
  readonly tests: readonly RuleTests[];
  readonly problems: readonly RuleProblem[];
}

/** @param folder that of `Pulumi.yaml`. @param sets names of the sets; undefined for all. */
export async function readRuleTests(folder: string, sets?: readonly string[]): Promise<ReadRuleTests> {
  const existing = await ruleSets(folder);
  const tests: RuleTests[] = [];
  const problems: RuleProblem[] = [];
  for (const set of existing.filter((name) => sets?.includes(name) ?? true)) {
    const entries = await readdir(path.join(folder, rulesFolder, set), { withFileTypes: true });
    const names = entries.map((entry) => entry.name).sort();
    for (const fileName of names.filter((name) => name.endsWith(".test.yaml"))) {
      const name = fileName.replace(/\.test\.yaml$/, "");
      const place = { name, set, file: `${rulesFolder}/${set}/${fileName}` };
      const isFile = entries.some((entry) => entry.name === fileName && entry.isFile());
      const problem = names.includes(`${name}.yaml`)
        ? await fileProblem(path.join(folder, place.file), isFile)
        : { what: "tests of no rule", remedy: `Rename it, or add ${rulesFolder}/${set}/${name}.yaml` };
      if (problem !== undefined) {
        problems.push({ file: place.file, rule: name, line: 1, column: 1, key: "", ...problem, level: "error" });
        continue;
      }
      const content = await readFile(path.join(folder, place.file));
      const checked = checkedYaml(content, place, { schema: ruleTestSchema, noun: "tests", more: caseProblems });
      problems.push(...checked.problems);
      if (checked.content !== undefined)
        tests.push({ ...place, content: checked.content, placeOfKey: checked.placeOfKey });
    }
  }
  return { tests, problems };
}

/** As for rules: a link leads out of the repository, and what is read is bounded. */
async function fileProblem(file: string, isFile: boolean): Promise<Pick<RuleProblem, "what" | "remedy"> | undefined> {
  if (!isFile) return { what: "the file is a symbolic link, or no file", remedy: "Put the tests' file here" };
  const { size } = await stat(file);
  return size > fileLimit
    ? { what: `the file has ${size} bytes, more than 1,000,000`, remedy: "Shorten it" }
    : undefined;
}

/** Cases with one name: a report could not tell them apart. */
function caseProblems(
  raw: Readonly<Record<string, unknown>>,
  isValid: (path: readonly (string | number)[]) => boolean,
) {
  if (!isValid(["cases"])) return [];
  const { cases } = raw as unknown as RuleTestFile;
  const names = cases.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ["cases", index, "name"], what: `another case has the name "${name}"`, remedy: "Rename one of them" }],
  );
}
