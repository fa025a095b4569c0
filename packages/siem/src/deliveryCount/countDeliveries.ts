/** Counts the deliveries that checkpoints know, with the connector's own access. */
import {
  readSecurityAlert,
  runHuntingQuery,
  type AlertApi,
  type Endpoints,
  type RequestLimiter,
  type TokenSource,
} from "@defender-mssp/microsoft";
import { DeliveredIds } from "../pull/deliveredIds";
import { readPositions } from "../pull/readPositions";
import type { Coverage } from "../pull/coverage";
import { countCoverage, type CountedDeliveries } from "./countCoverage";
import { coverageWindow, firstCount } from "./coverageWindow";

export interface CountDeliveriesOptions {
  /** The checkpoint that the user names, or that of one of several customers. */
  readonly checkpoint: string;
  readonly tenantId: string;
  readonly api: AlertApi;
  readonly endpoints: Pick<Endpoints, "graphEndpoint">;
  readonly tokens: TokenSource;
  /** Whether the connector may read alerts_v2. */
  readonly readsAlerts: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The longest window, in milliseconds. */
  readonly length?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly limiter?: RequestLimiter | undefined;
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

export type CountResult =
  | { readonly state: "counted"; readonly coverages: readonly Coverage[] }
  /** There is no checkpoint, or it is of a release that keeps no IDs. */
  | { readonly state: "noCheckpoint" | "noIds" }
  /** @param from when there is a first hour to count: milliseconds since 1970 */
  | { readonly state: "tooEarly"; readonly from: number };

/** @throws ServiceError, with status 403 where the connector may not hunt; VisibleError for a checkpoint */
export async function countDeliveries(options: CountDeliveriesOptions): Promise<CountResult> {
  const { checkpoint, tenantId, api, now, length } = options;
  const positions = await readPositions(checkpoint, { tenantId, api });
  if (positions.length === 0) return { state: "noCheckpoint" };
  const deliveries = positions.flatMap(({ destination, position }): CountedDeliveries[] => {
    const { delivered: content, cursor } = position;
    if (content === undefined) return [];
    const delivered = DeliveredIds.from(content, cursor.since, content.severities);
    return [{ destination, api, delivered, readUntil: Date.parse(cursor.since) }];
  });
  if (deliveries.length === 0) return { state: "noIds" };
  const begins = Math.min(...deliveries.map(({ delivered }) => delivered.countsFrom));
  if (coverageWindow(now, begins, length) === undefined) return { state: "tooEarly", from: firstCount(begins) };
  const { endpoints, tokens, readsAlerts, signal, limiter, sleep } = options;
  const call = { endpoints, signal, sleep };
  const coverages = await countCoverage({
    deliveries,
    now,
    length,
    hunt: (query, timespan) => tokens.use((token) => runHuntingQuery({ ...call, token, query, timespan })),
    readAlert: readsAlerts
      ? (id) => tokens.use((token) => readSecurityAlert(id, { ...call, limiter, token }))
      : undefined,
  });
  return { state: "counted", coverages };
}
