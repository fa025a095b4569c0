/**
 * Reads the alerts of a span of time, from Graph's alerts_v2 and from the legacy SIEM (alert
 * exporter) API. Sources: https://learn.microsoft.com/graph/api/security-list-alerts_v2, and
 * Microsoft, "Pull Microsoft Defender for Endpoint detections using SIEM REST API".
 */
import type { Endpoints } from "../endpoints";
import { pathSegment, request, serverTime, type Answer, type RequestOptions } from "../http";
import type { SecurityAlert } from "./securityTypes";
import type { RecordSeverity } from "./alertRecord";
import type { LegacyAlert } from "./alerts";

/** A span of time, by when the service created the alert, or changed the incident. */
export interface AlertWindow {
  /** Included. */
  readonly since: Date;
  /** Excluded. Default: no end. */
  readonly until?: Date;
}

export interface ReadAlertsOptions extends Pick<RequestOptions, "signal" | "timeout" | "sleep" | "limiter"> {
  readonly token: string;
  readonly window: AlertWindow;
}

/** What the lists of Graph's security API have in common. */
export interface SecurityPageOptions extends ReadAlertsOptions, Pick<RequestOptions, "tries"> {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  /** The largest number of items in the answer. */
  readonly top: number;
  /** Only these; without it, all. */
  readonly severities?: readonly RecordSeverity[];
  /** Number of items to skip. */
  readonly skip?: number;
  /** `next` of the page before, in place of a query of its own. */
  readonly next?: string;
}

export type SecurityAlertsOptions = Omit<SecurityPageOptions, "tries">;

export interface SecurityPage<T> {
  readonly items: readonly T[];
  /** The service says that there are more. */
  readonly hasMore: boolean;
  /**
   * Path and query of the next page. Absent on the last page, and where the link leads to another
   * list.
   */
  readonly next?: string;
  /** The service's clock. */
  readonly at?: Date;
}

export type SecurityAlertsPage = Omit<SecurityPage<SecurityAlert>, "items"> & {
  readonly alerts: readonly SecurityAlert[];
};

export const securityAlertsPath = "/v1.0/security/alerts_v2";

/**
 * A header of each request for alerts and incidents: without it Graph writes `unknownFutureValue` for the newer
 * values of an enumeration, such as the source `microsoftSentinel`.
 */
export const unknownMembers = { prefer: "include-unknown-enum-members" } as const;

/** Timeout of a large page from a busy service, in milliseconds. */
export const securityPageTimeout = 100_000;

/** One page of alerts_v2. Needs SecurityAlert.Read.All. @throws ServiceError */
export async function readSecurityAlerts(options: SecurityAlertsOptions): Promise<SecurityAlertsPage> {
  const list = { path: securityAlertsPath, property: "createdDateTime" };
  const { items, ...page } = await securityPage<SecurityAlert>({ ...options, ...list });
  return { ...page, alerts: items };
}

/**
 * The alert with this ID; undefined where alerts_v2 does not have it. Needs SecurityAlert.Read.All.
 * @throws ServiceError
 */
export async function readSecurityAlert(
  id: string,
  { endpoints, token, ...rest }: Omit<ReadAlertsOptions, "window"> & Pick<SecurityPageOptions, "endpoints">,
): Promise<SecurityAlert | undefined> {
  const url = `${endpoints.graphEndpoint}${securityAlertsPath}/${pathSegment(id)}`;
  const { status, body } = await request(url, { ...rest, token, headers: unknownMembers, accept: [404] });
  return status === 404 ? undefined : (body as SecurityAlert);
}

/** A list of the security API. */
interface SecurityList {
  readonly path: string;
  /** The time that the window goes by. */
  readonly property: string;
  readonly expand?: string;
}

/** One page of a list. @throws ServiceError */
export async function securityPage<T extends object>(
  options: SecurityPageOptions & SecurityList,
): Promise<SecurityPage<T>> {
  const { endpoints, token, path, next, signal, sleep, limiter, tries } = options;
  const { timeout = securityPageTimeout } = options;
  const url = `${endpoints.graphEndpoint}${next ?? queryOf(options)}`;
  const { body, headers } = await request(url, {
    token,
    signal,
    sleep,
    limiter,
    tries,
    timeout,
    headers: unknownMembers,
    isWhole: isWholeCollection,
  });
  const { value, "@odata.nextLink": link } = body as { value: T[]; "@odata.nextLink"?: unknown };
  const hasMore = link !== undefined && link !== null;
  return { items: value.filter(isObject), hasMore, next: continuation(link, path), at: serverTime(headers) };
}

function queryOf({
  path,
  property,
  expand,
  window,
  severities,
  top,
  skip = 0,
}: SecurityPageOptions & SecurityList): string {
  const conditions = [
    `${property} ge ${window.since.toISOString()}`,
    ...(window.until === undefined ? [] : [`${property} lt ${window.until.toISOString()}`]),
    ...(severities === undefined ? [] : [`(${severities.map((name) => `severity eq '${name}'`).join(" or ")})`]),
  ];
  const query = {
    $filter: conditions.join(" and "),
    $top: String(top),
    ...(skip === 0 ? {} : { $skip: String(skip) }),
    ...(expand === undefined ? {} : { $expand: expand }),
  };
  // Not `+` for a space, which is for forms only.
  const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${path}?${text.join("&")}`;
}

/** The host is left out: a token goes to Graph and nowhere else, and there to this list only. */
function continuation(link: unknown, path: string): string | undefined {
  if (typeof link !== "string" || !URL.canParse(link)) return undefined;
  const { protocol, pathname, search } = new URL(link);
  const isOfList = /^https?:$/.test(protocol) && pathname.toLowerCase() === path.toLowerCase();
  return isOfList ? `${pathname}${search}` : undefined;
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

function isObject<T>(value: T): value is T & object {
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
  const { endpoint, token, window, limit, signal, sleep, limiter, timeout = securityPageTimeout } = options;
  const query = new URLSearchParams({ sinceTimeUtc: window.since.toISOString() });
  if (window.until !== undefined) query.set("untilTimeUtc", window.until.toISOString());
  if (limit !== undefined) query.set("limit", String(limit));
  const url = `${endpoint}/api/alerts?${query.toString()}`;
  const { body, headers } = await request(url, { token, signal, sleep, limiter, timeout, isWhole: Array.isArray });
  return { alerts: (body as LegacyAlert[]).filter(isObject), at: serverTime(headers) };
}
