/** What a pull of one customer's alerts needs: the source, where to begin, and the sink. */
import { applicationTokens, type AlertApi, type AlertExporterRegion } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";
import { shownConnector } from "../connector/shownConnector";
import type { UnreadConnector } from "../connector/connectorSource";
import { alertExporterHosts } from "../connector/hosts";
import type { OpenedPull } from "../pull/many";
import { chosenSeverities } from "../pull/pullOptions";
import type { PullRunOptions, SetupOptions } from "../pull/pullCommand";
import { startOf } from "../pull/start";
import { chooseSink, type SinkContext } from "../sinks/chooseSink";
import { formatted, type Destination } from "../sinks/sink";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { legacyTokens } from "../tokens/legacyTokens";
import { sinkRecordOf, type AlertSource, type FetchedAlert } from "./fetchedAlert";
import { originalAsJson, recordAsCef, recordAsEcs, recordAsJson, sourceTypeOf } from "./formats";
import { graphSource } from "./graphSource";
import { legacySource } from "./legacySource";

export interface AlertsOptions extends PullRunOptions {
  readonly api?: AlertApi;
  readonly region?: AlertExporterRegion;
}

/** Source, position and checkpoint of a customer's pull. @throws VisibleError, ServiceError */
export async function openAlerts(
  customer: UnreadConnector,
  connector: Connector,
  options: AlertsOptions,
  setup: SetupOptions,
): Promise<OpenedPull<FetchedAlert>> {
  const { checkpointFor, isOneOfMany, follow, signal, progress } = setup;
  const api = options.api ?? defaultApi(connector);
  if (isOneOfMany === true && options.raw === true && api === "legacySiem") {
    throw new VisibleError(
      "--raw for several customers needs --api graph: the legacy API's objects do not name their tenant.",
    );
  }
  return startOf({
    tenantId: connector.tenantId,
    api,
    checkpoint: checkpointFor(api),
    destinations: setup.destinations,
    since: options.since,
    severities: chosenSeverities(options),
    openSource: () => sourceOf(api, customer, connector, options, setup),
    follow,
    signal,
    progress,
  });
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

/** The destination that the options name. @throws VisibleError */
export function alertSink(options: AlertsOptions, context: SinkContext): Destination<FetchedAlert> {
  const isRaw = options.raw === true;
  const isJson = options.format !== "cef";
  const json = isRaw ? originalAsJson : options.elasticsearch === undefined ? recordAsJson : recordAsEcs;
  const format = isJson ? json : recordAsCef;
  const sourcetype = sourceTypeOf({ isJson, isRaw });
  const records = { isJson, sourcetype, dataStream: "logs-defender.alert-default" };
  return formatted(chooseSink(options, records, context), (alert) => sinkRecordOf(alert, format));
}

async function sourceOf(
  api: AlertApi,
  customer: UnreadConnector,
  connector: Connector,
  options: AlertsOptions,
  { environment, signal, limiter, sleep }: SetupOptions,
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
