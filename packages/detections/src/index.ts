/** Custom detection rules as files of a repository. */
export type { DetectionRuleProperties } from "@defender-mssp/microsoft";
export type { DetectionRuleFile } from "./ruleFile/detectionRuleFile";
export { comparableRule, ruleDifferences, type RuleDifference } from "@defender-mssp/microsoft";
export {
  composeRule,
  isRuleId,
  ruleId,
  ruleIdPrefix,
  type ComposedRule,
  type CustomerDetections,
} from "./compose/composeRule";
export {
  composeRules,
  customerProblemText,
  type ComposedRules,
  type CustomerProblem,
  type EndingSoon,
} from "./compose/composeRules";
export { filterColumns, filteredQuery, filterFault } from "./compose/filteredQuery";
export { newShape } from "@defender-mssp/microsoft";
export { parseRule } from "./ruleFile/parseRule";
export { patchBody, replacementReason } from "@defender-mssp/microsoft";
export { readRules, rulesFolder, ruleSets, sortedByPlace, type ReadRules } from "./ruleFile/readRules";
export { ruleBody } from "@defender-mssp/microsoft";
export { ruleFileJsonSchema } from "./ruleFile/ruleFileJsonSchema";
export { ruleProblemsText, ruleProblemText, type RuleProblem } from "./ruleFile/ruleProblem";
export { installedJudge, judgePackage } from "./judge/installedJudge";
export { movedFilters } from "./compose/movedFilters";
export {
  judgeComposedRules,
  judgedProblemText,
  type JudgedProblem,
  type JudgedRules,
  type JudgedSchema,
  type JudgeRulesOptions,
} from "./judge/judgeComposedRules";
export { readRuleTests } from "./ruleTests/readRuleTests";
export { ruleTestJsonSchema } from "./ruleTests/ruleTestSchema";
export { runRuleTests, type QueryExecutor, type RuleTestResult } from "./ruleTests/runRuleTests";
export { importRules, isQueryFile, ruleFileText } from "./import/importRules";
