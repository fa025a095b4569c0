/**
 * Graph's security alerts: `GET /v1.0/security/alerts_v2` and `/{id}`, PATCH, and comments.
 * https://learn.microsoft.com/graph/api/security-list-alerts_v2: `$filter` on eight properties,
 * `$top`, `$skip`, `$count`.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { SecurityAlert } from "@defender-mssp/microsoft";
import type { Caller, Cloud, Json, Tenant } from "../cloud/model";
import { dateTime, each, string } from "../graph/entities/property";
import { graphOrigin } from "../graph/batch";
import { notFound, unreadableRequest } from "../graph/graphErrors";
import { compileFilter } from "../graph/odata/filterMatch";
import { parseFilter } from "../graph/odata/filterSyntax";
import { storeComment, storePatch, withChanges } from "./changes";
import { createdAt, customAlertById, customAlerts } from "./customDetections/customAlerts";
import { runDueRules } from "./customDetections/runDueRules";
import { isListed, isShown, withoutUnknownMembers } from "./alertOrigins";
import { detectionById, latestDetections, securityAlert, type Detection } from "./detections";
import {
  answer,
  requestBody,
  countOf,
  earlier,
  includesUnknownMembers,
  numberOf,
  optionsOf,
  take,
  timeBounds,
} from "./securityApi";

const listPath = "/v1.0/security/alerts_v2";

/** Each of these allows it, as an application or delegated permission. */
export const readAlertPermissions = ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"];
const writePermissions = ["SecurityAlert.ReadWrite.All"];

/** The properties that `$filter` takes. */
const filterable = {
  name: "microsoft.graph.security.alert",
  properties: {
    ...each(string(), "assignedTo", "classification", "determination"),
    ...each(dateTime(), "createdDateTime", "lastUpdateDateTime"),
    ...each(string(), "severity", "serviceSource", "status"),
  },
};

const defaultPageSize = 100;
const largestPage = 2000;

interface ById {
  Params: { id: string };
}

export function securityAlertRoutes(app: FastifyInstance, cloud: Cloud): void {
  const one = (caller: Caller, request: FastifyRequest<ById>) => ({
    "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#security/alerts_v2/$entity`,
    ...shownAlert(alertOf(cloud, caller, request.params.id), request),
  });
  app.get(listPath, (request, reply) =>
    answer(cloud, request, reply, readAlertPermissions, (caller) => list(cloud, caller, request)),
  );
  app.get<ById>(`${listPath}/:id`, (request, reply) =>
    answer(cloud, request, reply, readAlertPermissions, (caller) => one(caller, request)),
  );
  app.patch<ById>(`${listPath}/:id`, (request, reply) =>
    answer(cloud, request, reply, writePermissions, (caller) => {
      const { id } = alertOf(cloud, caller, request.params.id);
      storePatch(cloud, caller, "alerts_v2", id, requestBody(request));
      return one(caller, request);
    }),
  );
  // https://learn.microsoft.com/graph/api/security-alert-post-comments
  app.post<ById>(`${listPath}/:id/comments`, (request, reply) =>
    answer(cloud, request, reply, writePermissions, (caller) => {
      const alert = alertOf(cloud, caller, request.params.id);
      return {
        "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#security/alerts_v2('${alert.id}')/comments`,
        value: storeComment(cloud, caller, "alerts_v2", alert, requestBody(request)),
      };
    }),
  );
}

/** A detection as an alert, as clients have left it. */
export function alertOfDetection(tenant: Tenant, detection: Detection): SecurityAlert {
  const alert = securityAlert(detection);
  const changed = withChanges(tenant, "alerts_v2", alert);
  const [own, update] = [alert.lastUpdateDateTime ?? "", changed.lastUpdateDateTime ?? ""];
  return { ...changed, lastUpdateDateTime: Date.parse(own) > Date.parse(update) ? own : update };
}

/** The alert as this client gets it. */
export function shownAlert(alert: SecurityAlert, request: FastifyRequest): SecurityAlert {
  return includesUnknownMembers(request) ? alert : withoutUnknownMembers(alert);
}

