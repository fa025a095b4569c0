/** Custom detection rules as files of a repository. */
export type {
  AlertTemplate,
  AutomatedActions,
  DetectionRuleProperties,
  EntityMappings,
  RuleTactic,
} from "@defender-mssp/microsoft";
export type { DetectionRuleFile, FilePlace, QueryPlace } from "./detectionRuleFile";
export {
  comparableRule,
  ruleDifferences,
  type ComparableRule,
  type ComparableValue,
  type RuleDifference,
} from "@defender-mssp/microsoft";
export {
  composeRule,
  isRuleId,
  ruleId,
  ruleIdPrefix,
  type AppliedException,
  type ComposedRule,
  type ComposeOptions,
  type CustomerDetections,
  type OffRule,
  type OmittedAction,
  type RuleException,
} from "./composeRule";
export {
  composeRules,
  customerProblemText,
  type ComposedRules,
  type CustomerProblem,
  type EndingSoon,
} from "./composeRules";
export { durationSeconds } from "@defender-mssp/microsoft";
export { filterColumns, filteredQuery, filterFault, type FilteredQuery } from "./filteredQuery";
export { nestedTechniques, newShape, type NewShape } from "@defender-mssp/microsoft";
export { parseRule, type ParsedRule, type RulePlace } from "./parseRule";
export { patchBody, replacementReason } from "@defender-mssp/microsoft";
export { readRules, rulesFolder, ruleSets, type ReadRules } from "./readRules";
export { ruleBody } from "@defender-mssp/microsoft";
export { ruleFileJsonSchema } from "./ruleFileJsonSchema";
export type { RuleFile, RuleParameterValue } from "./ruleFileSchema";
export { ruleProblemsText, ruleProblemText, type RuleProblem } from "./ruleProblem";
export type { RuleParameters } from "./ruleParameters";
export { installedJudge, judgePackage, type InstalledJudge } from "./installedJudge";
export { movedFilters, type MovedFilter } from "./movedFilters";
export {
  judgeComposedRules,
  judgedProblemText,
  type JudgedProblem,
  type JudgedRules,
  type JudgedSchema,
  type JudgeRulesOptions,
  type QueryFault,
  type RuleJudge,
} from "./judgeComposedRules";
export type { JudgedQueries, JudgedQueriesOptions, KeptJudge, KeptVerdict } from "./judgedQueries";
export { readRuleTests, type ReadRuleTests, type RuleTests } from "./readRuleTests";
export { ruleTestJsonSchema, type RuleTestCase, type RuleTestFile } from "./ruleTestSchema";
export { runRuleTests, type QueryExecutor, type RuleTestResult } from "./runRuleTests";
export { importRules, ruleFileText, type ImportedFile } from "./importRules";
export type { ImportedContent, ImportedRule } from "./importedRule";
