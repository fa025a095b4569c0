/** Judges composed rules by `packages/kql`, in one process for all queries, and keeps the verdicts. */
import { closest, distance } from "fastest-levenshtein";
import type { ComposedRule, RuleException } from "../compose/composeRule";
import {
  judgedQueries,
  type JudgedQueriesOptions,
  type KeptJudge,
  type KeptVerdict,
  type QueryFault,
} from "./judgedQueries";
import { ruleColumns } from "../ruleFile/ruleColumns";
import type { RuleProblem } from "../ruleFile/ruleProblem";

/** The part of `@defender-mssp/kql` that judges; the package is loaded by the caller, on demand. */
export interface RuleJudge extends KeptJudge {
  judgeRuleQuery(
    judged: KeptVerdict,
    options: { readonly frequency: string; readonly mappedColumns: readonly string[]; readonly schema?: never },
  ): readonly QueryFault[];
  defenderSchema(): JudgedSchema;
}

/** Tables and their columns. */
export interface JudgedSchema {
  readonly tables: readonly { readonly name: string; readonly columns: readonly { readonly name: string }[] }[];
}

export interface JudgeRulesOptions extends JudgedQueriesOptions {
  readonly kql: RuleJudge;
  /** Tables of the tenant. Default: Microsoft's. */
  readonly schema?: JudgedSchema;
}

/** A problem of a composed query. */
export interface JudgedProblem extends RuleProblem {
  /** The parser's code, such as `KS142`. */
  readonly code: string;
  /** Set if the problem is in the filter of an exception; the place is that of the query's start then. */
  readonly exception?: RuleException;
}

export interface JudgedRules {
  readonly byRule: readonly (readonly JudgedProblem[])[];
  /** All of them. */
  readonly problems: readonly JudgedProblem[];
  /** Queries that the parser judged in this run. */
  readonly judged: number;
  /** Queries whose verdicts were kept. */
  readonly kept: number;
}

export async function judgeComposedRules(
  rules: readonly ComposedRule[],
  options: JudgeRulesOptions,
): Promise<JudgedRules> {
  const queries = rules.map(({ properties }) => properties.queryCondition.queryText);
  const { verdicts, judged, kept } = await judgedQueries(queries, options);
  const byRule = rules.map((rule) => {
    const verdict = verdicts.get(rule.properties.queryCondition.queryText);
    return verdict === undefined ? [] : problemsOfVerdict(rule, verdict, options);
  });
  return { byRule, problems: byRule.flat(), judged, kept };
}

/** One problem on one line: place, what, code, remedy. */
export function judgedProblemText({ file, line, column, what, code, remedy }: JudgedProblem): string {
  return `${file}:${line}:${column}: ${what} (${code}). ${remedy}.`;
}

function problemsOfVerdict(
  composed: ComposedRule,
  verdict: KeptVerdict,
  { kql, schema }: JudgeRulesOptions,
): readonly JudgedProblem[] {
  const { properties } = composed;
  const faults = [
    ...verdict.findings,
    ...kql.judgeRuleQuery(verdict, {
      frequency: properties.schedule.frequency,
      mappedColumns: ruleColumns(properties),
      schema: schema as never,
    }),
  ];
  return faults.map((fault) => ({
    file: composed.rule.file,
    rule: composed.rule.name,
    key: "queryText",
    code: fault.code,
    level: fault.severity,
    ...sentences(fault, verdict, schema ?? kql.defenderSchema()),
    ...placeOfFault(composed, fault),
  }));
}

/** The place in the file: the lines of filters above are not the file's. */
function placeOfFault({ rule, exceptions }: ComposedRule, { line, column, endLine, endColumn }: QueryFault) {
  const exception = exceptions.find((applied) => applied.line === line)?.exception;
  if (exception !== undefined) return { ...rule.placeInFile(1), exception };
  const inFile = (composed: number, at: number) =>
    rule.placeInFile(composed - exceptions.filter((applied) => applied.line < composed).length, at);
  const end = inFile(endLine, endColumn);
  return { ...inFile(line, column), endLine: end.line, endColumn: end.column };
}

/** What is wrong, and what to do: the nearest name, or what the message says after its first sentence. */
function sentences(
  { code, message }: QueryFault,
  verdict: KeptVerdict,
  schema: JudgedSchema,
): { readonly what: string; readonly remedy: string } {
  const [, first = message, rest = ""] = /^(.*?[a-z)'"`\]}…])\.(?:\s+(.*))?$/s.exec(message) ?? [];
  const plain = (text: string) => text.trim().replace(/\.$/, "");
  const name = /The name '([^']+)'/.exec(message)?.[1];
  if (name !== undefined) {
    const near = nearestName(name, candidates(code, verdict, schema));
    if (near !== undefined) return { what: plain(first), remedy: `Write ${near}` };
  }
  return { what: plain(first), remedy: rest === "" ? "Correct the query here" : plain(rest) };
}

/** Tables for the name of a table, else the columns of the tables that the query reads. */
function candidates(code: string, { tables }: KeptVerdict, schema: JudgedSchema): readonly string[] {
  if (code === "KS204") return schema.tables.map(({ name }) => name);
  return schema.tables
    .filter(({ name }) => tables.includes(name))
    .flatMap(({ columns }) => columns.map(({ name }) => name));
}

function nearestName(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const sameLetters = names.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (sameLetters !== undefined) return sameLetters;
  const nearest = closest(name.slice(0, 100), [...names]);
  return nearest !== name && distance(name.slice(0, 100), nearest) <= 2 ? nearest : undefined;
}
