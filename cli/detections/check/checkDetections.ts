/** The part of `mssp check` that judges the rules, and each customer's composition of them. */
import {
  judgeComposedRules,
  movedFilters,
  rulesFolder,
  ruleSets,
  sortedByPlace,
  type ComposedRule,
  type ComposedRules,
  type EndingSoon,
  type JudgedProblem,
  type JudgedRules,
  type JudgedSchema,
  type JudgeRulesOptions,
  type RuleProblem,
} from "@defender-mssp/detections";
import type { Project } from "../../../settings/project";
import { composedCustomers } from "../composedCustomers";
import type { DetectionCustomer, FaultyCustomer } from "../detectionCustomers";
import { ruleAlone } from "./ruleAlone";

/** One finding, of a rule or of one customer's composition. */
export interface DetectionFinding extends Omit<RuleProblem, "key" | "rule"> {
  /** Stack of the customer that alone has the finding. */
  readonly customer?: string;
  /** Name of the rule; absent for a customer's settings. */
  readonly rule?: string;
  /** The parser's code, such as `KS142`. */
  readonly code?: string;
}

export interface DetectionsCheck {
  /** Rules without errors in their files. */
  readonly rules: number;
  readonly customers: readonly string[];
  /** Queries that the parser judged, and those whose verdicts were kept. */
  readonly queries: { readonly judged: number; readonly kept: number };
  readonly findings: readonly DetectionFinding[];
}

export interface CheckOptions {
  /** Only these customers, and the sets of their settings. Default: all sets and all customers. */
  readonly stacks?: readonly string[];
  readonly now: Date;
  /** Tables of the only customer. Default: those that Microsoft documents. */
  readonly tables?: JudgedSchema | undefined;
}

/** @param judge judges the queries; undefined: nobody does. */
export async function checkDetections(
  project: Project,
  options: CheckOptions,
  judge: JudgeRulesOptions | undefined,
): Promise<DetectionsCheck> {
  const { folder } = project;
  const existing = await ruleSets(folder);
  const { rules, faultyRules, problems, composed, faulty } = await composedCustomers(project, options);
  const { byRule, judged, kept } = await judgedQueries(
    [...rules, ...faultyRules].map(ruleAlone),
    composed.flatMap(({ deployed }) => deployed),
    judge,
    options.tables,
  );
  let index = rules.length + faultyRules.length;
  const alone = byRule.slice(0, index).flat();
  const seen = new Set(alone.map(problemKey));
  const findings: DetectionFinding[] = [...problems, ...alone].map(findingOfProblem);
  findings.push(...faulty.flatMap(faultyFindings));
  for (const { customer, ...rulesOfCustomer } of composed) {
    findings.push(...settingsFindings(customer, rulesOfCustomer, existing));
    const own = byRule.slice(index, index + rulesOfCustomer.deployed.length).flat();
    index += rulesOfCustomer.deployed.length;
    const fresh = own.filter((problem) => !seen.has(problemKey(problem)));
    findings.push(...fresh.map((problem) => customerFinding(customer, problem)));
  }
  return {
    rules: rules.length,
    customers: composed.map(({ customer }) => customer.stack),
    queries: { judged, kept },
    findings: sortedByPlace(findings),
  };
}

/** Judges the rules alone, then as the customers get them: in one process, unless a customer's tables are known. */
async function judgedQueries(
  alone: readonly ComposedRule[],
  deployed: readonly ComposedRule[],
  judge: JudgeRulesOptions | undefined,
  tables: JudgedSchema | undefined,
): Promise<Omit<JudgedRules, "problems">> {
  if (judge === undefined) return { byRule: [], judged: 0, kept: 0 };
  if (tables === undefined) return judgeComposedRules([...alone, ...deployed], judge);
  const documented = await judgeComposedRules(alone, judge);
  const inTenant = await judgeComposedRules(deployed, { ...judge, schema: tables });
  return {
    byRule: [...documented.byRule, ...inTenant.byRule],
    judged: documented.judged + inTenant.judged,
    kept: documented.kept + inTenant.kept,
  };
}

