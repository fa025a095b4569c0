/** Shared by the stand-in plugins: schema, check of the configuration, error for unknown types. */
import type { Checked } from "../protocol/provider";
import { type Value, type ValueRecord, exposed, recordOf } from "../protocol/values";
import { problemsOf, reasonFor } from "./check";
import { isInput, type ResourceProperties, type ResourceProperty } from "./property";
import { withSecrets } from "./state";
import { urnName } from "../protocol/urn";

/** Properties of the engine that each provider resource may have. */
const engineKeys = ["version", "pluginDownloadURL"];

export interface PackageDescription {
  readonly name: string;
  readonly version: string;
  readonly configuration: ResourceProperties;
  /** Properties of each resource type, by token such as `azuread:index/group:Group`. */
  readonly resources: Readonly<Record<string, ResourceProperties>>;
  /** Arguments and results of each function, by token. */
  readonly functions: Readonly<Record<string, ResourceProperties>>;
}

/**
 * The package's schema, as the engine asks for it:
 * https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema/
 */
export function packageSchema({ name, version, configuration, resources, functions }: PackageDescription): object {
  return {
    name,
    version,
    config: { variables: typed(configuration) },
    provider: { inputProperties: typed(configuration) },
    resources: mapped(resources, (properties) => ({
      properties: typed(properties),
      inputProperties: typed(inputsOf(properties)),
    })),
    functions: mapped(functions, (properties) => ({
      inputs: { properties: typed(inputsOf(properties)) },
      outputs: { properties: typed(properties) },
    })),
  };
}

/**
 * Checks the arguments of a provider. `read` turns an argument as the SDK sends it into a value.
 */
export function checkedConfiguration(
  configuration: ResourceProperties,
  urn: string,
  inputs: ValueRecord,
  read: (property: ResourceProperty | undefined, value: Value) => Value = (_, value) => value,
): Checked {
  const given = recordOf(exposed(inputs));
  const own = Object.entries(given)
    .filter(([key]) => !engineKeys.includes(key))
    .map(([key, value]) => [key, read(configuration[key], value)] as const);
  const failures = problemsOf(configuration, Object.fromEntries(own), {}, () => "Invalid or unknown key").map(
    (problem) => ({
      property: "",
      reason: `could not validate provider configuration: ${reasonFor(problem, urnName(urn))}`,
    }),
  );
  return { inputs: withSecrets(configuration, given), failures };
}

export function unknownType(plugin: string, method: string, type: string, names: readonly string[]): Error {
  return new Error(
    `unrecognized resource type (${method}): ${type}. The sandbox's stand-in ${plugin} plugin has ` +
      `${names.join(", ")}. For another one use \`--plugins official\`.`,
  );
}

function typed(properties: ResourceProperties): object {
  return mapped(properties, ({ kind }) => schemaType(kind));
}

function inputsOf(properties: ResourceProperties): ResourceProperties {
  return Object.fromEntries(Object.entries(properties).filter(([, property]) => isInput(property)));
}

function mapped<T>(record: Readonly<Record<string, T>>, change: (value: T) => object): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function schemaType(kind: string): object {
  switch (kind) {
    case "boolean":
    case "integer":
      return { type: kind };
    case "string":
      return { type: "string" };
    case "map":
      return { type: "object", additionalProperties: { type: "string" } };
    case "list":
    case "set":
      return { type: "array", items: { type: "string" } };
    case "object":
      return { $ref: "pulumi.json#/Any" };
    default:
      return { type: "array", items: { $ref: "pulumi.json#/Any" } };
  }
}
