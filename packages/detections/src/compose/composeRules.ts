/** All rules of one customer, with what is wrong between its settings and the rules, and what ends soon. */
import { dayMs } from "@defender-mssp/errors/time";
import { dateOf, type AutomatedActionName } from "@defender-mssp/microsoft";
import { closest, distance } from "fastest-levenshtein";
import {
  composeRule,
  isRuleId,
  type ComposedRule,
  type ComposeOptions,
  type CustomerDetections,
  type OffRule,
  type RuleException,
} from "./composeRule";
import type { DetectionRuleFile } from "../ruleFile/detectionRuleFile";
import { filterFault } from "./filteredQuery";

export interface ComposedRules {
  readonly deployed: readonly ComposedRule[];
  readonly off: readonly OffRule[];
  /** Mistakes between the settings and the rules. With one of them nothing is deployed. */
  readonly problems: readonly CustomerProblem[];
  /** Exceptions and actions that end within 30 days, soonest first. */
  readonly endsSoon: readonly EndingSoon[];
  /** Exceptions that have ended and have no effect. */
  readonly ended: readonly RuleException[];
}

/** One mistake in a customer's settings. */
export interface CustomerProblem {
  /** Key of the settings, such as `detections.except[0].rule`. */
  readonly key: string;
  /** What is wrong. A sentence without a full stop at its end. */
  readonly what: string;
  /** What to do. A sentence without a full stop at its end. */
  readonly remedy: string;
}

/** One problem on one line: key, what, remedy. */
export function customerProblemText({ key, what, remedy }: CustomerProblem): string {
  return `${key}: ${what}. ${remedy}.`;
}

export type EndingSoon =
  | { readonly kind: "exception"; readonly exception: RuleException; readonly daysLeft: number }
  | {
      readonly kind: "actions";
      readonly actions: readonly AutomatedActionName[];
      readonly until: string;
      readonly daysLeft: number;
    };

/** In days. */
const soon = 30;

/** @param rules the rules of the customer's sets. */
export function composeRules(
  rules: readonly DetectionRuleFile[],
  customer: CustomerDetections,
  options: ComposeOptions,
): ComposedRules {
  const byRule = grouped(customer.except);
  const composed = rules.map((rule) =>
    composeRule(rule, { ...customer, except: byRule.get(rule.name) ?? [] }, options),
  );
  const deployed = composed.filter((rule) => rule.outcome === "deployed");
  const today = dateOf(options.now);
  return {
    deployed,
    off: composed.filter((rule) => rule.outcome === "off"),
    problems: [
      ...exceptionProblems(rules, customer.except),
      ...parameterProblems(rules, deployed, customer),
      ...overwriteProblems(rules, customer),
      ...identityProblems(deployed),
    ],
    endsSoon: endingSoon(deployed, customer, today),
    ended: customer.except.filter(({ until }) => until < today),
  };
}

function grouped(exceptions: readonly RuleException[]): Map<string, RuleException[]> {
  const groups = new Map<string, RuleException[]>();
  for (const exception of exceptions) groups.set(exception.rule, [...(groups.get(exception.rule) ?? []), exception]);
  return groups;
}

/** An exception of no rule, and a filter that is no condition. */
function exceptionProblems(
  rules: readonly DetectionRuleFile[],
  exceptions: readonly RuleException[],
): CustomerProblem[] {
  const names = new Set(rules.map(({ name }) => name));
  return exceptions.flatMap(({ rule, filter }, index): CustomerProblem[] => {
    const key = `detections.except[${index}]`;
    const fault = filter === undefined ? undefined : filterFault(filter);
    return [
      ...(names.has(rule)
        ? []
        : [
            {
              key: `${key}.rule`,
              what: `no rule of the customer's sets is named "${rule}"`,
              remedy: nearestName(rule, names),
            },
          ]),
      ...(fault === undefined
        ? []
        : [
            {
              key: `${key}.filter`,
              what: fault,
              remedy: 'Write one KQL condition, such as DeviceName !startswith "lab-"',
            },
          ]),
    ];
  });
}

