/** What a pull of one customer needs: the source, where to begin, and the sink. */
import {
  applicationTokens,
  recordSeverities,
  type AlertApi,
  type AlertExporterRegion,
  type RecordSeverity,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import type { Connector } from "../connector/connector";
import { shownConnector } from "../connector/shownConnector";
import type { ConnectorOptions } from "../connector/connectorOption";
import { alertExporterHosts } from "../connector/hosts";
import { openCheckpoint, type Position } from "../pull/checkpoint";
import { patiently, type PullOptions, type PullProgress } from "../pull/pull";
import { ServiceClock } from "../pull/serviceClock";
import { firstMoment } from "../pull/start";
import { checkSinkOptions, chooseSink } from "../sinks/chooseSink";
import { formatted, type Destination } from "../sinks/sink";
import type { SinkOptions } from "../sinks/sinkOptions";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { legacyTokens } from "../tokens/legacyTokens";
import { sinkRecordOf, type AlertSource, type FetchedAlert } from "./fetchedAlert";
import { originalAsJson, recordAsCef, recordAsEcs, recordAsJson, sourceTypeOf } from "./formats";
import { graphSource } from "./graphSource";
import { legacySource } from "./legacySource";

export interface AlertsOptions extends CredentialOptions, ConnectorOptions, SinkOptions {
  readonly api?: AlertApi;
  readonly since?: string;
  readonly severity?: readonly RecordSeverity[];
  readonly follow?: boolean;
  readonly interval?: string;
  readonly checkpoint?: string;
  readonly format: "json" | "cef";
  readonly raw?: boolean;
  readonly region?: AlertExporterRegion;
  readonly quiet?: boolean;
  /** Several customers at once; goes without `stack` and `connection`. */
  readonly all?: boolean;
  readonly tag?: readonly string[];
  readonly connections?: string;
  readonly checkpoints?: string;
  readonly parallel?: number;
  readonly passphraseFolder?: string;
  readonly metrics?: string;
  readonly health?: string;
}

/**
 * Defender keeps alerts for 180 days. Microsoft, "Data retention information for Microsoft Defender
 * for Endpoint".
 */
export const defaultSince = "P180D";

export interface SetupOptions {
  readonly options: AlertsOptions;
  /** The file for what is read of this customer. */
  readonly checkpointOf: (api: AlertApi) => string | undefined;
  readonly signal: AbortSignal;
  readonly progress: PullProgress;
  /** Pause of --follow, in milliseconds: waits for a service that is down. */
  readonly follow: number | undefined;
  /** Waits between two tries of a call. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** Source, position and checkpoint of a customer's pull. @throws VisibleError, ServiceError */
export async function pullOf(
  connector: Connector,
  { options, checkpointOf, signal, progress, follow, sleep }: SetupOptions,
): Promise<Pick<PullOptions<FetchedAlert>, "source" | "position" | "checkpoint" | "clock">> {
  const { since = defaultSince } = options;
  const api = options.api ?? defaultApi(connector);
  if (options.all === true && options.raw === true && api === "legacySiem") {
    throw new VisibleError("--raw with --all needs --api graph: the legacy API's objects do not name their tenant.");
  }
  const checkpoint = checkpointOf(api);
  const { tenantId } = connector;
  const known = checkpoint === undefined ? undefined : await openCheckpoint(checkpoint, { tenantId, api });
  if (known !== undefined && options.since !== undefined) {
    progress.note(`The checkpoint continues at ${known.cursor.since}; --since applies to the first run only.`);
  }
  const source = await sourceOf(api, connector, options, { signal, sleep });
  const clock = new ServiceClock();
  const start = async (): Promise<Position> => {
    const first = await firstMoment(since, source, clock, signal);
    return { version: 1, tenantId, api, cursor: { since: first.toISOString() }, recent: {} };
  };
  const position = known ?? (await patiently(start, { follow, signal, progress }));
  return { source, position, checkpoint, clock };
}

/** @throws VisibleError for options that exclude or need each other. */
export function checkCombination(options: AlertsOptions): void {
  const { raw, format, interval, follow } = options;
  if (raw === true && format === "cef") throw new VisibleError("--raw is JSON: it can't be used with --format cef.");
  checkSinkOptions(options);
  const ofJson = options.elasticsearch !== undefined ? "elasticsearch" : "log-analytics";
  if (format === "cef" && (options.elasticsearch ?? options.logAnalytics) !== undefined) {
    throw new VisibleError(`--${ofJson} takes JSON: it can't be used with --format cef.`);
  }
  if (raw === true && options.elasticsearch !== undefined) {
    throw new VisibleError("--elasticsearch takes the Elastic Common Schema: it can't be used with --raw.");
  }
  if (interval !== undefined && follow !== true) throw new VisibleError("--interval goes with --follow.");
  checkCustomers(options);
}

/**
 * Graph, where the connector has it: the legacy API is deprecated, and both would show most alerts
 * twice.
 */
function defaultApi(connector: Connector): AlertApi {
  const { alertApis } = connector;
  if (alertApis.includes("graph")) return "graph";
  if (alertApis.includes("legacySiem")) return "legacySiem";
  throw new VisibleError(
    `The connector of ${shownConnector(connector)} may read no alerts: the setting connector.alertApis is empty.`,
  );
}

export function sinkOf(
  options: AlertsOptions,
  signal: AbortSignal,
  progress: Pick<PullProgress, "note">,
): Destination<FetchedAlert> {
  const isRaw = options.raw === true;
  const isJson = options.format === "json";
  const json = isRaw ? originalAsJson : options.elasticsearch === undefined ? recordAsJson : recordAsEcs;
  const format = isJson ? json : recordAsCef;
  const sourcetype = sourceTypeOf({ isJson, isRaw });
  const records = { isJson, sourcetype, dataStream: "logs-defender.alert-default" };
  const sink = chooseSink(options, records, { signal, note: (text) => progress.note(text) });
  return formatted(sink, (alert) => sinkRecordOf(alert, format));
}

async function sourceOf(
  api: AlertApi,
  connector: Connector,
  options: AlertsOptions,
  { signal, sleep }: Pick<SetupOptions, "signal" | "sleep">,
): Promise<AlertSource> {
  const endpoints = await endpointsOf(connector);
  const { tenantId } = connector;
  const credentials = async () => connectorEnvironment(connector.clientId, await credentialOf(connector, options));
  await credentials(); // A missing credential is reported before any call.
  const severities = options.severity?.length === recordSeverities.length ? undefined : options.severity;
  if (api === "graph") {
    const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
    return graphSource({ endpoints, tenantId, tokens, severities, sleep });
  }
  const tokens = await legacyTokens(connector, credentials, endpoints, signal);
  return legacySource({ hosts: alertExporterHosts(endpoints, options.region), tenantId, tokens, severities });
}

/** The options of several customers. */
function checkCustomers(options: AlertsOptions): void {
  const { all, checkpoint } = options;
  const ofAll = (["tag", "connections", "checkpoints", "parallel", "passphraseFolder"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (ofAll !== undefined && all !== true) {
    throw new VisibleError(`--${ofAll.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} goes with --all.`);
  }
  if (all !== true) return;
  if (checkpoint !== undefined)
    throw new VisibleError("--all needs a checkpoint for each customer: --checkpoints <folder>.");
  if (options.tag !== undefined && options.connections !== undefined) {
    throw new VisibleError("--tag selects stacks of the project: it can't be used with --connections.");
  }
}
