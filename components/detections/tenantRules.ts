import {
  automatedActionForms,
  dateOf,
  detectionRuleDifferences,
  graphCall,
  isDriftedInTenant,
  isEditedInTenant,
  listDetectionRules,
  readOffNote,
  parseStackMark,
  replacementReason,
  ruleActionNames,
  ServiceError,
  type AutomatedActionName,
  type CallContext,
  type DetectionApiVersion,
  type DetectionRuleObject,
  type DetectionRuleProperties,
  type FoundInTenant,
  type RuleDifference,
  type StackMark,
  type WrittenRule,
} from "@defender-mssp/microsoft";

/** The rules of a tenant by their IDs; undefined where this identity may not read them. */
export type TenantRules = ReadonlyMap<string, DetectionRuleObject> | undefined;

/** Lists the tenant's rules, the one call of a run. @throws ServiceError, EnvironmentError */
export async function tenantRules(
  tenantId: string,
  version: DetectionApiVersion,
  context: CallContext = {},
): Promise<TenantRules> {
  try {
    const rules = await listDetectionRules(await graphCall(tenantId, context), version);
    return new Map(rules.map((rule) => [rule.id, rule]));
  } catch (error) {
    if (error instanceof ServiceError && (error.status === 401 || error.status === 403)) return undefined;
    throw error;
  }
}

/** A rule as the stack's state has it. */
export type DeployedRule = DetectionRuleProperties & WrittenRule & { readonly managedBy: string };

/** What the tenant has of a rule that the stack has written. */
export interface RuleFinding {
  readonly found?: FoundInTenant;
  /** The rule in the tenant. */
  readonly live?: DetectionRuleObject;
  /** Differences of the repository's rule and the tenant's. */
  readonly differences: readonly RuleDifference[];
}

/**
 * @param overwriteEditsUntil last day of changes by others that are overwritten.
 * @param today UTC, such as `2026-12-01`
 */
export function findRule(
  wanted: DetectionRuleProperties,
  deployed: DeployedRule,
  rules: NonNullable<TenantRules>,
  overwriteEditsUntil: string | undefined,
  today: string,
): RuleFinding {
  const live = rules.get(wanted.id);
  if (live === undefined) return { found: "missing", differences: [] };
  const differences = detectionRuleDifferences(wanted, live);
  if (differences.length === 0) return { live, differences };
  if (isEditedInTenant(deployed, live)) {
    const editedOn = dateOf(new Date(live.lastModifiedDateTime ?? 0));
    if (overwriteEditsUntil === undefined || editedOn > overwriteEditsUntil) {
      return { found: "keptEdit", live, differences };
    }
    return { found: patchable(wanted, live, "overwrittenEdit"), live, differences };
  }
  const isOffNoMore = (readOffNote(live)?.until ?? today) < today;
  if (isOffNoMore || isDriftedInTenant(deployed, live))
    return { found: patchable(wanted, live, "drift"), live, differences };
  return { live, differences };
}

function patchable(
  wanted: DetectionRuleProperties,
  live: DetectionRuleObject,
  found: "overwrittenEdit" | "drift",
): FoundInTenant {
  return replacementReason(live, wanted) === undefined ? found : "irremovable";
}

/** A rule of the customer's with the ID, the name or the alert title of one of the repository. */
export interface RuleCollision {
  readonly wanted: DetectionRuleProperties;
  readonly live: DetectionRuleObject;
  readonly by: "ID" | "name" | "alert title";
}

/**
 * Rules that the service would refuse because another party's have the same ID, name or title. A rule with this
 * stack's mark is its own, also one that lists go on with after its deletion.
 */
export function ruleCollisions(
  wanted: readonly DetectionRuleProperties[],
  isDeployed: (id: string) => boolean,
  rules: NonNullable<TenantRules>,
  isOwn: (mark: StackMark) => boolean,
): readonly RuleCollision[] {
  const strangers = [...rules.values()].filter((rule) => {
    const mark = parseStackMark(rule.description);
    return !isDeployed(rule.id) && (mark === undefined || !isOwn(mark));
  });
  const byId = new Map(strangers.map((rule) => [rule.id, rule]));
  const byName = new Map(strangers.map((rule) => [rule.displayName.toLowerCase(), rule]));
  const byTitle = new Map(strangers.map((rule) => [titleOfRule(rule).toLowerCase(), rule]));
  return wanted.flatMap((rule): RuleCollision[] => {
    const title = rule.detectionAction.alertTemplate.title.toLowerCase();
    const found =
      collision("ID", byId.get(rule.id)) ??
      collision("name", byName.get(rule.displayName.toLowerCase())) ??
      collision("alert title", byTitle.get(title));
    return found === undefined ? [] : [{ wanted: rule, ...found }];
  });
}

function collision(by: RuleCollision["by"], live: DetectionRuleObject | undefined) {
  return live === undefined ? undefined : { by, live };
}

function titleOfRule(rule: DetectionRuleObject): string {
  const { alertTemplate } = (rule["detectionAction"] ?? {}) as { alertTemplate?: { title?: string } };
  return alertTemplate?.title ?? "";
}

/** Actions that a rule gets or that change, in Graph's order. */
export function changedActions(
  wanted: DetectionRuleProperties,
  before: DetectionRuleProperties | undefined,
): readonly AutomatedActionName[] {
  const actionsOf = (rule: DetectionRuleProperties | undefined, name: AutomatedActionName) =>
    JSON.stringify(rule?.detectionAction.automatedActions?.[name]);
  return ruleActionNames(wanted).filter((name) => actionsOf(wanted, name) !== actionsOf(before, name));
}

/** Such as `isolates devices (isolateDevices)`. */
export function actionsText(names: readonly AutomatedActionName[]): string {
  return names.map((name) => `${automatedActionForms[name].effect} (${name})`).join(", ");
}

/** Such as `displayName "A" → "B"`: from the repository to the tenant. */
export function differencesText(differences: readonly RuleDifference[]): string {
  const shown = differences.slice(0, mostDifferences).map(({ path, inRepository, inTenant }) => {
    return `${path} ${valueText(inRepository)} → ${valueText(inTenant)}`;
  });
  const rest = differences.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join("; ");
}

const mostDifferences = 5;
const longestValue = 60;

function valueText(value: unknown): string {
  if (value === undefined) return "none";
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
