/** One rule as one customer gets it: parameters, exceptions, approved actions, ID and mark. */
import {
  automatedActionNames,
  dateOf,
  ruleIdForm,
  turnedOff,
  withoutUndefined,
  type AlertTemplate,
  type AutomatedActionName,
  type AutomatedActions,
  type DetectionRuleProperties,
  type EntityMappings,
} from "@defender-mssp/microsoft";
import type { DetectionRuleFile } from "../ruleFile/detectionRuleFile";
import { filteredQuery } from "./filteredQuery";
import { queryWithParameters, textWithParameters, type RuleParameters } from "../ruleFile/ruleParameters";

/** What a customer's settings say about detections. */
export interface CustomerDetections {
  readonly except: readonly RuleException[];
  /** Rules whose changes by others in the tenant are overwritten, with the last day of the changes, UTC. */
  readonly overwrite?: readonly { readonly rule: string; readonly editedUntil: string }[];
  readonly parameters: RuleParameters;
  /** Automated actions that rules may take in this customer's tenant. */
  readonly actions: readonly AutomatedActionName[];
  readonly approvedBy?: string;
  /** Last day of the actions, UTC, such as `2027-03-31`. */
  readonly until?: string;
}

/** An exception of one customer from one rule. */
export interface RuleException {
  /** Name of the rule's file without its ending. */
  readonly rule: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day, UTC, such as `2027-03-31`. */
  readonly until: string;
  /** KQL condition of the rows that remain. */
  readonly filter?: string;
  /** The customer does not get the rule. */
  readonly off?: true;
  /** The customer has the rule, turned off. */
  readonly disabled?: true;
}

export interface ComposeOptions {
  readonly now: Date;
  /** The part of each ID before the rule's name; see `ruleIdPrefix`. */
  readonly idPrefix: string;
  /** The owner's mark at the end of each description. */
  readonly mark?: string;
}

export interface OmittedAction {
  readonly action: AutomatedActionName;
  /** `notApproved`: the customer's settings do not name the action. `ended`: `until` has passed. */
  readonly reason: "notApproved" | "ended";
}

/** An exception in a query, and where it stands. */
export interface AppliedException {
  readonly exception: RuleException;
  /** The operator before which the filter stands; undefined at the end. */
  readonly before?: string;
  /** Line of the filter in the composed query, from 1. */
  readonly line: number;
}

export interface ComposedRule {
  readonly outcome: "deployed";
  readonly rule: DetectionRuleFile;
  readonly properties: DetectionRuleProperties;
  /** `disabled`: created disabled, then enabled. `backfill`: created enabled. */
  readonly firstRun: "disabled" | "backfill";
  /** Actions of `properties`, in Graph's order. */
  readonly actions: readonly AutomatedActionName[];
  readonly omittedActions: readonly OmittedAction[];
  readonly exceptions: readonly AppliedException[];
  /** Exceptions that ended before today. They have no effect. */
  readonly endedExceptions: readonly RuleException[];
  /** Parameters without a value. The rule can't be deployed. */
  readonly missingParameters: readonly string[];
}

/** A rule that a customer's exception turns off. */
export interface OffRule {
  readonly outcome: "off";
  readonly rule: DetectionRuleFile;
  readonly exception: RuleException;
}

/** @returns the rule as the customer gets it, or the exception that turns it off. */
export function composeRule(
  rule: DetectionRuleFile,
  customer: CustomerDetections,
  { now, idPrefix, mark }: ComposeOptions,
): ComposedRule | OffRule {
  const today = dateOf(now);
  const own = customer.except.filter((exception) => exception.rule === rule.name);
  const current = own.filter(({ until }) => until >= today);
  const off = current.find((exception) => exception.off === true);
  if (off !== undefined) return { outcome: "off", rule, exception: off };
  const { content } = rule;
  const values = parameterValues(content.parameters ?? {}, customer.parameters);
  const text = (value: string) => textWithParameters(value, values.known).trim();
  const { queryText, exceptions } = withExceptions(
    plainQuery(queryWithParameters(content.queryText, values.known)),
    current,
  );
  const { kept, omitted } = approvedActions(content.automatedActions as AutomatedActions | undefined, customer, today);
  const { organizationalScope: scope, incidentConfiguration } = content;
  const properties: DetectionRuleProperties = withoutUndefined({
    id: ruleId(idPrefix, rule.name),
    displayName: text(content.displayName),
    description: markedDescription(content.description && text(content.description), mark),
    status: content.status,
    queryCondition: { queryText },
    schedule: withoutUndefined({ ...content.schedule }),
    detectionAction: withoutUndefined({
      alertTemplate: composedTemplate(content.alertTemplate, text),
      organizationalScope: scope && {
        scopeType: "deviceGroup" as const,
        deviceGroups: scope.deviceGroups.map(text),
      },
      incidentConfiguration,
      automatedActions: Object.keys(kept).length === 0 ? undefined : kept,
    }),
  });
  const disabled = current.find((exception) => exception.disabled === true);
  return {
    outcome: "deployed",
    rule,
    properties:
      disabled === undefined || properties.status === "disabled"
        ? properties
        : turnedOff(properties, { until: disabled.until, by: disabled.owner }),
    firstRun: content.firstRun ?? "disabled",
    actions: Object.keys(kept) as AutomatedActionName[],
    omittedActions: omitted,
    exceptions,
    endedExceptions: own.filter(({ until }) => until < today),
    missingParameters: values.missing,
  };
}

