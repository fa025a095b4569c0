/**
 * Reads alerts of a span of time: from Graph's alerts_v2, which pages, and from the legacy SIEM (alert exporter) API, which doesn't.
 * Sources: https://learn.microsoft.com/graph/api/security-list-alerts_v2, and Microsoft, "Pull Microsoft Defender for Endpoint
 * detections using SIEM REST API".
 */
import type { Endpoints } from "../endpoints";
import { nextPage } from "../graph/call";
import { request, type RequestOptions } from "../http";
import type { SecurityAlert } from "../graph/types";
import type { RecordSeverity } from "./alertRecord";
import type { LegacyAlert } from "./alerts";

/** A span of time, by when the service had the alert. */
export interface AlertWindow {
  /** Included. */
  readonly since: Date;
  /** Excluded; without it, all that there is by now. */
  readonly until?: Date;
}

export interface ReadAlertsOptions extends Pick<RequestOptions, "signal" | "timeout" | "sleep"> {
  readonly token: string;
  readonly window: AlertWindow;
}

export interface SecurityAlertsOptions extends ReadAlertsOptions {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  /** How many alerts a page has at most; 2000 at most. */
  readonly pageSize: number;
  /** Only these; without it, all. */
  readonly severities?: readonly RecordSeverity[];
  /** `next` of the page before. */
  readonly next?: string;
}

export interface SecurityAlertsPage {
  readonly alerts: SecurityAlert[];
  /** Path and query of the next page; absent on the last one. The host is left out: a token goes to Graph and nowhere else. */
  readonly next?: string;
}

export const securityAlertsPath = "/v1.0/security/alerts_v2";

/** A large page of a busy service takes its time, in milliseconds. */
const pageTimeout = 100_000;

/** One page of alerts_v2; the newest are on the first. Needs SecurityAlert.Read.All. @throws ServiceError */
export async function readSecurityAlerts(options: SecurityAlertsOptions): Promise<SecurityAlertsPage> {
  const { endpoints, token, signal, sleep, timeout = pageTimeout } = options;
  const url = `${endpoints.graphEndpoint}${options.next ?? firstPage(options)}`;
  const { body, status } = await request(url, { token, signal, sleep, timeout, isWhole: isCollection });
  const { value, "@odata.nextLink": nextLink } = body as { value: SecurityAlert[]; "@odata.nextLink"?: string };
  const next = nextPage(nextLink, { status, url: firstPage(options) });
  return { alerts: value, ...(next === undefined ? {} : { next }) };
}

function firstPage({ window, severities, pageSize }: SecurityAlertsOptions): string {
  const conditions = [
    `createdDateTime ge ${window.since.toISOString()}`,
    ...(window.until === undefined ? [] : [`createdDateTime lt ${window.until.toISOString()}`]),
    ...(severities === undefined ? [] : [`(${severities.map((name) => `severity eq '${name}'`).join(" or ")})`]),
  ];
  const query = { $filter: conditions.join(" and "), $top: String(pageSize) };
  // Not `+` for a space, which only forms know.
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${securityAlertsPath}?${text.join("&")}`;
}

function isCollection(body: unknown): boolean {
  return typeof body === "object" && body !== null && Array.isArray((body as { value?: unknown }).value);
}

export interface LegacyAlertsOptions extends ReadAlertsOptions {
  /** Base URL: one of the cloud's `alertExporters`. */
  readonly endpoint: string;
  /** The newest so many only. Without it the service answers with all in one piece, however many. */
  readonly limit?: number;
}

/**
 * The detections of a window, by `LastProcessedTimeUtc`. Needs the application's authorization (Settings > SIEM) and Alert.Read.
 * @throws ServiceError
 */
export async function readLegacyAlerts(options: LegacyAlertsOptions): Promise<LegacyAlert[]> {
  const { endpoint, token, window, limit, signal, sleep, timeout = pageTimeout } = options;
  const query = new URLSearchParams({ sinceTimeUtc: window.since.toISOString() });
  if (window.until !== undefined) query.set("untilTimeUtc", window.until.toISOString());
  if (limit !== undefined) query.set("limit", String(limit));
  const url = `${endpoint}/api/alerts?${query.toString()}`;
  const { body } = await request(url, { token, signal, sleep, timeout, isWhole: Array.isArray });
  return body as LegacyAlert[];
}
