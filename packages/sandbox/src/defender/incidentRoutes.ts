/**
 * Graph's incidents: `GET /v1.0/security/incidents`, one, its alerts, PATCH, and comments.
 * https://learn.microsoft.com/graph/api/security-list-incidents: `$filter` on seven properties,
 * `$top` up to 50, `$skip`, `$count`, `$expand=alerts`. `$orderby` is not on that page; public
 * clients send it with either time.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { SecurityIncident } from "@defender-mssp/microsoft";
import type { Caller, Cloud, Json } from "../cloud/model";
import { dateTime, each, string } from "../graph/entities/property";
import { graphOrigin } from "../graph/batch";
import { notFound, unreadableRequest } from "../graph/graphErrors";
import { compileFilter } from "../graph/odata/filterMatch";
import { parseFilter } from "../graph/odata/filterSyntax";
import { storeComment, storePatch } from "./changes";
import { runDueRules } from "./customDetections/runDueRules";
import { Incidents, type IncidentSketch, type SketchBounds } from "./incidents";
import { shownAlert } from "./securityAlerts";
import {
  answer,
  requestBody,
  countOf,
  includesUnknownMembers,
  numberOf,
  optionsOf,
  take,
  timeBounds,
} from "./securityApi";

const listPath = "/v1.0/security/incidents";

const readPermissions = ["SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"];
const writePermissions = ["SecurityIncident.ReadWrite.All"];

/** The largest `$top`, and a page without one. */
const largestPage = 50;

/** The properties that `$filter` takes. */
const filterable = {
  name: "microsoft.graph.security.incident",
  properties: {
    ...each(string(), "assignedTo", "classification"),
    createdDateTime: dateTime(),
    determination: string(),
    lastUpdateDateTime: dateTime(),
    ...each(string(), "severity", "status"),
  },
};

interface ById {
  Params: { id: string };
}

export function incidentRoutes(app: FastifyInstance, cloud: Cloud): void {
  app.get(listPath, (request, reply) =>
    answer(cloud, request, reply, readPermissions, (caller) => list(cloud, caller, request)),
  );
  app.get<ById>(`${listPath}/:id`, (request, reply) =>
    answer(cloud, request, reply, readPermissions, (caller) => one(cloud, caller, request)),
  );
  app.get<ById>(`${listPath}/:id/alerts`, (request, reply) =>
    answer(cloud, request, reply, readPermissions, (caller) => {
      optionsOf(request.url, []);
      const { incidents, sketch } = found(cloud, caller, request.params.id);
      return {
        "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#security/incidents('${sketch.number}')/alerts`,
        value: incidents.alerts(sketch).map((alert) => shownAlert(alert, request)),
      };
    }),
  );
  app.patch<ById>(`${listPath}/:id`, (request, reply) =>
    answer(cloud, request, reply, writePermissions, (caller) => {
      const { sketch } = found(cloud, caller, request.params.id);
      refuseRedirected(sketch);
      storePatch(cloud, caller, "incidents", String(sketch.number), requestBody(request));
      return one(cloud, caller, request);
    }),
  );
  // https://learn.microsoft.com/graph/api/security-incident-post-comments
  app.post<ById>(`${listPath}/:id/comments`, (request, reply) =>
    answer(cloud, request, reply, writePermissions, (caller) => {
      const { incidents, sketch } = found(cloud, caller, request.params.id);
      refuseRedirected(sketch);
      const incident = incidents.incident(sketch);
      return {
        "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#security/incidents('${incident.id}')/comments`,
        value: storeComment(cloud, caller, "incidents", incident, requestBody(request)),
      };
    }),
  );
}

function found(cloud: Cloud, { tenant }: Caller, id: string): { incidents: Incidents; sketch: IncidentSketch } {
  const incidents = new Incidents(tenant, cloud.detectionInterval, cloud.now());
  const sketch = incidents.byId(id);
  if (sketch === undefined) throw notFound(id);
  return { incidents, sketch };
}

/** No document says what the service does; the sandbox refuses, so that nobody relies on it. */
function refuseRedirected({ redirect }: IncidentSketch): void {
  if (redirect !== undefined) throw unreadableRequest(`The incident was merged into incident ${redirect}.`);
}

function one(cloud: Cloud, caller: Caller, request: FastifyRequest<ById>): object {
  const options = optionsOf(request.url, ["$expand"]);
  const { incidents, sketch } = found(cloud, caller, request.params.id);
  return {
    "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#security/incidents/$entity`,
    ...shown(incidents, sketch, isExpanded(options), request),
  };
}

/**
 * Newest first. The link to the next page has the time of the first page, so that new incidents
 * shift nothing.
 */
