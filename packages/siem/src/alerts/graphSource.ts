/** Alerts from Graph's alerts_v2, by the time of their creation. */
import { readSecurityAlerts, recordOfSecurityAlert, type Endpoints } from "@defender-mssp/microsoft";
import { graphListSource } from "../pull/graphList";
import { pageSize } from "../pull/source";
import { fetchedAlert, type AlertSource, type SourceOptions } from "./fetchedAlert";

/** The `$top` of alerts that have the same time. https://learn.microsoft.com/graph/api/resources/security-error-codes */
const largestTop = 1000;

export interface GraphSourceOptions extends SourceOptions {
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export function graphSource({
  endpoints,
  tenantId,
  tokens,
  severities,
  limiter,
  sleep,
}: GraphSourceOptions): AlertSource {
  const source = graphListSource({
    pageSize,
    largestTop,
    // An alert whose severity changes leaves a filtered list.
    isFiltered: severities !== undefined,
    what: "alerts that were created",
    name: "alerts_v2",
    read: async (window, place, signal) => {
      const { alerts, ...page } = await tokens.use((token) =>
        readSecurityAlerts({ endpoints, token, window, severities, signal, sleep, limiter, ...place }),
      );
      return { ...page, items: alerts.map((one) => fetchedAlert(recordOfSecurityAlert(one, tenantId), one)) };
    },
  });
  return { ...source, api: "graph" };
}
