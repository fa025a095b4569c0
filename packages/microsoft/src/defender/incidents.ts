/**
 * Graph's incidents: reads those of a span of time, one, and the alerts of one; changes one and
 * comments on it. Sources: https://learn.microsoft.com/graph/api/security-list-incidents,
 * security-incident-get, security-incident-update and security-incident-post-comments.
 */
import type { Endpoints } from "../endpoints";
import type { SecurityAlert, SecurityComment, SecurityIncident } from "./securityTypes";
import { pathSegment, request, serverTime, type RequestOptions } from "../http";
import { securityPage, securityPageTimeout, unknownMembers, type SecurityPage, type AlertWindow } from "./readAlerts";
import type { RecordSeverity } from "./alertRecord";
import type { IncidentClassification, IncidentDetermination } from "./incidentClassifications";

export interface IncidentCallOptions extends Pick<RequestOptions, "signal" | "timeout" | "sleep" | "limiter"> {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  readonly token: string;
}

export interface ReadIncidentsOptions extends IncidentCallOptions {
  /** By `lastUpdateDateTime`. */
  readonly window: AlertWindow;
  readonly severities?: readonly RecordSeverity[];
  /** Number of incidents at most: 50 or fewer. */
  readonly top: number;
  readonly skip?: number;
  /** `next` of the page before, in place of a query of its own. */
  readonly next?: string;
  /** Whether each comes with its alerts (`$expand=alerts`). */
  readonly withAlerts: boolean;
  /** How often the call is tried at most. */
  readonly tries?: number;
}

/** https://learn.microsoft.com/graph/api/security-list-incidents; a larger `$top` is refused. */
export const largestIncidentPage = 50;

export const incidentsPath = "/v1.0/security/incidents";

/** One page of incidents. Needs SecurityIncident.Read.All. @throws ServiceError */
export function readIncidents(options: ReadIncidentsOptions): Promise<SecurityPage<SecurityIncident>> {
  const { endpoints, withAlerts, next, tries, ...rest } = options;
  return securityPage<SecurityIncident>({
    ...rest,
    endpoints,
    tries,
    next,
    path: incidentsPath,
    property: "lastUpdateDateTime",
    ...(withAlerts ? { expand: "alerts" } : {}),
  });
}

/** An incident, and the service's clock. @throws ServiceError, 404 for an unknown one */
export async function readIncident(
  id: string,
  { endpoints, token, withAlerts, ...rest }: IncidentCallOptions & { readonly withAlerts: boolean; tries?: number },
): Promise<{ readonly incident: SecurityIncident; readonly at?: Date }> {
  const url = `${endpoints.graphEndpoint}${incidentsPath}/${pathSegment(id)}${withAlerts ? "?$expand=alerts" : ""}`;
  const { body, headers: received } = await request(url, {
    timeout: securityPageTimeout,
    ...rest,
    token,
    headers: unknownMembers,
    isWhole: isObject,
  });
  return { incident: body as SecurityIncident, at: serverTime(received) };
}

/** The alerts of an incident, by its navigation of that name. @throws ServiceError */
export async function readIncidentAlerts(
  id: string,
  { endpoints, token, ...rest }: IncidentCallOptions,
): Promise<SecurityAlert[]> {
  const url = `${endpoints.graphEndpoint}${incidentsPath}/${pathSegment(id)}/alerts`;
  const { body } = await request(url, {
    timeout: securityPageTimeout,
    ...rest,
    token,
    headers: unknownMembers,
    isWhole: isCollection,
  });
  return (body as { value: SecurityAlert[] }).value;
}

/** What a client can change of an incident. */
export interface IncidentChanges {
  readonly status?: "active" | "inProgress" | "resolved";
  /** Null: nobody. */
  readonly assignedTo?: string | null;
  readonly classification?: IncidentClassification;
  readonly determination?: IncidentDetermination;
  readonly customTags?: readonly string[];
}

/**
 * Changes an incident; the same change twice is the same as once. Needs
 * SecurityIncident.ReadWrite.All.
 * @throws ServiceError
 */
export async function updateIncident(
  id: string,
  changes: IncidentChanges,
  { endpoints, token, ...rest }: IncidentCallOptions,
): Promise<SecurityIncident> {
  const url = `${endpoints.graphEndpoint}${incidentsPath}/${pathSegment(id)}`;
  const { body } = await request(url, {
    ...rest,
    token,
    headers: unknownMembers,
    method: "PATCH",
    json: changes,
    idempotent: true,
    isWhole: isObject,
  });
  return body as SecurityIncident;
}

/**
 * Adds a comment to an incident. A call whose answer got lost is not repeated: the comment would be
 * there twice. Needs SecurityIncident.ReadWrite.All.
 * @returns all comments. @throws ServiceError
 */
export async function commentOnIncident(
  id: string,
  comment: string,
  { endpoints, token, ...rest }: IncidentCallOptions,
): Promise<SecurityComment[]> {
  const url = `${endpoints.graphEndpoint}${incidentsPath}/${pathSegment(id)}/comments`;
  const json = { "@odata.type": "microsoft.graph.security.alertComment", comment };
  const { body } = await request(url, { ...rest, token, method: "POST", json, idempotent: false });
  return isCollection(body) ? (body as { value: SecurityComment[] }).value : [];
}

function isObject(body: unknown): boolean {
  return typeof body === "object" && body !== null && typeof (body as { id?: unknown }).id === "string";
}

function isCollection(body: unknown): boolean {
  return typeof body === "object" && body !== null && Array.isArray((body as { value?: unknown }).value);
}
