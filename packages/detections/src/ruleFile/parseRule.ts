import { checkedYaml } from "./checkedYaml";
import type { DetectionRuleFile } from "./detectionRuleFile";
import { limitProblems } from "./limitProblems";
import { ruleFileSchema } from "./ruleFileSchema";
import type { RuleProblem } from "./ruleProblem";

export interface ParsedRule {
  /** Undefined if the file has an error. */
  readonly rule?: DetectionRuleFile;
  /** Of a file with an error: its query, schedule and parameters, so that the query is judged all the same. */
  readonly queryAlone?: DetectionRuleFile;
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
  const { content: rule, raw, problems, placeOfKey, placeInQuery } = checkedYaml(content, place, checks);
  const places = { ...place, placeOfKey, placeInFile: placeInQuery };
  if (rule !== undefined) return { rule: { ...places, content: rule }, problems };
  const query = raw && queryContent(raw, place.name);
  return query === undefined ? { problems } : { queryAlone: { ...places, content: query }, problems };
}

/** Undefined for a file without a query, or with a parameter that it doesn't declare. */
function queryContent(raw: Readonly<Record<string, unknown>>, name: string): DetectionRuleFile["content"] | undefined {
  const { queryText, schedule, parameters } = ruleFileSchema.shape;
  const query = queryText.safeParse(raw.queryText);
  const declared = parameters.safeParse(raw.parameters);
  const readable = (declared.success ? declared.data : undefined) ?? {};
  if (!query.success) return undefined;
  if ([...query.data.matchAll(/%%(\w+)%%/g)].some(([, parameter = ""]) => !Object.hasOwn(readable, parameter)))
    return undefined;
  const when = schedule.safeParse(raw.schedule);
  return {
    displayName: name,
    status: "disabled",
    queryText: query.data,
    parameters: readable,
    schedule: when.success ? when.data : { frequency: "P1D" },
    alertTemplate: { title: name, severity: "low", entityMappings: {} },
  };
}
