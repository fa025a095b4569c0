import { dynamicTypes } from "../resourceTypes";
import { problems, resourceRule } from "../rule";

export const typedDynamicResources = resourceRule<object>({
  name: "typed-dynamic-resources",
  severity: "medium",
  level: "mandatory",
  why: "Every dynamic resource has the token of its own type: rules find a resource by it, and one without would pass them all.",
  remedy: "Extend DynamicResource (components/dynamicResource.ts), and list the type in policy/resourceTypes.ts.",
  link: "https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/",
  parameters: {},
  types: "all",
  check: ({ type }) =>
    problems(
      type.startsWith("pulumi-nodejs:") && !dynamicTypes.includes(type)
        ? `${type} is no type of a dynamic resource of this program`
        : undefined,
    ),
});
