/** What a detection rule does by itself, for people. */
import { automatedActionForms, automatedActionNames } from "@defender-mssp/microsoft";

/** Such as `isolates devices`, in Graph's order. */
export function ruleActions(rule: Readonly<Record<string, unknown>>): readonly string[] {
  const { automatedActions } = (rule["detectionAction"] ?? {}) as { automatedActions?: Record<string, unknown> | null };
  return automatedActionNames
    .filter((name) => {
      const actions = automatedActions?.[name];
      return Array.isArray(actions) && actions.length > 0;
    })
    .map((name) => automatedActionForms[name].effect);
}