function nearestName(name: string, names: ReadonlySet<string>): string {
  const nearest = names.size === 0 ? undefined : closest(name.slice(0, 100), [...names]);
  const isNear = nearest !== undefined && distance(name.slice(0, 100), nearest) <= Math.max(2, nearest.length / 3);
  return isNear ? `Write ${nearest}, or remove the exception` : "Remove the exception, or add the rule's set";
}

function parameterProblems(
  rules: readonly DetectionRuleFile[],
  deployed: readonly ComposedRule[],
  { parameters }: CustomerDetections,
): CustomerProblem[] {
  const declared = new Set(rules.flatMap(({ content }) => Object.keys(content.parameters ?? {})));
  return [
    ...Object.keys(parameters)
      .filter((name) => !declared.has(name))
      .map((name) => ({
        key: `detections.parameters.${name}`,
        what: "no rule of the customer's sets has this parameter",
        remedy: "Remove it, or correct its name",
      })),
    ...deployed.flatMap(({ rule, missingParameters }) =>
      missingParameters.map((name) => ({
        key: `detections.parameters.${name}`,
        what: `the rule ${rule.name} needs it and has no default`,
        remedy: "Write its value",
      })),
    ),
  ];
}

function overwriteProblems(
  rules: readonly DetectionRuleFile[],
  { overwrite = [] }: CustomerDetections,
): CustomerProblem[] {
  const names = new Set(rules.map(({ name }) => name));
  return overwrite.flatMap(({ rule }, index) =>
    names.has(rule)
      ? []
      : [
          {
            key: `detections.overwrite[${index}].rule`,
            what: `no rule of the customer's sets is named "${rule}"`,
            remedy: "Remove it, or correct its name",
          },
        ],
  );
}

/** IDs that the service refuses, and names or titles that parameters make equal. */
function identityProblems(deployed: readonly ComposedRule[]): CustomerProblem[] {
  const names = new Map<string, string>();
  const titles = new Map<string, string>();
  return deployed.flatMap(({ rule, properties }) => {
    const problems: CustomerProblem[] = [];
    const { id, displayName, detectionAction } = properties;
    if (!isRuleId(id)) {
      const what = `the rule ${rule.name} would have the ID ${id}, which the service refuses: it has up to 100 letters, digits, - and _`;
      problems.push({ key: "msspName", what, remedy: "Shorten the name of the rule's file" });
    }
    for (const [texts, text, noun] of [
      [names, displayName, "name"],
      [titles, detectionAction.alertTemplate.title, "alert title"],
    ] as const) {
      const first = texts.get(text.toLowerCase());
      if (first === undefined) texts.set(text.toLowerCase(), rule.name);
      else {
        const what = `the rules ${first} and ${rule.name} have the same ${noun}, which the service refuses`;
        problems.push({ key: "detections.parameters", what, remedy: `Make the ${noun}s differ` });
      }
    }
    return problems;
  });
}

function endingSoon(
  deployed: readonly ComposedRule[],
  { except, actions, until, approvedBy }: CustomerDetections,
  today: string,
): readonly EndingSoon[] {
  const isSoon = (day: string) => day >= today && daysBetween(today, day) <= soon;
  const exceptions = except
    .filter((exception) => isSoon(exception.until))
    .map((exception) => ({ kind: "exception" as const, exception, daysLeft: daysBetween(today, exception.until) }));
  const used = actions.filter((action) => deployed.some((rule) => rule.actions.includes(action)));
  const ending: EndingSoon[] =
    until !== undefined && approvedBy !== undefined && used.length > 0 && isSoon(until)
      ? [{ kind: "actions", actions: used, until, daysLeft: daysBetween(today, until) }]
      : [];
  return [...exceptions, ...ending].sort((a, b) => a.daysLeft - b.daysLeft);
}

function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / dayMs);
}
