/**
 * Reads the alerts of a span of time, from Graph's alerts_v2 and from the legacy SIEM (alert
 * exporter) API. Sources: https://learn.microsoft.com/graph/api/security-list-alerts_v2, and
 * Microsoft, "Pull Microsoft Defender for Endpoint detections using SIEM REST API".
 */
import type { Endpoints } from "../endpoints";
import { request, serverTime, type Answer, type RequestOptions } from "../http";
import type { SecurityAlert } from "../graph/types";
import type { RecordSeverity } from "./alertRecord";
import type { LegacyAlert } from "./alerts";

/** A span of time, by when the service created the alert. */
export interface AlertWindow {
  /** Included. */
  readonly since: Date;
  /** Excluded. Default: no end. */
  readonly until?: Date;
}

export interface ReadAlertsOptions extends Pick<RequestOptions, "signal" | "timeout" | "sleep"> {
  readonly token: string;
  readonly window: AlertWindow;
}

export interface SecurityAlertsOptions extends ReadAlertsOptions {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  /** The largest number of alerts in the answer. */
  readonly top: number;
  /** Only these; without it, all. */
  readonly severities?: readonly RecordSeverity[];
  /** Number of alerts to skip. */
  readonly skip?: number;
  /** `next` of the page before, in place of a query of its own. */
  readonly next?: string;
}

export interface SecurityAlertsPage {
  readonly alerts: readonly SecurityAlert[];
  /** The service says that there are more. */
  readonly hasMore: boolean;
  /**
   * Path and query of the next page. Absent on the last page, and where the link leads to something
   * else than alerts.
   */
  readonly next?: string;
  /** The service's clock. */
  readonly at?: Date;
}

export const securityAlertsPath = "/v1.0/security/alerts_v2";

/** Timeout of a large page from a busy service, in milliseconds. */
const pageTimeout = 100_000;

/** One page of alerts_v2. Needs SecurityAlert.Read.All. @throws ServiceError */
export async function readSecurityAlerts(options: SecurityAlertsOptions): Promise<SecurityAlertsPage> {
  const { endpoints, token, signal, sleep, timeout = pageTimeout } = options;
  const url = `${endpoints.graphEndpoint}${options.next ?? queryOf(options)}`;
  const { body, headers } = await request(url, { token, signal, sleep, timeout, isWhole: isWholeCollection });
  const { value, "@odata.nextLink": link } = body as { value: SecurityAlert[]; "@odata.nextLink"?: unknown };
  const hasMore = link !== undefined && link !== null;
  return { alerts: value.filter(isObject), hasMore, next: continuation(link), at: serverTime(headers) };
}

function queryOf({ window, severities, top, skip = 0 }: SecurityAlertsOptions): string {
  const conditions = [
    `createdDateTime ge ${window.since.toISOString()}`,
    ...(window.until === undefined ? [] : [`createdDateTime lt ${window.until.toISOString()}`]),
    ...(severities === undefined ? [] : [`(${severities.map((name) => `severity eq '${name}'`).join(" or ")})`]),
  ];
  const query = {
    $filter: conditions.join(" and "),
    $top: String(top),
    ...(skip === 0 ? {} : { $skip: String(skip) }),
  };
  // Not `+` for a space, which is for forms only.
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${securityAlertsPath}?${text.join("&")}`;
}

/** The host is left out: a token goes to Graph and nowhere else, and there to alerts only. */
function continuation(link: unknown): string | undefined {
  if (typeof link !== "string" || !URL.canParse(link)) return undefined;
  const { protocol, pathname, search } = new URL(link);
  const isOfAlerts = /^https?:$/.test(protocol) && pathname.toLowerCase() === securityAlertsPath.toLowerCase();
  return isOfAlerts ? `${pathname}${search}` : undefined;
}

function isWholeCollection(body: unknown, answer: Pick<Answer, "status" | "headers">): boolean {
  return isObject(body) && Array.isArray((body as { value?: unknown }).value) && !isPartial(answer);
}

/**
 * 206: a provider behind the service failed, so its alerts are missing. A provider without a
 * licence (403) has none. Source:
 * https://learn.microsoft.com/graph/api/resources/security-error-codes: `199 -
 * "{Vendor}/{Provider}/{Status}/{ms}"`.
 */
function isPartial({ status, headers }: Pick<Answer, "status" | "headers">): boolean {
  if (status !== 206) return false;
  const statuses = [...(headers.get("warning") ?? "").matchAll(/\/(\d{3})\/\d+"/g)].map(([, code]) => code);
  return statuses.length === 0 || statuses.some((code) => code !== "403");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

export interface LegacyAlertsOptions extends ReadAlertsOptions {
  /** Base URL: one of the cloud's `alertExporters`. */
  readonly endpoint: string;
  /** Limits to the newest ones. Without it the service returns all in one answer. */
  readonly limit?: number;
}

export interface LegacyAlertsAnswer {
  readonly alerts: readonly LegacyAlert[];
  /** The service's clock. */
  readonly at?: Date;
}

/**
 * The detections of a window, by `LastProcessedTimeUtc`. Needs the application's authorization
 * (Settings > SIEM) and Alert.Read.
 * @throws ServiceError
 */
export async function readLegacyAlerts(options: LegacyAlertsOptions): Promise<LegacyAlertsAnswer> {
  const { endpoint, token, window, limit, signal, sleep, timeout = pageTimeout } = options;
  const query = new URLSearchParams({ sinceTimeUtc: window.since.toISOString() });
  if (window.until !== undefined) query.set("untilTimeUtc", window.until.toISOString());
  if (limit !== undefined) query.set("limit", String(limit));
  const url = `${endpoint}/api/alerts?${query.toString()}`;
  const { body, headers } = await request(url, { token, signal, sleep, timeout, isWhole: Array.isArray });
  return { alerts: (body as LegacyAlert[]).filter(isObject), at: serverTime(headers) };
}
