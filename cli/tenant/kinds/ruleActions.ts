/** What a detection rule does by itself, for people. */
import { automatedActionForms, automatedActionNames, type AutomatedActionName } from "@defender-mssp/microsoft";

/** Such as `isolates devices`, in Graph's order. */
export function ruleActions(rule: Readonly<Record<string, unknown>>): readonly string[] {
  return ruleActionNames(rule).map((name) => automatedActionForms[name].effect);
}

/** Such as `isolateDevices`, in Graph's order. */
export function ruleActionNames(rule: Readonly<Record<string, unknown>>): readonly AutomatedActionName[] {
  const { automatedActions } = (rule["detectionAction"] ?? {}) as { automatedActions?: Record<string, unknown> | null };
  return automatedActionNames.filter((name) => {
    const actions = automatedActions?.[name];
    return Array.isArray(actions) && actions.length > 0;
  });
}
