/** URNs as the engine sends them: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */

/** Returns the resource's own type. */
export function urnType(urn: string): string {
  const [, , types = ""] = urn.split("::");
  return types.slice(types.lastIndexOf("$") + 1);
}

/** Returns the resource's name, which may contain `::`. */
export function urnName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