/** A rule's ID in the tenant. */
export function ruleId(idPrefix: string, name: string): string {
  return `${idPrefix}-${name}`;
}

/** The part of each ID before the rule's name: the MSSP's name in the characters that the service accepts. */
export function ruleIdPrefix(msspName: string): string {
  const words = msspName
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 30)
    .replace(/-+$/, "");
  return words === "" ? "mssp" : words;
}

/** Whether the service accepts the ID. */
export function isRuleId(id: string): boolean {
  return ruleIdForm.test(id);
}

/** The query with LF, without spaces at its end and without a last `;`, behind which nothing can stand. */
function plainQuery(queryText: string): string {
  return queryText.replaceAll(/\r\n?/g, "\n").replace(/[\s;]+$/, "");
}

function withExceptions(queryText: string, exceptions: readonly RuleException[]) {
  const applied: AppliedException[] = [];
  let composed = queryText;
  for (const exception of exceptions) {
    if (exception.filter === undefined) continue;
    const { queryText: next, before, offset } = filteredQuery(composed, exception.filter.trim());
    const line = composed.slice(0, offset).split("\n").length + 1;
    // A filter that stands above moves the others down by its line.
    for (const [index, other] of applied.entries()) {
      if (other.line >= line) applied[index] = { ...other, line: other.line + 1 };
    }
    applied.push(withoutUndefined({ exception, before, line }));
    composed = next;
  }
  return { queryText: composed, exceptions: applied };
}

function parameterValues(
  declared: NonNullable<DetectionRuleFile["content"]["parameters"]>,
  given: RuleParameters,
): { readonly known: RuleParameters; readonly missing: readonly string[] } {
  const entries = Object.entries(declared).map(([name, fallback]) => {
    return [name, (Object.hasOwn(given, name) ? given[name] : undefined) ?? fallback ?? undefined] as const;
  });
  const known = Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as RuleParameters;
  return { known, missing: entries.flatMap(([name, value]) => (value === undefined ? [name] : [])) };
}

function approvedActions(actions: AutomatedActions = {}, customer: CustomerDetections, today: string) {
  const named = automatedActionNames.filter((name) => (actions[name] ?? []).length > 0);
  const hasEnded = customer.until === undefined || customer.until < today || customer.approvedBy === undefined;
  const reasons = named.map((action): { action: AutomatedActionName; reason?: OmittedAction["reason"] } => {
    if (!customer.actions.includes(action)) return { action, reason: "notApproved" };
    return hasEnded ? { action, reason: "ended" } : { action };
  });
  return {
    kept: Object.fromEntries(
      reasons.flatMap(({ action, reason }) => (reason === undefined ? [[action, actions[action] ?? []]] : [])),
    ) as AutomatedActions,
    omitted: reasons.flatMap(({ action, reason }): OmittedAction[] =>
      reason === undefined ? [] : [{ action, reason }],
    ),
  };
}

function composedTemplate(
  template: DetectionRuleFile["content"]["alertTemplate"],
  text: (value: string) => string,
): AlertTemplate {
  const { title, description, recommendedActions, entityMappings, ...others } = template;
  const mapped = Object.entries(entityMappings as EntityMappings).filter(([, mappings]) => mappings.length > 0);
  return withoutUndefined({
    ...others,
    title: text(title),
    description: description && text(description),
    recommendedActions: recommendedActions && text(recommendedActions),
    entityMappings: Object.fromEntries(mapped),
  });
}

function markedDescription(description: string | undefined, mark: string | undefined): string | undefined {
  const parts = [description, mark && `[${mark}]`].filter((part) => part !== undefined && part !== "");
  return parts.length === 0 ? undefined : parts.join(" ");
}
