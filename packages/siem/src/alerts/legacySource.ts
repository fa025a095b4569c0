/** Alerts from the legacy SIEM API. */
import {
  readLegacyAlerts,
  recordOfLegacyAlert,
  type LegacyAlertsAnswer,
  type LegacyAlertsOptions,
} from "@defender-mssp/microsoft";
import { acceptingHost } from "../connector/hosts";
import { pageSize } from "../pull/source";
import { fetchedAlert, type AlertSource, type FetchedAlert, type SourceOptions } from "./fetchedAlert";

/**
 * The API answers with a whole span at once, so spans are made short enough; `limit` gives the
 * newest so many. It can't filter by severity. It has a host for each region that data is stored
 * in: the one that takes the token is the customer's.
 */
export function legacySource({
  hosts,
  tenantId,
  tokens,
  severities,
  limiter,
}: SourceOptions & { hosts: readonly string[] }): AlertSource {
  let candidates = hosts;
  const ask = async (options: Omit<LegacyAlertsOptions, "endpoint" | "token">): Promise<LegacyAlertsAnswer> => {
    const { host, answer } = await acceptingHost(candidates, (endpoint) =>
      tokens.use((token) => readLegacyAlerts({ ...options, endpoint, token, limiter })),
    );
    candidates = [host];
    return answer;
  };
  return {
    api: "legacySiem",
    itemsPerSpan: pageSize,
    // The documented times have no fractions of a second.
    smallestSpan: 1000,
    page: async (window, { whole, signal }) => {
      const limit = whole === true ? undefined : 2 * pageSize;
      const { alerts: answer, at } = await ask({ window, limit, signal });
      const alerts = answer.map((original) => fetchedAlert(recordOfLegacyAlert(original, tenantId), original));
      const isWanted = ({ record }: FetchedAlert) =>
        severities === undefined || severities.some((severity) => severity === record.severity);
      const isCut = limit !== undefined && answer.length >= limit;
      return { items: alerts.filter(isWanted), size: answer.length, isCut, at };
    },
  };
}
