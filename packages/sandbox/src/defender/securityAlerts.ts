/**
 * Graph's security alerts: `GET /v1.0/security/alerts_v2` and `/{id}`.
 * https://learn.microsoft.com/graph/api/security-list-alerts_v2: `$filter` on eight properties,
 * `$top`, `$skip`, `$count`.
 */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { SecurityAlert } from "@defender-mssp/microsoft";
import { TokenRefused, type Caller, type Cloud, type Json } from "../cloud/model";
import { apiNames } from "../cloud/permissionUse";
import { dateTime, string } from "../graph/entities/property";
import { errorBody, GraphError, notFound, unreadableRequest } from "../graph/errors";
import { compileFilter } from "../graph/odata/filterMatch";
import { parseFilter, type Filter } from "../graph/odata/filterSyntax";
import { detectionById, latestDetections, securityAlert, type Detection } from "./detections";

const listPath = "/v1.0/security/alerts_v2";

/** Each of these allows reading alerts, as an application or delegated permission. */
const permissions = ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"];

/** The properties that `$filter` takes. */
const filterable = {
  name: "microsoft.graph.security.alert",
  properties: {
    assignedTo: string(),
    classification: string(),
    determination: string(),
    createdDateTime: dateTime(),
    lastUpdateDateTime: dateTime(),
    severity: string(),
    serviceSource: string(),
    status: string(),
  },
};

const defaultPageSize = 100;
const largestPage = 2000;

export function securityAlertRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get(listPath, (request, reply) => answer(cloud, request, reply, (caller) => list(cloud, caller, request)));
  app.get<{ Params: { id: string } }>(`${listPath}/:id`, (request, reply) =>
    answer(cloud, request, reply, (caller) => {
      const detection = detectionById(caller.tenant, request.params.id, cloud.now(), cloud.detectionInterval);
      if (detection === undefined) throw notFound(request.params.id);
      return {
        "@odata.context": `${originOf(request)}/v1.0/$metadata#security/alerts_v2/$entity`,
        ...securityAlert(detection),
      };
    }),
  );
}

/** Checks token and permission; errors are Graph's. */
async function answer(
  cloud: Cloud,
  request: FastifyRequest,
  reply: FastifyReply,
  make: (caller: Caller) => object,
): Promise<FastifyReply> {
  const requestId = randomUUID();
  const clientRequestId = String(request.headers["client-request-id"] ?? requestId);
  reply.headers({ "request-id": requestId, "client-request-id": clientRequestId, "cache-control": "no-cache" });
  try {
    const body = make(await reader(cloud, request));
    reply.header("odata-version", "4.0");
    reply.type("application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8");
    return await reply.send(JSON.stringify(body));
  } catch (failure) {
    const error =
      failure instanceof TokenRefused ? new GraphError(401, "InvalidAuthenticationToken", failure.message) : failure;
    if (!(error instanceof GraphError)) throw failure;
    return await reply.code(error.status).send(errorBody(error, cloud.now(), requestId, clientRequestId));
  }
}

async function reader(cloud: Cloud, request: FastifyRequest): Promise<Caller> {
  const caller = await cloud.authenticate(request, "graph");
  const granted = caller.scopes.size > 0 ? caller.scopes : caller.roles;
  const enough = permissions.filter((name) => granted.has(name));
  if (enough.length > 0) {
    caller.passed.push({ api: apiNames.graph, enough });
    return caller;
  }
  // The security API's own message, as in public issue threads.
  const kind = caller.scopes.size > 0 ? "scopes" : "roles";
  throw new GraphError(
    403,
    "Forbidden",
    `Missing application ${kind}. API required ${kind}: ${permissions.join(",")}, application ${kind}: ${[...granted].join(",")}.`,
  );
}

/**
 * Newest first. The link to the next page has the time of the first page, so that new alerts shift
 * nothing, and the last alert shown.
 */
