import { isProgramType } from "../resourceTypes";
import { stackRule } from "../rule";

export const knownResourceTypes = stackRule<{ also: readonly string[] }>({
  name: "known-resource-types",
  severity: "high",
  level: "mandatory",
  why: "A stack makes what this program is for, and nothing else: a type that no rule knows is a way around the rules.",
  remedy:
    "Take the resource out; a new type of the program's own goes into policy/resourceTypes.ts, with rules for it.",
  link: "https://learn.microsoft.com/entra/identity-platform/secure-least-privileged-access",
  parameters: {
    also: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Tokens of types that stacks may have besides the program's.",
    },
  },
  checkStack: (resources, { parameters: { also } }) =>
    resources
      .filter(({ type }) => !isProgramType(type) && !also.includes(type))
      .map((resource) => ({ problem: `${resource.type} is no type of this program`, resource })),
});
