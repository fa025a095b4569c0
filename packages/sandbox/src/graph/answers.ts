/**
 * Answers in the shapes that several routes share: one entity, a list of entities, a list of
 * directory objects.
 */
import type { Json, StoredObject } from "../cloud/model";
import { entitySets, odataType, type EntitySetName } from "./entities";
import type { DirectoryEntry } from "./directory";
import { canonicalSelect, shape } from "./odata/shape";
import { jsonText, objectsIn, type JsonObject } from "./json";
import { page } from "./odata/page";
import type { Expansion } from "./odata/query";
import { unreadableRequest, unsupportedQuery } from "./graphErrors";
import { expanded } from "./expand";
import { context, created, ok, type RouteAnswer, type Call } from "./route";

/** One entity of a set. `name`: the set's name in `@odata.context`, if it differs. */
export function entity(
  call: Call,
  entitySet: EntitySetName,
  object: StoredObject,
  name: string = entitySet,
): RouteAnswer {
  const select = canonicalSelect(call.query.select, entitySet, call.version);
  const body = {
    ...userKeyOrder(entitySet, shape(entitySet, object, call.version, select)),
    ...expanded(call, entitySet, object),
  };
  return ok({ "@odata.context": context(call, `${name}${projection(call, select)}/$entity`), ...body });
}

/** The answer to a create: 201 with the object's location. */
export function createdEntity(
  call: Call,
  entitySet: EntitySetName,
  object: StoredObject,
  name: string = entitySet,
): RouteAnswer {
  const body = {
    "@odata.context": context(call, `${name}/$entity`),
    ...shape(entitySet, object, call.version),
  };
  return created(body, locationOf(call, entitySet, object.id));
}

/** The entities that the query asks for. */
export function list(
  call: Call,
  entitySet: EntitySetName,
  objects: Iterable<StoredObject>,
  name: string = entitySet,
): RouteAnswer {
  const select = canonicalSelect(call.query.select, entitySet, call.version);
  const { items, total, skipToken } = page([...objects], call.query, entitySet);
  return ok({
    "@odata.context": context(call, `${name}${projection(call, select)}`),
    ...counted(call, total, entitySets[entitySet].directoryObject),
    ...nextLink(call, skipToken),
    value: items.map((object) => ({
      ...userKeyOrder(entitySet, shape(entitySet, object, call.version, select)),
      ...expanded(call, entitySet, object),
    })),
  });
}

/**
 * Objects of types that derive from one, each with its `@odata.type`. Options name the properties of the base; without
 * `$select` each object has those of its own type.
 */
export function listDerived(
  call: Call,
  types: {
    readonly base: EntitySetName;
    readonly derived: readonly EntitySetName[];
    readonly objects: Iterable<StoredObject>;
    readonly name: string;
  },
): RouteAnswer {
  const byId = new Map([...types.objects].map((object) => [object.id, object]));
  const answer = list(call, types.base, byId.values(), types.name);
  if (call.query.select !== undefined) return answer;
  const value = objectsIn(answer.body?.["value"]).map((item) => {
    const object = byId.get(jsonText(item["id"]));
    const entitySet = types.derived.find((name) => odataType(name) === object?.["@odata.type"]);
    if (object === undefined || entitySet === undefined) throw new Error(`An object of ${types.base} has no type.`);
    return typed(call, { entitySet, object });
  });
  return ok({ ...answer.body, value });
}

const directoryTypes = (Object.keys(entitySets) as EntitySetName[]).filter((name) => entitySets[name].directoryObject);

/**
 * Objects of several types, each with its `@odata.type`. Filters may name the properties of
 * `typeOf`. A search may name those of any directory object, which is not verified; an object
 * without the property does not match.
 */
