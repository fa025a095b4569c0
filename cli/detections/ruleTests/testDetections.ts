/** `mssp detections test`: runs the tests of all rules. */
import {
  readRules,
  readRuleTests,
  rulesFolder,
  ruleSets,
  runRuleTests,
  type QueryExecutor,
  type RuleProblem,
  type RuleTestResult,
} from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";
import type { Project } from "../../../settings/project";
import { kqlPackage } from "../kqlPackage";

export interface DetectionsTest {
  /** Results of the cases, by rule. */
  readonly results: readonly RuleTestResult[];
  /** Problems of the rules' files and of the tests' files. A rule with an error is not tested. */
  readonly problems: readonly RuleProblem[];
  /** Rules without tests, as `<set>/<rule>`. */
  readonly untested: readonly string[];
  /** Rules whose tests have no near miss, as `<set>/<rule>`. */
  readonly withoutNearMiss: readonly string[];
}

/**
 * @param names only these rules; default: all.
 * @throws VisibleError if the project has no rules, a name is no rule's, or the executor is missing.
 */
export async function testDetections(project: Project, names: readonly string[] = []): Promise<DetectionsTest> {
  const { folder } = project;
  if ((await ruleSets(folder)).length === 0)
    throw new VisibleError(`There are no detection rules in ${folder}. Write one as ${rulesFolder}/<set>/<rule>.yaml.`);
  const [read, tests] = await Promise.all([readRules(folder), readRuleTests(folder)]);
  const isChosen = ({ name }: { readonly name: string }) => names.length === 0 || names.includes(name);
  const all = [...read.rules.map(({ name }) => name), ...read.problems.map(({ rule }) => rule)];
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new VisibleError(`No rule is named ${unknown.join(", ")}. A rule's name is its file's, without .yaml.`);
  const rules = read.rules.filter(isChosen);
  const { kql } = kqlPackage(folder);
  const runner = new kql.QueryProcess();
  const run: QueryExecutor = (...call) => runner.run(...call);
  const byRule = new Map(tests.tests.map((test) => [`${test.set}/${test.name}`, test]));
  const results: RuleTestResult[] = [];
  try {
    for (const rule of rules) {
      const test = byRule.get(`${rule.set}/${rule.name}`);
      if (test !== undefined) results.push(...(await runRuleTests(rule, test, run)));
    }
  } finally {
    await runner.end();
  }
  const shownNames = rules.map(({ set, name }) => `${set}/${name}`);
  return {
    results,
    problems: [...read.problems, ...tests.problems].filter(
      ({ rule, level }) => level === "error" && isChosen({ name: rule }),
    ),
    untested: shownNames.filter((name) => !byRule.has(name)),
    withoutNearMiss: shownNames.filter((name) => {
      const own = results.filter(({ set, rule }) => `${set}/${rule}` === name);
      return own.length > 0 && !own.some(({ isNearMiss }) => isNearMiss);
    }),
  };
}
