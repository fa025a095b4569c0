import { componentTypes, dynamicTypes, pluginName, providerType } from "../../domain/resourceTypes";
import { problems, resourceRule } from "../rule";

export const typedDynamicResources = resourceRule<object>({
  name: "typed-dynamic-resources",
  severity: "high",
  level: "mandatory",
  why: "Every dynamic resource has a type token of its own, by which the rules find it, and no other type is made by a dynamic provider.",
  remedy: "Extend DynamicResource (components/dynamicResource.ts), and list the type in domain/resourceTypes.ts.",
  link: "https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/",
  parameters: {},
  types: "all",
  check: ({ type, providerType: madeBy }) =>
    problems(
      // The dynamic provider makes a resource of any token. A component has no provider of its own.
      madeBy === providerType("pulumi-nodejs") && !dynamicTypes.includes(type)
        ? `a dynamic provider makes it, and ${type} is not a type of dynamic resource of this program`
        : undefined,
      componentTypes.includes(type) &&
        ![undefined, providerType("pulumi-nodejs"), providerType(pluginName)].includes(madeBy)
        ? `it is no component, and ${type} is a component's type`
        : undefined,
      type.startsWith("pulumi-nodejs:") && !dynamicTypes.includes(type)
        ? `${type} is not a type of dynamic resource of this program`
        : undefined,
    ),
});
