/** How a family of Graph's entities lists its sets. */
import type { EntityProperties } from "./property";

/** What a link may point to. */
type LinkTarget = "users" | "servicePrincipals" | "groups" | "governancePolicyTemplates";

/** A collection of references to objects, kept as links under `<entity set>.<name>`. */
interface EntityLink<Target extends string> {
  /** Entity sets of the linked objects. */
  readonly targets: readonly Target[];
}

export interface EntitySet<Target extends string> {
  /** Graph's type without `microsoft.graph.`: its `@odata.type` is `#microsoft.graph.<type>`. */
  readonly type: string;
  readonly properties: EntityProperties;
  /**
   * Its objects are directory objects: part of mixed lists and `/directoryObjects`, and possible
   * link targets.
   */
  readonly directoryObject: boolean;
  /** Deleted objects are kept in `/directory/deletedItems` for 30 days. */
  readonly softDelete: boolean;
  readonly links: Readonly<Record<string, EntityLink<Target>>>;
  /** The path under `/v1.0` and `/beta`, if it differs from the entity set's name. */
  readonly path?: string;
  /** Another property that identifies one object, as in `/applications(appId='…')`. */
  readonly alternateKey?: string;
  /**
   * Last segment of the `location` header of a create, such as
   * `Microsoft.DirectoryServices.Application`.
   */
  readonly directoryService?: string;
}

type More = Partial<Omit<EntitySet<LinkTarget>, "type" | "properties" | "directoryObject">>;

export const anyPrincipal: EntityLink<LinkTarget> = { targets: ["users", "servicePrincipals", "groups"] };
export const userOrServicePrincipal: EntityLink<LinkTarget> = { targets: ["users", "servicePrincipals"] };

/** @param more its path alone, or all that it has besides */
export function plainSet(type: string, properties: EntityProperties, more?: More | string): EntitySet<LinkTarget> {
  const rest = typeof more === "string" ? { path: more } : more;
  return { type, properties, directoryObject: false, softDelete: false, links: {}, ...rest };
}

/** A set of directory objects. */
export function directorySet(type: string, properties: EntityProperties, more?: More): EntitySet<LinkTarget> {
  return { ...plainSet(type, properties, more), directoryObject: true };
}
