/**
 * docs/reference/plugin.md: the plugin's schema for people. The schema itself is made of the
 * components' TypeScript declarations.
 */
import { mustBeKnown } from "../../../plugin/mustBeKnown";
import type { FunctionSchema, PackageSchema, PropertySchema, ResourceSchema, TypeSchema } from "../../../plugin/schema";
import { pluginSchema } from "../pluginSchema";
import { wholePageNote } from "./wholePageNote";

const prefix = "defender-mssp:index:";

export function pluginPage(): string {
  const schema = JSON.parse(pluginSchema()) as PackageSchema;
  const resources = Object.entries(schema.resources);
  const components = resources.filter(([, { isComponent }]) => isComponent === true);
  const others = resources.filter(([, { isComponent }]) => isComponent !== true);
  return [
    "# Components and resources in other languages",
    "",
    "What the plugin in `plugin/` offers to programs in YAML and other languages: [how to use it](../other-programs.md). " +
      "The schema for tools is `plugin/schema.json`.",
    "",
    "_Plain_: the argument's value must be known in a preview; it cannot be an output of a new resource.",
    "",
    "## Components",
    "",
    ...components.flatMap(resourceSection),
    "## Resources",
    "",
    "They are declared by themselves, or by the components. Their credentials are those of the environment.",
    "",
    ...others.flatMap(resourceSection),
    "## Functions",
    "",
    ...Object.entries(schema.functions).flatMap(functionSection),
    "## Types",
    "",
    ...Object.entries(schema.types).flatMap(typeSection),
  ].join("\n");
}

/** The components, resources and functions with the first sentence of their description. */
export function pluginList(): string {
  const schema = JSON.parse(pluginSchema()) as PackageSchema;
  const resources = Object.entries(schema.resources);
  const isComponent = ([, resource]: [string, ResourceSchema]) => resource.isComponent === true;
  return [
    "# Components and resources in other languages",
    "",
    "What the plugin in `plugin/` offers to programs in YAML and other languages: [how to use it](../other-programs.md). " +
      "The schema for tools is `plugin/schema.json`. " +
      wholePageNote("plugin", "the arguments, outputs and types of each"),
    "",
    "## Components",
    "",
    ...resources.filter(isComponent).map(resourceLine),
    "",
    "## Resources",
    "",
    ...resources.filter((entry) => !isComponent(entry)).map(resourceLine),
    "",
    "## Functions",
    "",
    ...Object.entries(schema.functions).map(resourceLine),
    "",
  ].join("\n");
}

function resourceLine([token, { description }]: [string, Pick<ResourceSchema, "description">]): string {
  // A description may go on with a list.
  const [sentence = ""] = description
    .split(/:?\n(?:\n|- )/, 1)
    .join("")
    .replaceAll("\n", " ")
    .split(/(?<=\.)\s/);
  return `- \`${token.replace(":index", "")}\`: ${sentence}`;
}

function resourceSection([token, resource]: [string, ResourceSchema]): string[] {
  return [
    `### ${nameOf(token)}`,
    "",
    `\`${token.replace(":index", "")}\``,
    "",
    // A heading of a docstring is one below its class.
    resource.description.replace(/^## (.*)$/gm, "**$1**\n"),
    "",
    "**Arguments**",
    "",
    ...list(resource.inputProperties, resource.requiredInputs, "required"),
    "",
    "**Outputs**",
    "",
    ...list(resource.properties, resource.required, undefined),
    "",
  ];
}

function functionSection([token, { description, inputs, outputs }]: [string, FunctionSchema]): string[] {
  return [
    `### ${nameOf(token)}`,
    "",
    `\`${token.replace(":index", "")}\``,
    "",
    description.replace(/^## (.*)$/gm, "**$1**\n"),
    "",
    "**Arguments**",
    "",
    ...list(inputs.properties ?? {}, inputs.required ?? [], "required"),
    "",
    "**Result**",
    "",
    ...list(outputs.properties ?? {}, outputs.required ?? [], undefined),
    "",
  ];
}

function typeSection([token, type]: [string, TypeSchema]): string[] {
  const values = type.enum?.map(({ value }) => `\`${value}\``).join(", ");
  return [
    `### ${nameOf(token)}`,
    "",
    ...(values === undefined ? list(type.properties ?? {}, type.required ?? [], "required") : [`One of ${values}.`]),
    "",
  ];
}

function list(
  properties: Readonly<Record<string, PropertySchema>>,
  required: readonly string[],
  requiredWord: string | undefined,
): string[] {
  return Object.entries(properties).map(([name, property]) => {
    const marks = [
      typeText(property),
      ...(required.includes(name) && requiredWord !== undefined ? [requiredWord] : []),
      ...(mustBeKnown(property) ? ["plain"] : []),
      ...(property.secret === true ? ["secret"] : []),
    ];
    const description = (property.description ?? "")
      .split(/\n\n(?=Default: )/)
      .map((text) => text.replaceAll("\n", " "));
    // A list inside a description would end the item.
    const text = description.join(" ").replaceAll(" - ", "; ");
    return `- \`${name}\` (${marks.join(", ")})${text === "" ? "" : `: ${text}`}`;
  });
}

function typeText(type: TypeSchema): string {
  if (type.$ref === "pulumi.json#/Any") return "any value";
  if (type.$ref !== undefined) return linkTo(type.$ref);
  if (type.oneOf !== undefined) return type.oneOf.map(({ $ref }) => linkTo($ref)).join(" or ");
  if (type.items !== undefined) return `list of ${typeText(type.items)}`;
  if (type.additionalProperties !== undefined) return `map of ${typeText(type.additionalProperties)}`;
  return type.const === undefined ? (type.type ?? "object") : `\`${type.const}\``;
}

function linkTo($ref: string): string {
  const name = nameOf($ref.slice("#/types/".length));
  return `[${name}](#${name.toLowerCase()})`;
}

function nameOf(token: string): string {
  return token.slice(prefix.length);
}
