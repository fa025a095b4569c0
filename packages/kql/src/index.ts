/**
 * Judges and runs Kusto queries without a tenant. Microsoft's parser is loaded when the first query
 * is judged or run, not before.
 */
export { packageName } from "./packageName";
export { defenderSchema } from "./schema/defenderSchema";
export type { HuntingFunction, HuntingSchema, HuntingTable, QueryColumn } from "./schema/huntingSchema";
export { schemaOfTenant } from "./schema/schemaOfTenant";
export type { JudgeAnswer, JudgeRequest, JudgeVerdict } from "./judge/judgeDocument";
export type { JudgedQuery, QueryFinding, QueryWord } from "./judge/judgedQuery";
export { judgeQueries } from "./judge/judgeQueries";
export { judgeRuleQuery, type RuleQueryOptions } from "./judge/judgeRuleQuery";
export { verdictKey } from "./judge/verdictKey";
export { QueryProcess } from "./executor/queryProcess";
export { runQuery, type QueryResult, type RunOptions } from "./executor/runQuery";
export { UnsupportedQuery } from "./executor/unsupportedQuery";
export type { QueryRow } from "./executor/values/inputRows";
