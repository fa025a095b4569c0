/** The usual routes of an entity set, as one row says them. Only behaviour of its own is code. */
import { randomUUID } from "node:crypto";
import type { Json, StoredObject } from "../../cloud/model";
import { createdEntity, entity, list, listDerived, typed } from "../answers";
import { get } from "../directory";
import { entitySets, odataType, type EntitySetName, type GraphVersion } from "../entities";
import { notFound, unreadableRequest } from "../graphErrors";
import type { JsonObject } from "../json";
import { licensed, type LicensedFeature } from "../licences";
import { complete, update } from "../objects";
import type { RoutePermissions } from "../permissions";
import {
  bothVersions,
  callBody,
  context,
  created,
  noContent,
  ok,
  parameter,
  type Call,
  type Method,
  type Route,
  type RouteAnswer,
} from "../route";
import { checkCreate, checkUpdate } from "../validate";
import { subject } from "./referenceRoutes";

export interface EntityRow {
  readonly entitySet: EntitySetName;
  /** Default: that of the table of entity sets. */
  readonly path?: string;
  /** Its name in `@odata.context`. Default: the path. */
  readonly context?: string;
  readonly versions?: readonly GraphVersion[];
  readonly read: RoutePermissions;
  /** Default: `read`. */
  readonly write?: RoutePermissions;
  readonly pageSize?: Route["pageSize"];
  /** Default: as users, applications and service principals. */
  readonly searchable?: boolean;
  /** A create and an update need it. */
  readonly licence?: LicensedFeature;
  /** Without: the stored ones. */
  readonly objects?: (call: Call) => readonly StoredObject[];
  /** The caller can't see other objects. */
  readonly onlyListed?: boolean;
  /** The one object that the path itself names. */
  readonly single?: (call: Call) => StoredObject;
  /** The types of the objects, which a create names. */
  readonly derived?: readonly EntitySetName[];
  /** Prepares the body of a create, and of an update of `object`. */
  readonly body?: (call: Call, body: JsonObject, object?: StoredObject) => JsonObject;
  /** Values of a new object. Without: there is no POST. */
  readonly create?: (call: Call, values: JsonObject) => JsonObject;
  /** Changed values. Without: there is no PATCH. */
  readonly change?: (call: Call, values: JsonObject, object: StoredObject) => JsonObject;
  /** Refuses, or deletes what depends on it. Without: there is no DELETE. */
  readonly remove?: (call: Call, object: StoredObject) => void;
  /** A name that is no property of Graph's, which a new object keeps. */
  readonly keeps?: string;
  /** An update answers the object, not 204. */
  readonly answersChange?: boolean;
}

/** For a row whose object changes as the body says. */
export const asSent = (_call: Call, values: JsonObject): JsonObject => values;
/** For a row whose object is deleted, and nothing with it. */
export const alone = (): void => undefined;

/** The lists that take `$search`; a list of another type refuses it, as the OData layer does. */
const searchableSets: ReadonlySet<EntitySetName> = new Set(["applications", "servicePrincipals", "users"]);

export function entityRoutes(row: EntityRow): Route[] {
  const { entitySet, versions = bothVersions, read, write = read, pageSize } = row;
  const { single, create, change, remove, searchable = searchableSets.has(entitySet) } = row;
  const path = `/${rowPath(row)}`;
  const onePath = single === undefined ? `${path}/{id}` : path;
  const one = (call: Call) => single?.(call) ?? findOne(call, row);
  const route = (method: Method, at: string, handle: Route["handle"]): Route => {
    return { method, path: at, versions, permissions: method === "GET" ? read : write, handle };
  };
  const changing = [
    ...(create === undefined ? [] : [route("POST", path, (call) => add(call, row, create))]),
    ...(change === undefined ? [] : [route("PATCH", onePath, (call) => patch(call, row, one(call), change))]),
  ];
  const whole = { ...route("GET", path, (call) => all(call, row)), searchable, ...(pageSize && { pageSize }) };
  return [
    ...(single === undefined ? [whole] : []),
    route("GET", onePath, (call) => shown(call, row, one(call))),
    ...(row.licence === undefined ? changing : licensed(row.licence, changing)),
    ...(remove === undefined ? [] : [route("DELETE", onePath, (call) => removed(call, row, one(call), remove))]),
  ];
}

/** Lists and single objects alone. `list`: the permissions of the whole list. */
export function readingRoutes(entitySet: EntitySetName, read: RoutePermissions, list = read): Route[] {
  const [whole, ...single] = entityRoutes({ entitySet, read });
  return [{ ...whole, permissions: list } as Route, ...single];
}