export function directoryObjects(
  call: Call,
  found: readonly DirectoryEntry[],
  typeOf: EntitySetName = "users",
): RouteAnswer {
  const { cast, query } = call;
  // The official plugin asks for one ID; the service refuses other filters.
  if (
    query.filter !== undefined &&
    !query.advanced &&
    (cast !== undefined || !/^\s*id eq '[^']*'\s*$/i.test(query.filter))
  )
    throw unsupportedQuery("The specified filter to the reference property query is currently not supported.");
  // microsoft-graph-docs 15275
  if (query.orderBy !== undefined && !query.advanced) throw unsupportedQuery();
  if (cast !== undefined) {
    const objects = found.filter(({ entitySet }) => entitySet === cast).map(({ object }) => object);
    return list(call, cast, objects);
  }
  const byObject = new Map(found.map(({ object, entitySet }) => [object, entitySet]));
  const { items, total, skipToken } = page([...byObject.keys()], call.query, typeOf, directoryTypes);
  return ok({
    "@odata.context": context(call, `directoryObjects${projection(call, call.query.select)}`),
    ...counted(call, total, true),
    ...nextLink(call, skipToken),
    value: items.map((object) => typed(call, { entitySet: byObject.get(object) ?? typeOf, object })),
  });
}

/** One object of a mixed set, with its type. */
export function directoryObject(call: Call, found: DirectoryEntry): RouteAnswer {
  return ok({ "@odata.context": context(call, "directoryObjects/$entity"), ...typed(call, found) });
}

/** An object with its `@odata.type`, its ID first, as in every list of directory objects. */
export function typed(call: Call, { entitySet, object }: DirectoryEntry, select = call.query.select): JsonObject {
  const known = select === undefined ? undefined : knownNames(select, entitySet, call);
  return { "@odata.type": odataType(entitySet), ...shape(entitySet, object, call.version, known) };
}

/** `Collection(Edm.String)`, as the membership actions answer. */
export function stringCollection(call: Call, values: readonly string[]): JsonObject {
  return { "@odata.context": context(call, "Collection(Edm.String)"), value: [...values] };
}

/** The `location` of a create. */
export function locationOf(call: Call, entitySet: EntitySetName, id: string): string {
  const { directoryService } = entitySets[entitySet];
  const tenant = `${call.origin}/v2/${call.tenant.id}`;
  return directoryService === undefined
    ? `${tenant}/${entitySet}/${id}`
    : `${tenant}/directoryObjects/${id}/${directoryService}`;
}

/**
 * `$select` on a mixed list may name properties of some types only: each object returns its own.
 */
function knownNames(select: readonly string[], entitySet: EntitySetName, call: Call): readonly string[] {
  return select.flatMap((name) => {
    try {
      return canonicalSelect([name], entitySet, call.version) ?? [];
    } catch {
      if (/^[A-Za-z]\w*$/.test(name)) return [];
      throw unreadableRequest(
        `Parsing OData Select and Expand failed: Term '${name}' is not valid in a $select or $expand expression.`,
      );
    }
  });
}

/** The service puts a user's ID last, except after a create and in lists of directory objects. */
function userKeyOrder(entitySet: EntitySetName, body: JsonObject): JsonObject {
  if (entitySet !== "users" || body["id"] === undefined) return body;
  const { id, ...rest } = body;
  return { ...rest, id };
}

function projection(call: Call, select: readonly string[] | undefined): string {
  const parts = [...(select ?? []), ...call.query.expand.map(expansion)];
  return parts.length === 0 ? "" : `(${parts.join(",")})`;
}

function expansion({ name, select, expand }: Expansion): string {
  return `${name}(${[...(select ?? []), ...expand.map(expansion)].join(",")})`;
}

/**
 * Only the directory's second index counts: without it `$count` is ignored for directory objects.
 */
function counted({ query }: Call, total: number, ofDirectoryObjects: boolean): Record<string, Json> {
  return query.count && (query.advanced || !ofDirectoryObjects) ? { "@odata.count": total } : {};
}

function nextLink(call: Call, skipToken: string | undefined): Record<string, Json> {
  if (skipToken === undefined) return {};
  const options = [...call.query.sent].filter(([name]) => name.toLowerCase() !== "$skiptoken");
  const query = [...options, ["$skiptoken", skipToken] as const]
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  return { "@odata.nextLink": `${call.origin}${call.path}?${query}` };
}
