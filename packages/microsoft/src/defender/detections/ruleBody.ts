import type { DetectionRuleProperties } from "./detectionRuleProperties";

/** The body of a POST: all that the rule has. The service demands the client's `id`. */
export function ruleBody({ id, ...properties }: DetectionRuleProperties): Readonly<Record<string, unknown>> {
  return { id, ...withoutEmpty(properties) };
}

/** Without keys whose value is null, undefined or an empty map: the service answers 400 to null. */
function withoutEmpty(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([key, inner]) => {
      if (inner === undefined || inner === null) return [];
      if (typeof inner !== "object" || Array.isArray(inner)) return [[key, inner]];
      const map = withoutEmpty(inner);
      return Object.keys(map).length === 0 ? [] : [[key, map]];
    }),
  );
}
