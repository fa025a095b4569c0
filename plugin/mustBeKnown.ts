import type { PropertySchema } from "./schema";

/**
 * Whether a preview must know the value.
 *
 * Pulumi's word for that is `plain`. The SDK for Go compiles only if all properties of a type are
 * plain or none is. Where a type mixes them, none is, and the plugin keeps its own mark.
 */
export function mustBeKnown({ plain, language }: PropertySchema): boolean {
  return plain === true || language?.plugin.mustBeKnown === true;
}
