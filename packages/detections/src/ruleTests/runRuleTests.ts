/** Runs the tests of a rule by an executor of KQL. */
import { composeRule } from "../compose/composeRule";
import type { DetectionRuleFile } from "../ruleFile/detectionRuleFile";
import type { RuleTests } from "./readRuleTests";
import type { RuleParameters } from "../ruleFile/ruleParameters";
import type { RuleTestCase } from "./ruleTestSchema";

type Row = Readonly<Record<string, unknown>>;

/** The executor of `@defender-mssp/kql`. */
export type QueryExecutor = (
  query: string,
  tables: Readonly<Record<string, readonly Row[]>>,
  options: { readonly now: Date; readonly stubs: never },
) => Promise<{ readonly rows: readonly Row[]; readonly stubs: readonly string[] }>;

export interface RuleTestResult {
  readonly rule: string;
  readonly set: string;
  /** Path of the test file from the folder of `Pulumi.yaml`. */
  readonly file: string;
  /** Line of the case, from 1. */
  readonly line: number;
  readonly name: string;
  /** Whether the case expects no hits. */
  readonly isNearMiss: boolean;
  /** `notRun`: the executor can't run the query. It is no pass. */
  readonly state: "passed" | "failed" | "notRun";
  /** Why it failed or did not run, a sentence a line. */
  readonly reasons: readonly string[];
  /** Functions that answered by stubs, such as `FileProfile`. */
  readonly stubs: readonly string[];
}

/** The clock where neither a case nor its file names one. */
const usualNow = "2027-01-01T12:00:00Z";

/** Runs one case after the other. */
export async function runRuleTests(
  rule: DetectionRuleFile,
  tests: RuleTests,
  run: QueryExecutor,
): Promise<readonly RuleTestResult[]> {
  const results: RuleTestResult[] = [];
  for (const [index, testCase] of tests.content.cases.entries()) {
    const place = { rule: tests.name, set: tests.set, file: tests.file, line: tests.placeOfKey(["cases", index]).line };
    const isNearMiss = testCase.hits.length === 0;
    results.push({ ...place, name: testCase.name, isNearMiss, ...(await outcome(rule, tests, testCase, run)) });
  }
  return results;
}

type Outcome = Pick<RuleTestResult, "state" | "reasons" | "stubs">;

async function outcome(
  rule: DetectionRuleFile,
  { content }: RuleTests,
  testCase: RuleTestCase,
  run: QueryExecutor,
): Promise<Outcome> {
  const unknown = Object.keys(testCase.parameters ?? {}).filter(
    (name) => !Object.hasOwn(rule.content.parameters ?? {}, name),
  );
  const parameters = (testCase.parameters ?? {}) as RuleParameters;
  const customer = { except: [], parameters, actions: [] };
  const composed = composeRule(rule, customer, { now: new Date(0), idPrefix: "test" });
  if (composed.outcome === "off") return { state: "failed", reasons: ["the rule is off"], stubs: [] };
  const faults = [
    ...unknown.map((name) => `the rule has no parameter ${name}`),
    ...composed.missingParameters.map((name) => `the parameter ${name} has no default: name its value in the case`),
  ];
  if (faults.length > 0) return { state: "failed", reasons: faults, stubs: [] };
  const tables = Object.fromEntries(
    Object.entries(testCase.tables).map(([table, rows]) => [
      table,
      rows.map((row) => ({ ...content.defaults?.[table], ...row })),
    ]),
  );
  const now = new Date(testCase.now ?? content.now ?? usualNow);
  try {
    const { rows, stubs } = await run(composed.properties.queryCondition.queryText, tables, {
      now,
      stubs: (testCase.stubs ?? {}) as never,
    });
    const reasons = hitReasons(testCase.hits, rows);
    return { state: reasons.length === 0 ? "passed" : "failed", reasons, stubs };
  } catch (error) {
    const { name, message } = error as Error;
    // By its name: the executor is loaded on demand.
    if (name === "UnsupportedQuery") return { state: "notRun", reasons: [message.replace(/\.$/, "")], stubs: [] };
    if (name === "VisibleError") return { state: "failed", reasons: [message.replace(/\.$/, "")], stubs: [] };
    throw error;
  }
}

/** What is wrong with the rows that the query returned; nothing if each expected hit is one of them and none is left. */
function hitReasons(expected: readonly Row[], rows: readonly Row[]): readonly string[] {
  const pairs = assigned(expected, rows);
  const missing = expected.filter((_, index) => !pairs.has(index));
  const taken = new Set(pairs.values());
  const surplus = rows.filter((_, index) => !taken.has(index));
  const columns = [...new Set(expected.flatMap((hit) => Object.keys(hit)))];
  return [
    ...missing.map((hit) => `no hit with ${shownRow(hit)}`),
    ...surplus.map((row) => `an unexpected hit: ${shownRow(columns.length === 0 ? row : chosen(row, columns))}`),
  ];
}

function chosen(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(
    columns.filter((column) => Object.hasOwn(row, column)).map((column) => [column, row[column]]),
  );
}

/** A row for as many expected hits as possible: one hit may fit several rows. */
function assigned(expected: readonly Row[], rows: readonly Row[]): ReadonlyMap<number, number> {
  const hitOfRow = new Map<number, number>();
  const place = (hit: number, tried: Set<number>): boolean => {
    for (const [row, values] of rows.entries()) {
      if (tried.has(row) || !fits(expected[hit] ?? {}, values)) continue;
      tried.add(row);
      const other = hitOfRow.get(row);
      if (other === undefined || place(other, tried)) {
        hitOfRow.set(row, hit);
        return true;
      }
    }
    return false;
  };
  for (const hit of expected.keys()) place(hit, new Set());
  return new Map([...hitOfRow].map(([row, hit]) => [hit, row]));
}

function fits(hit: Row, row: Row): boolean {
  return Object.entries(hit).every(([column, value]) => Object.hasOwn(row, column) && isSame(value, row[column]));
}

/** Times are equal as moments, whatever their digits; lists and maps by their content. */
function isSame(expected: unknown, value: unknown): boolean {
  if (expected === value) return true;
  if (typeof expected === "string" && typeof value === "string" && isTime(expected) && isTime(value))
    return Date.parse(expected) === Date.parse(value);
  return typeof expected === "object" && JSON.stringify(expected) === JSON.stringify(value);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(text);
}

function shownRow(row: Row): string {
  const text = Object.entries(row)
    .map(([column, value]) => `${column}=${JSON.stringify(value) as string | undefined}`)
    .join(", ");
  const visible = text === "" ? "no columns" : text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "�");
  return visible.length > 160 ? `${visible.slice(0, 159)}…` : visible;
}
