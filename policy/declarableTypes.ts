/**
 * What has been decided about each resource type that the installed provider SDKs can declare. `npm
 * run policy:types` keeps the list complete; a test fails while a type is undecided.
 */
import types from "./typeDecisions.json";

/**
 * - `judged`: a rule of this pack judges what the type gives, and to whom;
 * - `refused`: the type gives access, or changes who has it, and no rule judges it: no stack may
 *   have one;
 * - `others`: the type gives nobody access by itself: a stack may have one if `also` of
 *   `known-resource-types` names it.
 */
export const decisions = ["judged", "refused", "others", "undecided"] as const;
export type Decision = (typeof decisions)[number];

/**
 * Names of types, separated by spaces, by decision and by plugin; for azure-native by plugin and
 * module.
 */
export type DeclarableTypes = Readonly<Record<Decision, Readonly<Record<string, string>>>>;

/** The decision about a type of one of these plugins; undefined for a type of another plugin. */
export function decisionAbout(type: string): Decision | undefined {
  const [plugin = "", module = "", name = ""] = type.split(":");
  if (!["azuread", "azure-native", "random"].includes(plugin)) return undefined;
  const group = plugin === "azure-native" ? `${plugin}:${module}` : plugin;
  const listed: DeclarableTypes = types;
  return decisions.find((decision) => (listed[decision][group] ?? "").split(" ").includes(name)) ?? "undecided";
}