/** Its path without a slash. */
function rowPath({ entitySet, path }: EntityRow): string {
  return path ?? entitySets[entitySet].path ?? entitySet;
}

function contextOf(row: EntityRow): string {
  return row.context ?? rowPath(row);
}

function findOne(call: Call, { entitySet, objects, onlyListed }: EntityRow): StoredObject {
  const object = objects?.(call).find(({ id }) => id.toLowerCase() === parameter(call, "id").toLowerCase());
  if (object === undefined && onlyListed === true) throw notFound(parameter(call, "id"));
  // The stored one, or the service's 404.
  return (
    object ?? (objects === undefined ? subject(call, entitySet) : get(call.tenant, entitySet, parameter(call, "id")))
  );
}

function all(call: Call, row: EntityRow): RouteAnswer {
  const { entitySet: base, derived, objects = stored(base) } = row;
  const name = contextOf(row);
  if (derived === undefined) return list(call, base, objects(call), name);
  const { type, rest } = castIn(call.query.filter ?? "", derived);
  if (type === undefined) return listDerived(call, { base, derived, objects: objects(call), name });
  const ofType = objects(call).filter((object) => object["@odata.type"] === odataType(type));
  const query = { ...call.query, filter: rest };
  return listDerived({ ...call, query }, { base: type, derived, objects: ofType, name });
}

/** A filter by a type, or by a property of one: the two forms of the page of named locations. */
function castIn(filter: string, derived: readonly EntitySetName[]) {
  const [, is, cast, rest] =
    /^\s*(?:isof\('microsoft\.graph\.(\w+)'\)|microsoft\.graph\.(\w+)\/(.+))\s*$/i.exec(filter) ?? [];
  return { type: derived.find((set) => entitySets[set].type === (is ?? cast)), rest };
}

const stored =
  (entitySet: EntitySetName) =>
  ({ tenant }: Call): readonly StoredObject[] => [...tenant.objects(entitySet).values()];

function shown(call: Call, row: EntityRow, object: StoredObject): RouteAnswer {
  return row.derived === undefined
    ? entity(call, row.entitySet, object, contextOf(row))
    : ok({ ...entityContext(call, row), ...typed(call, { entitySet: namedType(row, object), object }) });
}

function add(call: Call, row: EntityRow, create: Required<EntityRow>["create"]): RouteAnswer {
  const sent = row.body?.(call, callBody(call)) ?? callBody(call);
  const type = namedType(row, sent);
  const { values } = checkCreate(type, sent, call.version);
  const made: JsonObject & { id: string } = { id: randomUUID(), ...create(call, values) };
  const object = complete(type, made);
  if (row.keeps !== undefined) object[row.keeps] = made[row.keeps] ?? null;
  if (row.derived !== undefined) object["@odata.type"] = odataType(type);
  call.tenant.objects(row.entitySet).set(object.id, object);
  call.cloud.changed();
  if (row.derived === undefined) return createdEntity(call, row.entitySet, object, contextOf(row));
  const location = `${call.origin}/${call.version}/${rowPath(row)}/${object.id}`;
  return created({ ...entityContext(call, row), ...typed(call, { entitySet: type, object }) }, location);
}

function patch(call: Call, row: EntityRow, object: StoredObject, change: Required<EntityRow>["change"]): RouteAnswer {
  const type = namedType(row, object);
  const { values } = checkUpdate(
    type,
    row.body?.(call, callBody(call), object) ?? callBody(call),
    call.version,
    object,
  );
  update(type, object, change(call, values, object));
  if (row.single !== undefined) call.tenant.objects(row.entitySet).set(object.id, object);
  call.cloud.changed();
  return row.answersChange === true ? ok(shown(call, row, object).body ?? {}) : noContent;
}

function removed(call: Call, row: EntityRow, object: StoredObject, remove: Required<EntityRow>["remove"]): RouteAnswer {
  remove(call, object);
  call.tenant.objects(row.entitySet).delete(object.id);
  call.cloud.changed();
  return noContent;
}

function entityContext(call: Call, row: EntityRow): JsonObject {
  return { "@odata.context": context(call, `${contextOf(row)}/$entity`) };
}

/** "You must specify the @odata.type of the derived type"; the error's text is the sandbox's own. */
function namedType({ entitySet, derived }: EntityRow, object: Readonly<Record<string, Json>>): EntitySetName {
  if (derived === undefined) return entitySet;
  const type = derived.find((set) => object["@odata.type"] === odataType(set));
  if (type !== undefined) return type;
  const types = derived.map((set) => entitySets[set].type);
  throw unreadableRequest(`A ${entitySets[entitySet].type} has the @odata.type of ${types.join(" or ")}.`);
}
