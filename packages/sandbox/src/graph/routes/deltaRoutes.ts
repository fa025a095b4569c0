/**
 * Changes of a collection since a token: `GET /users/delta`. A round remembers, in memory, what it has shown of each
 * object; it ends with a token for the next one. `Prefer: return=minimal` is not emulated.
 * https://learn.microsoft.com/graph/delta-query-overview
 */
import { randomUUID } from "node:crypto";
import { dayMs } from "@defender-mssp/errors/time";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { truthOf } from "../../cloud/replicas";
import { findDirectoryObject, linked } from "../directory";
import { entitySets, isEntitySet, odataType, type EntitySetName } from "../entities";
import { EmulatedGraphError, unsupportedQuery } from "../graphErrors";
import { jsonText, type JsonObject } from "../json";
import { expiredPageToken } from "../odata/page";
import { refuseOptions } from "../odata/query";
import { canonicalSelect, shape } from "../odata/shape";
import { permissions, type RoutePermissions } from "../permissions";
import { context, ok, route, type Call, type Route, type RouteAnswer } from "../route";

/** Directory objects: seven days. */
const lifetime = 7 * dayMs;
/** Rounds of a tenant that are kept. */
const mostRounds = 50;

const collections: readonly (readonly [EntitySetName, RoutePermissions])[] = [
  ["users", permissions.readUsers],
  ["groups", permissions.listGroups],
  ["applications", permissions.listApplications],
  ["servicePrincipals", permissions.listServicePrincipals],
  ["oauth2PermissionGrants", permissions.readGrants],
];

export const deltaRoutes: readonly Route[] = collections.map(([entitySet, needed]) =>
  route("GET", `/${entitySet}/delta`, needed, (call) => delta(call, entitySet), { tracksChanges: true }),
);

/** What was shown of an object: its properties, and the IDs of its links. A deleted one that can be restored has none. */
interface State {
  readonly values: JsonObject;
  readonly links: Readonly<Record<string, readonly string[]>>;
}

interface Round {
  readonly at: number;
  readonly select: readonly string[] | undefined;
  readonly filter: string | undefined;
  readonly states: ReadonlyMap<string, State | "deleted">;
  /** All pages of the answer. */
  readonly items: readonly JsonObject[];
}

const rounds = new WeakMap<Tenant, Map<string, Round>>();

function delta(call: Call, entitySet: EntitySetName): RouteAnswer {
  const { query } = call;
  refuseOptions(query, ["$select", "$filter", "$deltatoken", "$skiptoken"]);
  const [, token = ""] = [...query.sent].find(([name]) => name.toLowerCase() === "$deltatoken") ?? [];
  if (query.skipToken !== undefined) {
    const { id, round, position } = findRound(call, entitySet, query.skipToken);
    return answer(call, entitySet, id, round, position);
  }
  const isLatest = token.toLowerCase() === "latest";
  const before = token === "" || isLatest ? undefined : findRound(call, entitySet, token).round;
  const [select, filter] = [query.select ?? before?.select, query.filter ?? before?.filter];
  const states = currentStates(call, entitySet, select, filteredIds(filter));
  const items = isLatest ? [] : changes(call, states, before?.states);
  const round = { at: call.cloud.now().getTime(), select, filter, states, items };
  const id = randomUUID();
  const kept = rounds.get(truthOf(call.tenant)) ?? new Map<string, Round>();
  rounds.set(truthOf(call.tenant), kept.set(id, round));
  for (const old of [...kept.keys()].slice(0, -mostRounds)) kept.delete(old);
  return answer(call, entitySet, id, round, 0);
}

function answer(call: Call, entitySet: EntitySetName, id: string, round: Round, position: number): RouteAnswer {
  const next = position + call.query.top;
  const isLast = next >= round.items.length;
  const token = Buffer.from(JSON.stringify([call.tenant.id, entitySet, id, next])).toString("base64url");
  const link = `${call.origin}${call.path}?${isLast ? "$deltatoken" : "$skiptoken"}=${token}`;
  return ok({
    "@odata.context": context(call, entitySet),
    [isLast ? "@odata.deltaLink" : "@odata.nextLink"]: link,
    value: round.items.slice(position, next),
  });
}

