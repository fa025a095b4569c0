/** Pulumi's URNs: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */

export interface Urn {
  readonly stack: string;
  readonly project: string;
  /** The types of the parents and of the resource, joined by `$`. */
  readonly qualifiedType: string;
  readonly type: string;
  /** Empty for a resource without a parent. */
  readonly parentType: string;
  /** May contain `::`. */
  readonly name: string;
}

/** Splits a URN. A missing part is empty. */
export function parseUrn(urn: string): Urn {
  const [stack = "", project = "", qualifiedType = "", ...name] = urn.split("::");
  return {
    stack: stack.replace(/^urn:pulumi:/, ""),
    project,
    qualifiedType,
    type: qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1),
    parentType: qualifiedType.split("$").at(-2) ?? "",
    name: name.join("::"),
  };
}

/** Whether a component of this type is among the resource's parents. */
export function isBelow(urn: string, component: string): boolean {
  return parseUrn(urn).qualifiedType.split("$").slice(0, -1).includes(component);
}

/** Returns the resource's name in the program. */
export function urnName(urn: string): string {
  return parseUrn(urn).name;
}

/** Returns the qualified type and the name, as messages show them; empty for what is no URN. */
export function typeAndName(urn: string): string {
  return urn.split("::").slice(2).join("::");
}
