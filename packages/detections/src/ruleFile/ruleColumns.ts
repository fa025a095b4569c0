import type { DetectionRuleProperties } from "@defender-mssp/microsoft";
import { dynamicFields } from "./limitProblems";

/** Columns of the query's output that a rule names: entities, custom details, actions, and `{{…}}` in texts. */
export function ruleColumns({ detectionAction }: DetectionRuleProperties): readonly string[] {
  const { alertTemplate, automatedActions = {} } = detectionAction;
  const { title, description = "", customDetails = {}, entityMappings } = alertTemplate;
  const mapped = [...Object.values(entityMappings), ...Object.values(automatedActions)]
    .flat()
    .flatMap((mapping) =>
      Object.entries(mapping).flatMap(([key, value]) =>
        key.endsWith("Column") && typeof value === "string" ? [value] : [],
      ),
    );
  return [
    ...new Set([...mapped, ...Object.values(customDetails), ...dynamicFields(title), ...dynamicFields(description)]),
  ];
}
