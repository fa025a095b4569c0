import { clockFrom, dateOf } from "@defender-mssp/microsoft";
import { dynamic } from "../../domain/resourceTypes";
import { problems, resourceRule, unknown, valueAt, type JudgedResource } from "../rule";
import type { PolicySettings } from "../policySettings";

export const detectionActions = resourceRule<object>({
  name: "detection-actions",
  severity: "critical",
  level: "mandatory",
  why:
    "A detection rule acts in the customer's estate by itself, on each row of its query. It takes an automated action " +
    "only where the customer's settings name the action, who approved it and until when.",
  remedy:
    "Set detections, and add the action to detections.actions with approvedBy and until; or remove it from the rule.",
  link: "https://learn.microsoft.com/defender-xdr/custom-detection-rules",
  parameters: {},
  types: [dynamic("DetectionRule")],
  check: (resource, { settings }) =>
    problems(
      settings !== undefined && settings.detections === undefined
        ? "the settings ask for no detection rules (detections)"
        : undefined,
      ...actionProblems(resource, settings),
    ),
});

function actionProblems({ properties }: JudgedResource, settings: PolicySettings | undefined): readonly string[] {
  const sets = valueAt(properties, "detectionAction", "automatedActions");
  if (sets === undefined || sets === null || sets === unknown) return [];
  const names = Object.entries(sets).flatMap(([name, actions]) =>
    Array.isArray(actions) && actions.length === 0 ? [] : [name],
  );
  if (names.length === 0) return [];
  const { actions = [], approvedBy, until = "" } = settings?.detections ?? {};
  if (approvedBy === undefined) return [`it takes ${names.join(", ")}, and the settings name nobody who approved that`];
  if (until < dateOf(clockFrom()())) return [`it takes ${names.join(", ")}, whose approval has ended on ${until}`];
  return names
    .filter((name) => !(actions as readonly string[]).includes(name))
    .map((name) => `it takes ${name}, which the settings do not name`);
}
