/** The body of a PATCH, and what a PATCH can't do. */
import { recordOf } from "@defender-mssp/errors/json";
import type { DetectionRuleProperties } from "./detectionRuleProperties";
import { newShape } from "./newShape";
import { ruleBody } from "./ruleBody";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The body with which a rule becomes `target`. The service keeps every collection that a body leaves
 * out: those that the rule has and `target` has not are sent as `[]`, and texts as `""`. A key set to
 * null is answered with 400. `id` is never sent: it is answered with 400 as well.
 * @param current the rule as Graph returned it, or as the state has it.
 */
export function patchBody(current: object, target: DetectionRuleProperties): Fields {
  const { id: _unused, ...body } = ruleBody(target) as Fields & { readonly id: string };
  const { rule } = newShape(current as Fields);
  const action = fieldsAt(rule, "detectionAction");
  const template = fieldsAt(action, "alertTemplate");
  const bodyAction = fieldsAt(body, "detectionAction");
  const bodyTemplate = fieldsAt(bodyAction, "alertTemplate");
  const { incidentConfiguration, organizationalScope, automatedActions } = action;
  const detectionAction = {
    ...bodyAction,
    alertTemplate: {
      ...emptied(template, ["description", "recommendedActions"], ""),
      ...emptied(template, ["tactics"], []),
      ...(template["eventGroupingKind"] === "singleAlert" ? { eventGroupingKind: "alertPerEvent" } : {}),
      ...bodyTemplate,
      entityMappings: { ...emptySets(template["entityMappings"]), ...fieldsAt(bodyTemplate, "entityMappings") },
    },
    ...(isSet(organizationalScope) && bodyAction["organizationalScope"] === undefined
      ? { organizationalScope: { scopeType: "deviceGroup", deviceGroups: [] } }
      : {}),
    ...(isSet(incidentConfiguration) && bodyAction["incidentConfiguration"] === undefined
      ? { incidentConfiguration: { isExcludedFromIncidentCorrelation: false } }
      : {}),
    ...withSets({ ...emptySets(automatedActions), ...fieldsAt(bodyAction, "automatedActions") }),
  };
  return { ...emptied(rule, ["description"], ""), ...body, detectionAction };
}

/**
 * Why a PATCH can't turn one rule into the other; undefined if it can. No body removes a custom detail:
 * the rule is deleted and created again.
 */
export function replacementReason(current: object, target: DetectionRuleProperties): string | undefined {
  const { rule } = newShape(current as Fields);
  const details = Object.keys(fieldsAt(fieldsAt(fieldsAt(rule, "detectionAction"), "alertTemplate"), "customDetails"));
  const remaining = target.detectionAction.alertTemplate.customDetails ?? {};
  const gone = details.filter((name) => !name.includes("@odata.") && !Object.hasOwn(remaining, name));
  if (typeof rule["id"] === "string" && rule["id"] !== target.id)
    return `the ID changes from ${rule["id"]} to ${target.id}`;
  return gone.length === 0 ? undefined : `the custom details ${gone.join(", ")} are removed, which no update can do`;
}

function emptied(fields: Fields, keys: readonly string[], value: unknown): Fields {
  return Object.fromEntries(keys.filter((key) => isSet(fields[key])).map((key) => [key, value]));
}

/** Each collection that is not empty, as `[]`. */
function emptySets(sets: unknown): Fields {
  if (typeof sets !== "object" || sets === null) return {};
  const filled = Object.entries(sets).filter(
    ([key, items]) => !key.includes("@odata.") && Array.isArray(items) && items.length > 0,
  );
  return Object.fromEntries(filled.map(([key]) => [key, []]));
}

function withSets(automatedActions: Fields): Fields {
  return Object.keys(automatedActions).length === 0 ? {} : { automatedActions };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function fieldsAt(fields: Fields, key: string): Fields {
  return recordOf(fields[key]);
}
