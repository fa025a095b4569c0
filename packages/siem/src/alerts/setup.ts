/** What a pull of one customer needs: the source, where to begin, and the sink. */
import {
  applicationTokens,
  type AlertApi,
  type AlertExporterRegion,
  type Environment,
  type RequestLimiter,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import type { Connector } from "../connector/connector";
import { shownConnector } from "../connector/shownConnector";
import type { ConnectionOptions } from "../connector/connectionFiles";
import type { UnreadConnector } from "../connector/connectorSource";
import { alertExporterHosts } from "../connector/hosts";
import type { PullOptions, PullProgress } from "../pull/pull";
import { checkPullOptions, chosenSeverities, type PullCommandOptions } from "../pull/pullOptions";
import { startOf } from "../pull/start";
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
import { flag, UsageError } from "@defender-mssp/terminal/usageError";

export interface AlertsOptions extends CredentialOptions, ConnectionOptions, SinkOptions, PullCommandOptions {
  readonly api?: AlertApi;
  readonly region?: AlertExporterRegion;
  readonly checkpoints?: string;
  readonly parallel?: number;
  readonly metrics?: string;
  readonly health?: string;
}

export interface SetupOptions {
  readonly options: AlertsOptions;
  readonly environment: Environment;
  /** The file for what is read of this customer. */
  readonly checkpointOf: (api: AlertApi) => string | undefined;
  readonly signal: AbortSignal;
  readonly progress: PullProgress;
  /** Pause of --follow, in milliseconds: waits for a service that is down. */
  readonly follow: number | undefined;
  /** Of all customers that this process pulls. */
  readonly limiter?: RequestLimiter;
  /** Waits between two tries of a call. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** Source, position and checkpoint of a customer's pull. @throws VisibleError, ServiceError */
export async function pullOf(
  customer: UnreadConnector,
  connector: Connector,
  { options, environment, checkpointOf, signal, progress, follow, limiter, sleep }: SetupOptions,
): Promise<Pick<PullOptions<FetchedAlert>, "source" | "position" | "checkpoint" | "clock">> {
  const api = options.api ?? defaultApi(connector);
  if (options.all === true && options.raw === true && api === "legacySiem") {
    throw new VisibleError("--raw with --all needs --api graph: the legacy API's objects do not name their tenant.");
  }
  return startOf({
    tenantId: connector.tenantId,
    api,
    checkpoint: checkpointOf(api),
    since: options.since,
    openSource: () => sourceOf(api, customer, connector, options, { environment, signal, limiter, sleep }),
    follow,
    signal,
    progress,
  });
}

/** @throws VisibleError for options that exclude or need each other. */
export function checkCombination(options: AlertsOptions): void {
  checkSinkOptions(options);
  checkPullOptions(options);
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
  session: Pick<Session, "environment" | "out">,
  signal: AbortSignal,
  progress: Pick<PullProgress, "note">,
): Destination<FetchedAlert> {
  const isRaw = options.raw === true;
  const isJson = options.format !== "cef";
  const json = isRaw ? originalAsJson : options.elasticsearch === undefined ? recordAsJson : recordAsEcs;
  const format = isJson ? json : recordAsCef;
  const sourcetype = sourceTypeOf({ isJson, isRaw });
  const records = { isJson, sourcetype, dataStream: "logs-defender.alert-default" };
  const sink = chooseSink(options, records, { session, signal, note: (text) => progress.note(text) });
  return formatted(sink, (alert) => sinkRecordOf(alert, format));
}

async function sourceOf(
  api: AlertApi,
  customer: UnreadConnector,
  connector: Connector,
  options: AlertsOptions,
  { environment, signal, limiter, sleep }: Pick<SetupOptions, "environment" | "signal" | "limiter" | "sleep">,
): Promise<AlertSource> {
  const endpoints = await endpointsOf(connector, environment);
  const { tenantId } = connector;
  const credentials = async () =>
    connectorEnvironment(connector.clientId, await credentialOf(connector, options, environment), environment);
  await credentials(); // A missing credential is reported before any call.
  const severities = chosenSeverities(options);
  if (api === "graph") {
    const tokens = applicationTokens(credentials, {
      tenantId,
      audience: endpoints.graphEndpoint,
      endpoints,
      signal,
      limiter,
    });
    return graphSource({ endpoints, tenantId, tokens, severities, limiter, sleep });
  }
  const tokens = await legacyTokens(customer, connector, {
    credentials,
    endpoints,
    environment,
    signal,
    limiter,
  });
  return legacySource({ hosts: alertExporterHosts(endpoints, options.region), tenantId, tokens, severities, limiter });
}

/** The options of several customers. */
function checkCustomers(options: AlertsOptions): void {
  const { all, checkpoint } = options;
  const ofAll = (["checkpoints", "parallel"] as const).find((name) => options[name] !== undefined);
  if (ofAll !== undefined && all !== true) {
    throw new UsageError(`${flag(ofAll)} goes with --all.`);
  }
  if (all !== true) return;
  if (checkpoint !== undefined)
    throw new UsageError("--all needs a checkpoint for each customer: --checkpoints <folder>.");
}