/** @throws EmulatedGraphError 400 for a token of another tenant or list, or a damaged one; 410 for one that is too old. */
function findRound({ cloud, tenant, origin, path }: Call, entitySet: EntitySetName, token: string) {
  const [tenantId, name, id, position] = parsed(token);
  if (tenantId !== tenant.id || name !== entitySet || !Number.isInteger(position)) throw expiredPageToken();
  const round = rounds.get(truthOf(tenant))?.get(String(id));
  if (round !== undefined && cloud.now().getTime() - round.at < lifetime)
    return { id: String(id), round, position: Number(position) };
  // The code is one of the page's; the text is the sandbox's own.
  throw new EmulatedGraphError(410, "syncStateNotFound", "The sync state is not found: start with a full one.", [], {
    location: `${origin}${path}?$deltatoken=`,
  });
}

function parsed(token: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** "The only supported $filter expression is for tracking changes on a specific object", of 50 at most. */
function filteredIds(filter: string | undefined): readonly string[] | undefined {
  if (filter === undefined) return undefined;
  const ids = filter.split(/ or /i).map((part) => /^\s*id eq '([^']*)'\s*$/i.exec(part)?.[1]?.toLowerCase());
  if (ids.length > 50 || ids.includes(undefined)) throw unsupportedQuery();
  return ids.flatMap((id) => id ?? []);
}

function currentStates(
  { tenant, version }: Call,
  entitySet: EntitySetName,
  select: readonly string[] | undefined,
  ids: readonly string[] | undefined,
): Map<string, State | "deleted"> {
  const linkNames = Object.keys(entitySets[entitySet].links);
  const links = linkNames.filter((link) => select?.includes(link) ?? link === "members");
  const own = select?.filter((name) => !linkNames.includes(name));
  const properties = canonicalSelect(own === undefined ? undefined : ["id", ...own], entitySet, version);
  const state = (object: StoredObject): State => ({
    values: shape(entitySet, object, version, properties),
    links: Object.fromEntries(links.map((link) => [link, linked(tenant, `${entitySet}.${link}`, object.id)])),
  });
  const deleted = [...tenant.deleted.values()].filter(({ collection }) => collection === entitySet);
  return new Map<string, State | "deleted">(
    [
      ...[...tenant.objects(entitySet).values()].map((object) => [object.id, state(object)] as const),
      ...deleted.map(({ object }) => [object.id, "deleted"] as const),
    ].filter(([id]) => ids?.includes(id) ?? true),
  );
}

function changes({ tenant }: Call, now: Round["states"], before: Round["states"] = new Map()): JsonObject[] {
  const removed = (id: string, reason: "changed" | "deleted"): JsonObject => ({ id, "@removed": { reason } });
  const gone = [...before.keys()].filter((id) => !now.has(id)).map((id) => removed(id, "deleted"));
  const shown = [...now].flatMap(([id, state]): JsonObject[] => {
    const old = before.get(id);
    if (state === "deleted") return old === undefined || old === "deleted" ? [] : [removed(id, "changed")];
    if (JSON.stringify(state) === JSON.stringify(old)) return [];
    const was: Partial<State> = typeof old === "object" ? old : {};
    // "If the property has never been set before it will not be included."
    const values = Object.entries(state.values).filter(
      ([name, value]) => value !== null || (was.values?.[name] ?? null) !== null,
    );
    const links = Object.entries(state.links).flatMap(([link, ids]) => {
      const linkedBefore = was.links?.[link] ?? [];
      const added = ids.filter((target) => !linkedBefore.includes(target)).map((target) => typedId(tenant, target));
      const lost = linkedBefore.filter((target) => !ids.includes(target));
      const all = [
        ...added,
        ...lost.map((target) => ({ ...typedId(tenant, target), "@removed": { reason: "deleted" } })),
      ];
      return all.length === 0 ? [] : [[`${link}@delta`, all] as const];
    });
    return [Object.fromEntries<Json>([...values, ...links])];
  });
  return [...shown, ...gone];
}

function typedId(tenant: Tenant, id: string): JsonObject {
  const name = findDirectoryObject(tenant, id)?.entitySet ?? jsonText(tenant.deleted.get(id)?.collection);
  return { "@odata.type": isEntitySet(name) ? odataType(name) : "#microsoft.graph.directoryObject", id };
}
