/**
 * What Graph's security routes share: token and permission, Graph's errors, query options. They
 * are not the directory's: `$skip` is allowed, and the 403 has a text of its own.
 */
import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { TokenRefused, type Caller, type Cloud, type Json } from "../cloud/model";
import { apiNames } from "../cloud/permissionUse";
import { errorBody, EmulatedGraphError, unreadableRequest } from "../graph/graphErrors";
import type { Filter } from "../graph/odata/filterSyntax";
import { mayUseDefender } from "./portalRoles";
import { ok, type RouteAnswer } from "../graph/route";

/** Checks token and permission, and sends what `make` returns with 200; errors are Graph's. */
export async function answer(
  cloud: Cloud,
  request: FastifyRequest,
  reply: FastifyReply,
  permissions: readonly string[],
  make: (caller: Caller) => object | Promise<object>,
): Promise<FastifyReply> {
  return answerRoute(cloud, request, reply, permissions, async (caller) =>
    ok((await make(caller)) as RouteAnswer["body"] & object),
  );
}

/** The same for answers with another status, or a location. */
export async function answerRoute(
  cloud: Cloud,
  request: FastifyRequest,
  reply: FastifyReply,
  permissions: readonly string[],
  make: (caller: Caller) => RouteAnswer | Promise<RouteAnswer>,
): Promise<FastifyReply> {
  const requestId = randomUUID();
  const clientRequestId = String(request.headers["client-request-id"] ?? requestId);
  reply.headers({ "request-id": requestId, "client-request-id": clientRequestId, "cache-control": "no-cache" });
  try {
    const { status, body, location } = await make(await permitted(cloud, request, permissions));
    reply.code(status);
    if (location !== undefined) reply.header("location", location);
    if (body === undefined) return await reply.send();
    reply.header("odata-version", "4.0");
    reply.type("application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8");
    return await reply.send(JSON.stringify(body));
  } catch (failure) {
    const error =
      failure instanceof TokenRefused
        ? new EmulatedGraphError(401, "InvalidAuthenticationToken", failure.message)
        : failure;
    if (!(error instanceof EmulatedGraphError)) throw failure;
    const body = errorBody(error, cloud.now(), requestId, clientRequestId);
    return await reply.code(error.status).headers(error.headers).send(body);
  }
}

/** By the scope first, then by the person's role: a route that no permission to read opens is a change. */
async function permitted(cloud: Cloud, request: FastifyRequest, permissions: readonly string[]): Promise<Caller> {
  const caller = await cloud.authenticate(request, "graph");
  const isPerson = caller.scopes.size > 0;
  const granted = isPerson ? caller.scopes : caller.roles;
  const enough = permissions.filter((name) => granted.has(name));
  if (enough.length === 0) {
    // The security API's own message, as in public issue threads.
    const kind = isPerson ? "scopes" : "roles";
    throw new EmulatedGraphError(
      403,
      "Forbidden",
      `Missing application ${kind}. API required ${kind}: ${permissions.join(",")}, application ${kind}: ${[...granted].join(",")}.`,
    );
  }
  const isChange = permissions.every((name) => name.includes(".ReadWrite"));
  if (isPerson && !mayUseDefender(cloud, caller.tenant, caller.objectId, isChange)) {
    // The text is the sandbox's own: no document shows the service's.
    throw new EmulatedGraphError(403, "Forbidden", "The user has no role in Defender that allows this.");
  }
  caller.passed.push({ api: apiNames.graph, enough });
  return caller;
}

/** The options of a query by their names in small letters. Throws Graph's 400 for any other. */
export function optionsOf(url: string, allowed: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.split("?")[1] ?? "")) {
    const option = name.toLowerCase();
    if (option.startsWith("$") && !allowed.includes(option)) {
      throw unreadableRequest(`The query parameter '${name}' is not supported.`);
    }
    options.set(option, value);
  }
  return options;
}

export function numberOf(
  options: Map<string, string>,
  name: string,
  smallest: number,
  largest: number,
): number | undefined {
  const text = options.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < smallest || value > largest) {
    throw unreadableRequest(`Invalid value '${text}' for ${name} query option found.`);
  }
  return value;
}

/** `from` is included, `until` excluded. */
export interface TimeBounds {
  readonly since: Date;
  readonly until: Date;
}

const always: TimeBounds = { since: new Date(0), until: new Date(8.64e15) };

/**
 * The bounds of a time that a filter implies; the filter itself decides what matches.
 */
export function timeBounds(filter: Filter, property: string): TimeBounds {
  if (filter.kind === "and") {
    const [left, right] = [timeBounds(filter.left, property), timeBounds(filter.right, property)];
    return { since: left.since > right.since ? left.since : right.since, until: earlier(left.until, right.until) };
  }
  if (filter.kind !== "comparison" || filter.path.join("/") !== property || filter.value.kind !== "bare") return always;
  const moment = Date.parse(filter.value.text);
  if (Number.isNaN(moment)) return always;
  // Whole milliseconds, one more on either side: the filter's time may be more precise.
  if (filter.operator === "ge" || filter.operator === "gt") return { ...always, since: new Date(moment - 1) };
  if (filter.operator === "le" || filter.operator === "lt") return { ...always, until: new Date(moment + 2) };
  return always;
}

export function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

/** Not `for … of`, which would end the generator. */
export function take<T>(items: Generator<T, void>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

export function countOf(items: Generator<unknown, void>): number {
  let found = 0;
  while (items.next().done !== true) found++;
  return found;
}

/**
 * Members after `unknownFutureValue` are sent only to clients that ask for them.
 * https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations
 */
export function includesUnknownMembers(request: FastifyRequest): boolean {
  const prefer = String(request.headers["prefer"] ?? "");
  return prefer.split(/[,;]/).some((one) => one.trim().toLowerCase() === "include-unknown-enum-members");
}

/** The request's JSON object. Throws Graph's 400 for anything else. */
export function requestBody(request: FastifyRequest): Record<string, Json> {
  const { body } = request;
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, Json>;
  throw unreadableRequest(
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );
}

/**
 * An invented moment as the service writes times, which it keeps in ticks of 100 ns. Every third has no more than
 * milliseconds, so that all lengths occur.
 */
export function withTicks(date: Date): string {
  const moment = date.getTime();
  const ticks = moment % 3 === 0 ? 0 : ((moment % 10_000) * 7919) % 10_000;
  return trimmedMoment(date.toISOString().replace("Z", `${String(ticks).padStart(4, "0")}Z`));
}

/** Without the zeros at a fraction's end, as the service writes every time. */
export function trimmedMoment(text: string): string {
  return text.replace(/\.(\d*?)0*Z$/, (_all, digits: string) => (digits === "" ? "Z" : `.${digits}Z`));
}
