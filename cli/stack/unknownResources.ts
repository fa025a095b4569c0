/**
 * Resources of a state whose type no kind of access has: an extension's, or a later release's. Nothing
 * can tell what they give, so every command that reads a state names them.
 */
import { isWithoutObject, resourceKind } from "../../domain/kinds/kinds";
import { urnName } from "../../domain/urn";
import type { Deployment, StateResource } from "./deployment";

/** Names with type, each once, such as `"office" (acme:index:Office)`; also of interrupted creates. */
export function unknownResources({ resources, pending }: Pick<Deployment, "resources" | "pending">): readonly string[] {
  const all = [...resources, ...pending.map(({ resource }) => resource)];
  const isUnknown = (resource: StateResource): boolean =>
    !isWithoutObject(resource) && resourceKind(resource) === undefined;
  return [...new Set(all.filter(isUnknown).map(({ urn, type }) => `"${urnName(urn)}" (${type})`))];
}

/** One sentence or two; undefined where every type is known. */
export function unknownResourcesNote(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return (
    `The state has resources of unknown types: ${names.join(", ")}. ` +
    "What they give, and what they require, is not looked at."
  );
}