/** The errors of a customer's settings file. */
export function faultyFindings({
  stack,
  problems,
}: Pick<FaultyCustomer, "stack" | "problems">): readonly DetectionFinding[] {
  return problems.map((problem) => ({ customer: stack, ...problem, level: "error" }));
}

function problemKey({ file, line, column, what, exception }: JudgedProblem): string {
  return exception === undefined ? `${file}:${line}:${column}:${what}` : "";
}

function findingOfProblem({
  rule,
  file,
  line,
  column,
  endLine,
  endColumn,
  key,
  level,
  what,
  remedy,
  ...rest
}: RuleProblem | JudgedProblem): DetectionFinding {
  const code = "code" in rest ? { code: rest.code } : {};
  return {
    rule,
    file,
    line,
    column,
    ...(endLine === undefined || endColumn === undefined ? {} : { endLine, endColumn }),
    level,
    ...code,
    what: key === "" || "code" in rest ? what : `${key}: ${what}`,
    remedy,
  };
}

/** A problem of the composed query: in the customer's filter, or in the rule as this customer gets it. */
function customerFinding(customer: DetectionCustomer, problem: JudgedProblem): DetectionFinding {
  const finding = { customer: customer.stack, ...findingOfProblem(problem) };
  if (problem.exception === undefined) return finding;
  const index = customer.settings.detections.except.findIndex((exception) => exception === problem.exception);
  const key = `detections.except[${index}].filter`;
  return { ...finding, file: customer.file, ...customer.placeOfKey(key), what: `${key}: ${problem.what}` };
}

function settingsFindings(
  customer: DetectionCustomer,
  { problems, endsSoon, ended, deployed }: ComposedRules,
  existing: readonly string[],
): DetectionFinding[] {
  const { stack, file, placeOfKey } = customer;
  const { except, sets } = customer.settings.detections;
  const missing = sets.filter((set) => !existing.includes(set));
  const at = (key: string, level: "error" | "warning", what: string, remedy: string): DetectionFinding => {
    return { customer: stack, file, ...placeOfKey(key), level, what: `${key}: ${what}`, remedy };
  };
  return [
    ...missing.map((set) =>
      at(
        `detections.sets[${sets.indexOf(set)}]`,
        "error",
        `there is no set ${set}`,
        `Make the folder ${rulesFolder}/${set}, or remove it`,
      ),
    ),
    ...problems.map(({ key, what, remedy }) => at(key, "error", what, remedy)),
    ...ended.map((exception) =>
      at(
        `detections.except[${except.indexOf(exception)}]`,
        "warning",
        `the exception of ${exception.owner} from ${exception.rule} ended on ${exception.until} and has no effect`,
        "Remove it",
      ),
    ),
    ...endsSoon.map((ending) => at(...endingText(ending, except))),
    ...deployed
      .flatMap(movedFilters)
      .map(({ exception, what, remedy }) =>
        at(`detections.except[${except.indexOf(exception)}].filter`, "warning", what, remedy),
      ),
  ];
}

function endingText(ending: EndingSoon, except: readonly object[]): [string, "warning", string, string] {
  const days = `in ${ending.daysLeft} ${ending.daysLeft === 1 ? "day" : "days"}`;
  if (ending.kind === "actions") {
    const what = `the approval of ${ending.actions.join(", ")} ends ${days}, on ${ending.until}`;
    return ["detections.until", "warning", what, "Ask the customer to approve them again"];
  }
  const { rule, owner, until } = ending.exception;
  const what = `the exception from ${rule} ends ${days}, on ${until}`;
  return [
    `detections.except[${except.indexOf(ending.exception)}]`,
    "warning",
    what,
    `${owner} extends it, or removes it`,
  ];
}
