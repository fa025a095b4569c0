import { automatedActionNames, type AutomatedActionName } from "../automatedActionForms";

/** The automated actions that a rule takes, in Graph's order; of a state or an answer of the service, too. */
export function ruleActionNames(rule: object): readonly AutomatedActionName[] {
  const { detectionAction } = rule as {
    detectionAction?: { automatedActions?: Record<string, unknown> | null } | null;
  };
  return automatedActionNames.filter((name) => {
    const actions = detectionAction?.automatedActions?.[name];
    return Array.isArray(actions) && actions.length > 0;
  });
}
