/** Routes of the emulated Graph: request and answer of their handlers. */
import type { Caller, Cloud, Json, Tenant } from "../cloud/model";
import type { EntitySetName, GraphVersion } from "./entities";
import { unreadableRequest } from "./graphErrors";
import type { PageSize, Query } from "./odata/query";
import type { JsonObject } from "./json";
import type { Access, RoutePermissions } from "./permissions";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

export interface Route {
  readonly method: Method;
  /**
   * Under `/v1.0` or `/beta`; `{name}` stands for one segment, an alternate key included, and `f(a='{name}')` for a call of
   * the function `f`.
   */
  readonly path: string;
  readonly versions: readonly GraphVersion[];
  readonly permissions: RoutePermissions;
  /** The number of items in a page of its list. Default: the directory's. */
  readonly pageSize?: PageSize;
  /**
   * Whether its list takes `$search`, and `/$count` at its end: queries of the directory's second index. Default: no.
   */
  readonly searchable?: boolean;
  /** Whether it takes `$deltatoken`. Default: no. */
  readonly tracksChanges?: boolean;
  /**
   * Lists directory objects of several types: a type at its end, such as
   * `/members/microsoft.graph.user`, selects one. `advanced`: in an advanced query only.
   */
  readonly castable?: "always" | "advanced";
  /** Whether the caller needs no permission for what the path names. */
  readonly needsNone?: (call: Pick<Call, "tenant" | "caller" | "parameters">) => boolean;
  /** Checks that take their time, before the answer. */
  readonly before?: (call: Call) => Promise<void>;
  readonly handle: (call: Call) => RouteAnswer;
}

/** One request, authenticated and read. */
export interface Call {
  readonly cloud: Cloud;
  readonly tenant: Tenant;
  readonly caller: Caller;
  /** `owned`: the token permits it only for objects that the calling application owns. */
  readonly access: Access;
  readonly version: GraphVersion;
  /** The origin of the request, without a trailing slash. */
  readonly origin: string;
  /** The type at the end of the path, for a `castable` route. */
  readonly cast: EntitySetName | undefined;
  /** Segments that the route's path names, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Json | undefined;
  readonly contentType: string | undefined;
  /** The requested path with the version, encoded. */
  readonly path: string;
}

export interface RouteAnswer {
  readonly status: number;
  readonly body?: JsonObject;
  readonly location?: string;
}

export const bothVersions: readonly GraphVersion[] = ["v1.0", "beta"];

/** A route of both versions, unless `options` names one. */
export function route(
  method: Method,
  path: string,
  permissions: Route["permissions"],
  handle: Route["handle"],
  options: Partial<Route> = {},
): Route {
  return { versions: bothVersions, method, path, permissions, handle, ...options };
}

export const noContent: RouteAnswer = { status: 204 };

/** The handler of a write that answers nothing. */
export function done(write: (call: Call) => void): Route["handle"] {
  return (call) => {
    write(call);
    call.cloud.changed();
    return noContent;
  };
}

export function ok(body: JsonObject): RouteAnswer {
  return { status: 200, body };
}

export function created(body: JsonObject, location?: string): RouteAnswer {
  return { status: 201, body, location };
}

/** An action's answer: 200, and `location` is the bare origin. */
export function actionResult(call: Call, body: JsonObject): RouteAnswer {
  return { status: 200, body, location: call.origin };
}

/** The segment that a route's path names `name`. */
export function parameter(call: Pick<Call, "parameters">, name: string): string {
  const value = call.parameters[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}.`);
  return value;
}

/** The body as a JSON object. Throws the service's 400 for any other body. */
export function callBody(call: Call): JsonObject {
  const { body } = call;
  if (body === undefined) throw unreadableRequest("Empty Payload. JSON content expected.");
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw unreadableRequest(
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    );
  }
  return body;
}

/** `@odata.context` of an answer, such as `https://…/v1.0/$metadata#applications/$entity`. */
export function context(call: Call, what: string): string {
  return `${call.origin}/${call.version}/$metadata#${what}`;
}
