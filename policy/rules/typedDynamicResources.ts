import { dynamicTypes } from "../../domain/resourceTypes";
import { problems, resourceRule } from "../rule";

export const typedDynamicResources = resourceRule<object>({
  name: "typed-dynamic-resources",
  severity: "medium",
  level: "mandatory",
  why: "Every dynamic resource has a type token of its own, by which the rules find it.",
  remedy: "Extend DynamicResource (components/dynamicResource.ts), and list the type in domain/resourceTypes.ts.",
  link: "https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/",
  parameters: {},
  types: "all",
  check: ({ type }) =>
    problems(
      type.startsWith("pulumi-nodejs:") && !dynamicTypes.includes(type)
        ? `${type} is not a type of dynamic resource of this program`
        : undefined,
    ),
});
