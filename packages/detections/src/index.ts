/** Custom detection rules as files of a repository. */
export type {
  AlertTemplate,
  AutomatedActions,
  DetectionRuleProperties,
  EntityMappings,
  RuleTactic,
} from "@defender-mssp/microsoft";
export type { DetectionRuleFile, FilePlace, QueryPlace } from "./ruleFile/detectionRuleFile";
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
} from "./compose/composeRule";
export {
  composeRules,
  customerProblemText,
  type ComposedRules,
  type CustomerProblem,
  type EndingSoon,
} from "./compose/composeRules";
export { filterColumns, filteredQuery, filterFault, type FilteredQuery } from "./compose/filteredQuery";
export { nestedTechniques, newShape, type NewShape } from "@defender-mssp/microsoft";
export { parseRule, type ParsedRule, type RulePlace } from "./ruleFile/parseRule";
export { patchBody, replacementReason } from "@defender-mssp/microsoft";
export { readRules, rulesFolder, ruleSets, sortedByPlace, type ReadRules } from "./ruleFile/readRules";
export { ruleBody } from "@defender-mssp/microsoft";
export { ruleFileJsonSchema } from "./ruleFile/ruleFileJsonSchema";
export type { RuleFile, RuleParameterValue } from "./ruleFile/ruleFileSchema";
export { ruleProblemsText, ruleProblemText, type RuleProblem } from "./ruleFile/ruleProblem";
export type { RuleParameters } from "./ruleFile/ruleParameters";
export { installedJudge, judgePackage, type InstalledJudge } from "./judge/installedJudge";
export { movedFilters, type MovedFilter } from "./compose/movedFilters";
export {
  judgeComposedRules,
  judgedProblemText,
  type JudgedProblem,
  type JudgedRules,
  type JudgedSchema,
  type JudgeRulesOptions,
  type RuleJudge,
} from "./judge/judgeComposedRules";
export type { JudgedQueries, JudgedQueriesOptions, KeptJudge, KeptVerdict, QueryFault } from "./judge/judgedQueries";
export { readRuleTests, type ReadRuleTests, type RuleTests } from "./ruleTests/readRuleTests";
export { ruleTestJsonSchema, type RuleTestCase, type RuleTestFile } from "./ruleTests/ruleTestSchema";
export { runRuleTests, type QueryExecutor, type RuleTestResult } from "./ruleTests/runRuleTests";
export { importRules, isQueryFile, ruleFileText, type ImportedFile } from "./import/importRules";
export type { ImportedContent, ImportedRule } from "./import/importedRule";