async function list(cloud: Cloud, caller: Caller, request: FastifyRequest): Promise<object> {
  const options = optionsOf(request.url, [
    ...["$filter", "$top", "$skip", "$count", "$expand", "$orderby", "$skiptoken"],
  ]);
  await runDueRules(cloud, caller.tenant);
  const { at, skip, below } = positionOf(options, cloud.now());
  const top = topOf(options);
  const incidents = new Incidents(caller.tenant, cloud.detectionInterval, at);
  const filter = filterOf(options.get("$filter"));
  const order = options.get("$orderby");
  const matching = (under?: number) => matchingIncidents(incidents, ordered(incidents, filter, order, under), filter);
  const from = matching(below);
  take(from, skip);
  const page = take(from, top);
  const last = page.at(-1);
  const more = last !== undefined && from.next().done !== true;
  // The newest come first unless asked otherwise: the last one's number says where to go on.
  const place = order === undefined ? `n${last?.number ?? 0}` : String(skip + page.length);
  const isWithAlerts = isExpanded(options);
  return {
    "@odata.context": `${graphOrigin(cloud, request)}/v1.0/$metadata#security/incidents${isWithAlerts ? "(alerts())" : ""}`,
    ...(options.get("$count") === "true" ? { "@odata.count": countOf(matching()) } : {}),
    ...(more ? { "@odata.nextLink": nextLink(cloud, request, options, `${at.getTime()}.${place}`) } : {}),
    value: page.map((sketch) => shown(incidents, sketch, isWithAlerts, request)),
  };
}

function shown(
  incidents: Incidents,
  sketch: IncidentSketch,
  isWithAlerts: boolean,
  request: FastifyRequest,
): SecurityIncident {
  const alerts = incidents.alerts(sketch);
  const incident = incidents.incident(sketch, alerts);
  const isKnown = incident.status !== "awaitingAction" || includesUnknownMembers(request);
  return {
    ...incident,
    status: isKnown ? incident.status : "unknownFutureValue",
    ...(isWithAlerts ? { alerts: alerts.map((alert) => shownAlert(alert, request)) } : {}),
  };
}

function isExpanded(options: Map<string, string>): boolean {
  const text = options.get("$expand");
  if (text === undefined) return false;
  if (text === "alerts") return true;
  throw unreadableRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${text}' on type 'microsoft.graph.security.incident'.`,
  );
}

/** The text of the 400 is from https://github.com/wazuh/wazuh/issues/28070. */
function topOf(options: Map<string, string>): number {
  const top = numberOf(options, "$top", 0, Number.MAX_SAFE_INTEGER) ?? largestPage;
  if (top > largestPage) {
    throw unreadableRequest(
      `The query specified in the URI is not valid. The limit of '${largestPage}' for Top query has been exceeded. ` +
        `The value from the incoming request is '${top}'.`,
    );
  }
  return top;
}

interface IncidentFilter extends SketchBounds {
  readonly matches: (incident: SecurityIncident) => boolean;
  /** Without a filter no incident has to be made to be counted. */
  readonly isAll: boolean;
}

function filterOf(text: string | undefined): IncidentFilter {
  const always = { since: new Date(0), until: new Date(8.64e15) };
  if (text === undefined) return { created: always, updated: always, matches: () => true, isAll: true };
  const filter = parseFilter(text);
  const test = compileFilter(filter, filterable, true);
  return {
    created: timeBounds(filter, "createdDateTime"),
    updated: timeBounds(filter, "lastUpdateDateTime"),
    matches: (incident) => test(incident as unknown as Json),
    isAll: false,
  };
}

function* matchingIncidents(
  incidents: Incidents,
  sketches: Iterable<IncidentSketch>,
  { matches, isAll }: IncidentFilter,
): Generator<IncidentSketch, void> {
  for (const sketch of sketches) if (isAll || matches(incidents.incident(sketch))) yield sketch;
}

function ordered(
  incidents: Incidents,
  bounds: SketchBounds,
  order: string | undefined,
  below: number | undefined,
): Iterable<IncidentSketch> {
  const sketches = incidents.within(bounds, below);
  if (order === undefined) return sketches;
  const [, name, direction = "asc"] =
    /^(createdDateTime|lastUpdateDateTime)(?:\s+(asc|desc))?$/i.exec(order.trim()) ?? [];
  if (name === undefined) throw unreadableRequest(`The query specified in the URI is not valid: $orderby=${order}.`);
  const sign = direction.toLowerCase() === "asc" ? 1 : -1;
  const key = name.toLowerCase() === "createddatetime" ? "created" : "updated";
  return [...sketches].sort((a, b) => sign * (a[key].getTime() - b[key].getTime() || a.number - b.number));
}

interface Position {
  readonly at: Date;
  readonly skip: number;
  /** Only incidents with a lower number. */
  readonly below?: number;
}

function positionOf(options: Map<string, string>, now: Date): Position {
  const token = options.get("$skiptoken");
  if (token === undefined) return { at: now, skip: numberOf(options, "$skip", 0, Number.MAX_SAFE_INTEGER) ?? 0 };
  const [, at, isNumber, place] = /^(\d{1,15})\.(n?)(\d{1,15})$/.exec(token) ?? [];
  if (at === undefined || place === undefined) throw unreadableRequest("Invalid $skiptoken.");
  const moment = new Date(Number(at));
  return isNumber === "n" ? { at: moment, skip: 0, below: Number(place) } : { at: moment, skip: Number(place) };
}

function nextLink(cloud: Cloud, request: FastifyRequest, options: Map<string, string>, token: string): string {
  const next = new URLSearchParams([...options].filter(([name]) => name !== "$skip" && name !== "$skiptoken"));
  next.set("$skiptoken", token);
  return `${graphOrigin(cloud, request)}${listPath}?${next.toString()}`;
}