function alertOf(cloud: Cloud, { tenant }: Caller, id: string): SecurityAlert {
  const custom = customAlertById(tenant, id);
  if (custom !== undefined) return custom;
  const detection = detectionById(tenant, id, cloud.now(), cloud.detectionInterval);
  if (detection === undefined || !isShown(detection, cloud.now())) throw notFound(id);
  return alertOfDetection(tenant, detection);
}

/**
 * Newest first. The link to the next page has the time of the first page, so that new alerts shift
 * nothing, and the last alert shown.
 */
async function list(cloud: Cloud, caller: Caller, request: FastifyRequest): Promise<object> {
  const options = optionsOf(request.url, ["$filter", "$top", "$skip", "$count", "$skiptoken"]);
  await runDueRules(cloud, caller.tenant);
  const { at, before } = positionOf(options, cloud.now());
  const top = numberOf(options, "$top", 1, largestPage) ?? defaultPageSize;
  const filter = filterOf(options.get("$filter"));
  const matching = (until: Date) => {
    const detections = latestDetections(caller.tenant, filter.since, until, at, cloud.detectionInterval);
    const custom = customAlerts(caller.tenant, filter.since, until).filter((alert) => createdAt(alert) <= at);
    return newestFirst(matchingAlerts(caller.tenant, detections, at, filter.matches), custom.filter(filter.matches));
  };
  const until = earlier(at, filter.until);
  const from = matching(before ?? until);
  if (before === undefined) take(from, numberOf(options, "$skip", 0, Number.MAX_SAFE_INTEGER) ?? 0);
  const page = take(from, top);
  const last = page.at(-1);
  const more = last !== undefined && from.next().done !== true;
  return {
    "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#security/alerts_v2`,
    ...(options.get("$count") === "true" ? { "@odata.count": countOf(matching(until)) } : {}),
    ...(more ? { "@odata.nextLink": nextLink(cloud, request, options, at, new Date(last.createdDateTime ?? at)) } : {}),
    value: page.map((alert) => shownAlert(alert, request)),
  };
}

function* matchingAlerts(
  tenant: Tenant,
  detections: Iterable<Detection>,
  at: Date,
  matches: (alert: SecurityAlert) => boolean,
): Generator<SecurityAlert, void> {
  for (const detection of detections) {
    if (!isListed(detection, at)) continue;
    const alert = alertOfDetection(tenant, detection);
    if (matches(alert)) yield alert;
  }
}

/** Joins two sequences of which each has the newest first. */
function* newestFirst(
  alerts: Iterable<SecurityAlert>,
  custom: readonly SecurityAlert[],
): Generator<SecurityAlert, void> {
  let next = 0;
  for (const alert of alerts) {
    for (let newer = custom[next]; newer !== undefined && createdAt(newer) > createdAt(alert); newer = custom[++next]) {
      yield newer;
    }
    yield alert;
  }
  yield* custom.slice(next);
}

interface AlertFilter {
  /** All that can match were created from here (included) … */
  since: Date;
  /** … until here (excluded). */
  until: Date;
  matches: (alert: SecurityAlert) => boolean;
}

function filterOf(text: string | undefined): AlertFilter {
  if (text === undefined) return { since: new Date(0), until: new Date(8.64e15), matches: () => true };
  const filter = parseFilter(text);
  const test = compileFilter(filter, filterable, true);
  return { ...timeBounds(filter, "createdDateTime"), matches: (alert) => test(alert as unknown as Json) };
}

function positionOf(options: Map<string, string>, now: Date): { at: Date; before: Date | undefined } {
  const token = options.get("$skiptoken");
  if (token === undefined) return { at: now, before: undefined };
  const [, at, before] = /^(\d{1,15})\.(\d{1,15})$/.exec(token) ?? [];
  if (at === undefined || before === undefined) throw unreadableRequest("Invalid $skiptoken.");
  return { at: new Date(Number(at)), before: new Date(Number(before)) };
}

function nextLink(cloud: Cloud, request: FastifyRequest, options: Map<string, string>, at: Date, before: Date): string {
  const next = new URLSearchParams([...options].filter(([name]) => name !== "$skip" && name !== "$skiptoken"));
  next.set("$skiptoken", `${at.getTime()}.${before.getTime()}`);
  return `${graphOrigin(cloud, request)}${listPath}?${next.toString()}`;
}
