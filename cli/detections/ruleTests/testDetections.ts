/** Runs the tests of all rules, for `mssp check`. */
import {
  readRules,
  readRuleTests,
  runRuleTests,
  type QueryExecutor,
  type RuleProblem,
  type RuleTestResult,
} from "@defender-mssp/detections";
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

/** @throws VisibleError if the executor is missing. */
export async function testDetections({ folder }: Project): Promise<DetectionsTest> {
  const [{ rules, ...read }, tests] = await Promise.all([readRules(folder), readRuleTests(folder)]);
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
    problems: [...read.problems, ...tests.problems].filter(({ level }) => level === "error"),
    untested: shownNames.filter((name) => !byRule.has(name)),
    withoutNearMiss: shownNames.filter((name) => {
      const own = results.filter(({ set, rule }) => `${set}/${rule}` === name);
      return own.length > 0 && !own.some(({ isNearMiss }) => isNearMiss);
    }),
  };
}