function list(cloud: Cloud, caller: Caller, request: FastifyRequest): object {
  const options = optionsOf(request.url);
  const { at, before } = positionOf(options, cloud.now());
  const top = numberOf(options, "$top", 1, largestPage) ?? defaultPageSize;
  const filter = filterOf(options.get("$filter"));
  const matching = (until: Date) =>
    matchingAlerts(latestDetections(caller.tenant, filter.since, until, at, cloud.detectionInterval), filter.matches);
  const until = earlier(at, filter.until);
  const from = matching(before ?? until);
  if (before === undefined) take(from, numberOf(options, "$skip", 0, Number.MAX_SAFE_INTEGER) ?? 0);
  const page = take(from, top);
  const last = page.at(-1);
  const more = last !== undefined && from.next().done !== true;
  return {
    "@odata.context": `${originOf(request)}/v1.0/$metadata#security/alerts_v2`,
    ...(options.get("$count") === "true" ? { "@odata.count": count(matching(until)) } : {}),
    ...(more ? { "@odata.nextLink": nextLink(request, options, at, new Date(last.createdDateTime ?? at)) } : {}),
    value: page,
  };
}

function* matchingAlerts(
  detections: Iterable<Detection>,
  matches: (alert: SecurityAlert) => boolean,
): Generator<SecurityAlert, void> {
  for (const detection of detections) {
    const alert = securityAlert(detection);
    if (matches(alert)) yield alert;
  }
}

/** Not `for … of`, which would end the generator. */
function take(alerts: Generator<SecurityAlert, void>, most: number): SecurityAlert[] {
  const taken: SecurityAlert[] = [];
  while (taken.length < most) {
    const next = alerts.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

function count(alerts: Generator<SecurityAlert, void>): number {
  let found = 0;
  while (alerts.next().done !== true) found++;
  return found;
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function optionsOf(url: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.split("?")[1] ?? "")) {
    const option = name.toLowerCase();
    if (option.startsWith("$") && !["$filter", "$top", "$skip", "$count", "$skiptoken"].includes(option)) {
      throw unreadableRequest(`The query parameter '${name}' is not supported.`);
    }
    options.set(option, value);
  }
  return options;
}

interface AlertFilter {
  /** All that can match were created from here (included) … */
  since: Date;
  /** … until here (excluded). */
  until: Date;
  matches: (alert: SecurityAlert) => boolean;
}

const always = { since: new Date(0), until: new Date(8.64e15) };

function filterOf(text: string | undefined): AlertFilter {
  if (text === undefined) return { ...always, matches: () => true };
  const filter = parseFilter(text);
  const test = compileFilter(filter, filterable, true);
  return { ...createdBetween(filter), matches: (alert) => test(alert as unknown as Json) };
}

/**
 * The bounds of `createdDateTime` that a filter implies; the filter itself decides whether an alert
 * matches.
 */
function createdBetween(filter: Filter): { since: Date; until: Date } {
  if (filter.kind === "and") {
    const [left, right] = [createdBetween(filter.left), createdBetween(filter.right)];
    return { since: left.since > right.since ? left.since : right.since, until: earlier(left.until, right.until) };
  }
  if (filter.kind !== "comparison" || filter.path.join("/") !== "createdDateTime" || filter.value.kind !== "bare")
    return always;
  const moment = Date.parse(filter.value.text);
  if (Number.isNaN(moment)) return always;
  // Whole milliseconds, one more on either side: the filter's time may be more precise.
  if (filter.operator === "ge" || filter.operator === "gt") return { ...always, since: new Date(moment - 1) };
  if (filter.operator === "le" || filter.operator === "lt") return { ...always, until: new Date(moment + 2) };
  return always;
}

function numberOf(options: Map<string, string>, name: string, smallest: number, largest: number): number | undefined {
  const text = options.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < smallest || value > largest) {
    throw unreadableRequest(`Invalid value '${text}' for ${name} query option found.`);
  }
  return value;
}

function positionOf(options: Map<string, string>, now: Date): { at: Date; before: Date | undefined } {
  const token = options.get("$skiptoken");
  if (token === undefined) return { at: now, before: undefined };
  const [, at, before] = /^(\d{1,15})\.(\d{1,15})$/.exec(token) ?? [];
  if (at === undefined || before === undefined) throw unreadableRequest("Invalid $skiptoken.");
  return { at: new Date(Number(at)), before: new Date(Number(before)) };
}

function nextLink(request: FastifyRequest, options: Map<string, string>, at: Date, before: Date): string {
  const next = new URLSearchParams([...options].filter(([name]) => name !== "$skip" && name !== "$skiptoken"));
  next.set("$skiptoken", `${at.getTime()}.${before.getTime()}`);
  return `${originOf(request)}${listPath}?${next.toString()}`;
}

function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
