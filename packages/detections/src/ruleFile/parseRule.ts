import { checkedYaml } from "./checkedYaml";
import type { DetectionRuleFile } from "./detectionRuleFile";
import { limitProblems } from "./limitProblems";
import { ruleFileSchema } from "./ruleFileSchema";
import type { RuleProblem } from "./ruleProblem";

export interface ParsedRule {
  /** Undefined if the file has an error. */
  readonly rule?: DetectionRuleFile;
  readonly problems: readonly RuleProblem[];
}

/** Where a rule file is. */
export interface RulePlace {
  readonly name: string;
  readonly set: string;
  readonly file: string;
}

/** Parses one rule file. @param content the file's bytes, or its text. */
export function parseRule(content: Uint8Array | string, place: RulePlace): ParsedRule {
  const checks = { schema: ruleFileSchema, noun: "a rule", more: limitProblems };
  const { content: rule, problems, placeOfKey, placeInQuery } = checkedYaml(content, place, checks);
  if (rule === undefined) return { problems };
  return { rule: { ...place, content: rule, placeOfKey, placeInFile: placeInQuery }, problems };
}
