/** Pages of a list: filtered, ordered, limited, with a link to the next page. */
import { createHash } from "node:crypto";
import type { StoredObject } from "../../cloud/model";
import { entitySets, type EntitySetName } from "../entities";
import { isIn } from "../entities/property";
import { EmulatedGraphError, unsupportedQuery } from "../graphErrors";
import { compileFilter } from "./filterMatch";
import { parseFilter } from "./filterSyntax";
import { compileSearch } from "./search";
import { resourceName } from "../validate";
import type { Query } from "./query";

export interface ODataPage<T> {
  items: T[];
  total: number;
  /** Where the next page starts; `undefined` on the last one. */
  skipToken: string | undefined;
}

/**
 * The objects that a query asks for. The filter may name the properties of `typeOf`, the search
 * those of `searched`.
 */
export function page<T extends StoredObject>(
  objects: readonly T[],
  query: Query,
  typeOf: EntitySetName,
  searched: readonly EntitySetName[] = [typeOf],
): ODataPage<T> {
  const matching = ordered(filtered(objects, query, { typeOf, searched }), query, typeOf);
  const start = query.skipToken === undefined ? 0 : positionAfter(matching, query.skipToken, query.list);
  const items = matching.slice(start, start + query.top);
  const last = items.at(-1);
  const more = start + query.top < matching.length;
  return {
    items,
    total: matching.length,
    skipToken: more && last !== undefined ? makeSkipToken(last.id, start + query.top, query.list) : undefined,
  };
}

function filtered<T extends StoredObject>(
  objects: readonly T[],
  query: Query,
  { typeOf, searched }: { readonly typeOf: EntitySetName; readonly searched: readonly EntitySetName[] },
): readonly T[] {
  if (query.filter === undefined && query.search === undefined) return objects;
  const { type, directoryObject } = entitySets[typeOf];
  const name = `microsoft.graph.${type}`;
  const propertiesOf = (entitySet: EntitySetName) =>
    Object.entries(entitySets[entitySet].properties).filter(([, one]) => isIn(one, query.version));
  const { version, computed } = query;
  const properties = { ...Object.fromEntries(propertiesOf(typeOf)), ...computed?.properties };
  const filteredType = { name, properties, version };
  const searchedType = { name, properties: Object.fromEntries(searched.flatMap(propertiesOf)) };
  const matches = [
    ...(query.filter === undefined
      ? []
      : [compileFilter(parseFilter(query.filter), filteredType, query.advanced || !directoryObject)]),
    ...(query.search === undefined ? [] : [compileSearch(query.search, searchedType)]),
  ];
  const whole = (object: T) => ({ ...object, ...computed?.values(object) });
  return objects.filter((object) => matches.every((match) => match(whole(object))));
}

/** The directory sorts by display name and principal name only, and not what a filter has found. */
function ordered<T extends StoredObject>(
  objects: readonly T[],
  { orderBy, filter, advanced }: Query,
  typeOf: EntitySetName,
): readonly T[] {
  if (orderBy === undefined) return objects;
  const { directoryObject, properties } = entitySets[typeOf];
  if (directoryObject && filter !== undefined && !advanced) {
    throw unsupportedQuery("Sorting not supported for current query.");
  }
  const sortable = directoryObject
    ? ["displayName", ...(typeOf === "users" ? ["userPrincipalName"] : [])]
    : Object.keys(properties);
  const property = sortable.find((name) => name.toLowerCase() === orderBy.property.toLowerCase());
  if (property === undefined)
    throw unsupportedQuery(`Unsupported sort property '${orderBy.property}' for '${resourceName(typeOf)}'.`);
  const direction = orderBy.descending ? -1 : 1;
  const text = (object: T): string => (typeof object[property] === "string" ? object[property] : "");
  return [...objects].sort((left, right) => direction * text(left).localeCompare(text(right), "en"));
}

/** Opaque to clients: the last ID of the page, its position in case that object is deleted, and the list as a hash. */
function makeSkipToken(lastId: string, position: number, list: string): string {
  return Buffer.from(JSON.stringify([lastId, position, hashOfList(list)])).toString("base64url");
}

function hashOfList(list: string): string {
  return createHash("sha256").update(list).digest("base64url").slice(0, 12);
}

function positionAfter(objects: readonly StoredObject[], skipToken: string, list: string): number {
  const [lastId, position] = readSkipToken(skipToken, list);
  const index = objects.findIndex(({ id }) => id === lastId);
  return index === -1 ? position : index + 1;
}

function readSkipToken(text: string, list: string): [string, number] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    const isToken = Array.isArray(value) && typeof value[0] === "string" && Number.isInteger(value[1]);
    if (isToken && value[2] === hashOfList(list)) return [value[0] as string, value[1] as number];
  } catch {
    // A foreign token: refused below.
  }
  throw expiredPageToken();
}

/** The directory knows no such place in a list. */
export function expiredPageToken(): EmulatedGraphError {
  return new EmulatedGraphError(
    400,
    "Directory_ExpiredPageToken",
    "The specified page token value has expired or is invalid and can no longer be included in your request.",
  );
}
