/** The two APIs that alerts come from, behind one face: a page of a span of time. */
import {
  readLegacyAlerts,
  readSecurityAlerts,
  recordOfLegacyAlert,
  recordOfSecurityAlert,
  ServiceError,
  type AlertApi,
  type AlertRecord,
  type RecordSeverity,
  type AlertWindow,
  type Endpoints,
  type LegacyAlert,
  type TokenSource,
} from "@defender-mssp/microsoft";

/** An alert, in this project's schema and as the service wrote it. */
export interface FetchedAlert {
  readonly record: AlertRecord;
  readonly original: unknown;
}

export interface AlertPage {
  readonly alerts: readonly FetchedAlert[];
  /** How many the service sent, those of other severities included. */
  readonly size: number;
  /** What to ask for the next page with. */
  readonly next?: string;
  /** The span holds more than one answer may: ask again for a shorter one. What is in `alerts` is not all, and not the oldest. */
  readonly isCut?: boolean;
}

export interface PageOptions {
  readonly next?: string;
  /** The span can't be shorter: all of it, however much that is. */
  readonly whole?: boolean;
  readonly signal?: AbortSignal;
}

export interface AlertSource {
  readonly api: AlertApi;
  /** About how many alerts a span should have. */
  readonly alertsPerWindow: number;
  /** @throws ServiceError */
  page(window: AlertWindow, options: PageOptions): Promise<AlertPage>;
}

export interface SourceOptions {
  readonly tenantId: string;
  readonly tokens: TokenSource;
  /** Only these; all without it. */
  readonly severities?: readonly RecordSeverity[];
}

/** Small enough that memory stays flat, large enough that a million are not too many calls. */
export const pageSize = 250;

/** Graph's alerts_v2. */
export function graphSource({
  endpoints,
  tenantId,
  tokens,
  severities,
}: SourceOptions & { endpoints: Endpoints }): AlertSource {
  return {
    api: "graph",
    alertsPerWindow: 20 * pageSize,
    page: async (window, { next, signal }) => {
      const page = await tokens.use((token) =>
        readSecurityAlerts({ endpoints, token, window, severities, pageSize, next, signal }),
      );
      const alerts = page.alerts.map((original) => ({ record: recordOfSecurityAlert(original, tenantId), original }));
      return { alerts, size: alerts.length, next: page.next };
    },
  };
}

/**
 * The legacy API answers with a whole span at once, so spans are made short enough. It can't filter by severity. It has a host for each region
 * that data is stored in: the one that takes the token is the customer's.
 */
export function legacySource({
  hosts,
  tenantId,
  tokens,
  severities,
}: SourceOptions & { hosts: readonly string[] }): AlertSource {
  const [first = "", ...others] = hosts;
  let [host, untried] = [first, others];
  const ask = async (
    options: Omit<Parameters<typeof readLegacyAlerts>[0], "endpoint" | "token">,
  ): Promise<LegacyAlert[]> => {
    try {
      return await tokens.use((token) => readLegacyAlerts({ ...options, endpoint: host, token }));
    } catch (error) {
      const [next, ...rest] = untried;
      const isElsewhere = error instanceof ServiceError && [401, 403].includes(error.status) && next !== undefined;
      if (!isElsewhere) throw error;
      [host, untried] = [next, rest];
      return ask(options);
    }
  };
  return {
    api: "legacySiem",
    alertsPerWindow: pageSize,
    page: async (window, { whole, signal }) => {
      const limit = whole === true ? undefined : 2 * pageSize;
      const answer = await ask({ window, limit, signal });
      untried = [];
      const alerts = answer.map((original) => ({ record: recordOfLegacyAlert(original, tenantId), original }));
      const isWanted = ({ record }: FetchedAlert) =>
        severities === undefined || severities.some((severity) => severity === record.severity);
      return {
        alerts: alerts.filter(isWanted),
        size: alerts.length,
        isCut: limit !== undefined && answer.length >= limit,
      };
    },
  };
}
