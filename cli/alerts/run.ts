/**
 * `mssp alerts`: finds the source and the destination, pulls, and turns the result into an exit
 * code.
 */
import {
  recordSeverities,
  applicationTokens,
  ServiceError,
  type AlertExporterRegion,
  type AlertApi,
  type RecordSeverity,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { shownConnector, type Connector } from "../connector/connector";
import { selectedConnector, type ConnectorOptions } from "../connector/connectorOption";
import type { CredentialOptions } from "../tokens/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { legacyTokens } from "../tokens/legacyTokens";
import { advised } from "../output/advised";
import { adviceFor } from "../tokens/signIn";
import { alertExporterHosts } from "../connector/hosts";
import { openCheckpoint, type Position } from "../pull/checkpoint";
import { exitCodeOf, Interrupt } from "../pull/interrupt";
import { withFlatMemory } from "../pull/memory";
import { StderrProgress } from "../pull/progress";
import { patiently, pull } from "../pull/pull";
import { ServiceClock } from "../pull/serviceClock";
import { firstMoment } from "../pull/start";
import { defaultInterval, intervalOf, momentOf } from "../pull/time";
import { checkSinkOptions, chooseSink } from "../sinks/chooseSink";
import { formatted, ReaderGone, type Destination } from "../sinks/sink";
import type { SinkOptions } from "../sinks/sinkOptions";
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
}

/**
 * Defender keeps alerts for 180 days. Microsoft, "Data retention information for Microsoft Defender
 * for Endpoint".
 */
const defaultSince = "P180D";

const endOfTime = new Date(8.64e15);

export async function runAlerts(options: AlertsOptions): Promise<void> {
  const interrupt = new Interrupt();
  const progress = new StderrProgress("alert", options.quiet === true);
  try {
    await pullAlerts(options, interrupt.signal, progress);
    progress.finish();
  } catch (error) {
    if (interrupt.signal.aborted || error instanceof ReaderGone) progress.finish();
    process.exitCode = exitCodeOf(error, { follow: options.follow === true, interrupt });
    // Standard output may wait for a reader without end: what it has not taken comes again.
    if (interrupt.signal.aborted) process.stderr.write("", () => process.exit());
    else if (!(error instanceof ReaderGone)) throw advised(error, adviceOn);
  } finally {
    interrupt.dispose();
  }
}

async function pullAlerts(options: AlertsOptions, signal: AbortSignal, progress: StderrProgress): Promise<void> {
  checkCombination(options);
  const follow = options.follow === true ? intervalOf(options.interval ?? defaultInterval) : undefined;
  const { checkpoint, since = defaultSince } = options;
  momentOf(since, endOfTime); // A usage error comes before anything is read.
  const sink = sinkOf(options, signal, progress);
  const connector = await selectedConnector(options);
  const api = options.api ?? defaultApi(connector);
  const { tenantId } = connector;
  const known = checkpoint === undefined ? undefined : await openCheckpoint(checkpoint, { tenantId, api });
  if (known !== undefined && options.since !== undefined) {
    progress.note(`The checkpoint continues at ${known.cursor.since}; --since applies to the first run only.`);
  }
  const source = await sourceOf(api, connector, options, signal);
  const clock = new ServiceClock();
  const start = async (): Promise<Position> => {
    const first = await firstMoment(since, source, clock, signal);
    return { version: 1, tenantId, api, cursor: { since: first.toISOString() }, recent: {} };
  };
  const position = known ?? (await patiently(start, { follow, signal, progress }));
  await pull({ source, sink: withFlatMemory(sink), position, checkpoint, follow, signal, progress, clock });
}

function checkCombination(options: AlertsOptions): void {
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

function sinkOf(options: AlertsOptions, signal: AbortSignal, progress: StderrProgress): Destination<FetchedAlert> {
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
  signal: AbortSignal,
): Promise<AlertSource> {
  const endpoints = await endpointsOf(connector);
  const { tenantId } = connector;
  const credentials = async () => connectorEnvironment(connector.clientId, await credentialOf(connector, options));
  await credentials(); // A missing credential is reported before any call.
  const severities = options.severity?.length === recordSeverities.length ? undefined : options.severity;
  if (api === "graph") {
    const tokens = applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal });
    return graphSource({ endpoints, tenantId, tokens, severities });
  }
  const tokens = await legacyTokens(connector, credentials, endpoints, signal);
  return legacySource({ hosts: alertExporterHosts(endpoints, options.region), tenantId, tokens, severities });
}

function adviceOn({ serviceCode, status }: ServiceError): string | undefined {
  const advice = adviceFor(serviceCode);
  if (advice !== undefined || ![401, 403].includes(status)) return advice;
  return "`npx mssp verify` shows what the connector lacks: consent, the SIEM authorization, or its credential.";
}
