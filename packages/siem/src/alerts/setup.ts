/** What a pull of one customer's alerts needs: the source, and where to begin. */
import {
  applicationTokens,
  type AlertApi,
  type AlertExporterRegion,
  type Endpoints,
  type Environment,
  type TokenSource,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";
import { shownConnector } from "../connector/shownConnector";
import type { UnreadConnector } from "../connector/connectorSource";
import { alertExporterHosts } from "../connector/hosts";
import { reader } from "../connector/reader";
import type { OpenedPull } from "../pull/many";
import { chosenSeverities } from "../pull/pullOptions";
import type { PullRunOptions, SetupOptions } from "../pull/pullCommand";
import { startOf } from "../pull/start";
import { connectorEnvironment, credentialOf, endpointsOf } from "../tokens/credentials";
import { legacyTokens } from "../tokens/legacyTokens";
import type { AlertSource, FetchedAlert } from "./fetchedAlert";
import { graphSource } from "./graphSource";
import { legacySource } from "./legacySource";

export interface AlertsOptions extends PullRunOptions {
  /** Counts the deliveries once a day. */
  readonly coverage?: boolean;
  readonly api?: AlertApi;
  readonly region?: AlertExporterRegion;
}

/** What the pull of a customer's alerts is opened with. */
export interface AlertsSetup extends SetupOptions {
  /** The program that has the commands, as people type it. */
  readonly program: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Source, position and checkpoint of a customer's pull. @throws VisibleError, ServiceError */
export async function openAlerts(
  customer: UnreadConnector,
  connector: Connector,
  options: AlertsOptions,
  setup: AlertsSetup,
): Promise<OpenedPull<FetchedAlert>> {
  const { checkpointFor, isOneOfMany, follow, signal, progress } = setup;
  const api = options.api ?? defaultApi(connector);
  if (isOneOfMany === true && options.raw === true && api === "legacySiem") {
    throw new VisibleError(
      "--raw for several customers needs --api graph: the legacy API's objects do not name their tenant.",
    );
  }
  const checkpoint = checkpointFor(api);
  const opened = await startOf({
    tenantId: connector.tenantId,
    api,
    checkpoint,
    destinations: setup.destinations,
    since: options.since,
    severities: chosenSeverities(options),
    openSource: () => sourceOf(api, customer, connector, options, setup),
    follow,
    signal,
    progress,
  });
  if (options.coverage !== true || checkpoint === undefined) return opened;
  return { ...opened, afterwards: await coverageStep(checkpoint, api, connector, options, setup) };
}

/** What counts the deliveries once a day. */
async function coverageStep(
  checkpoint: string,
  api: AlertApi,
  connector: Connector,
  options: AlertsOptions,
  setup: AlertsSetup,
): Promise<() => Promise<void>> {
  const { environment, signal, limiter, sleep, progress, program, now } = setup;
  const { tenantId } = connector;
  const endpoints = await endpointsOf(connector, environment);
  const tokens = graphTokens(connector, endpoints, options, setup);
  const readsAlerts = connector.alertApis.includes("graph");
  const calls = { endpoints, tokens, signal, limiter, sleep };
  const { dailyCount } = await import("../deliveryCount/dailyCount.js");
  return dailyCount({
    ...calls,
    checkpoint,
    tenantId,
    api,
    readsAlerts,
    now,
    progress,
    program,
    reader: reader(connector),
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

/** Tokens for Microsoft Graph. */
function graphTokens(
  connector: Connector,
  endpoints: Endpoints,
  options: AlertsOptions,
  { environment, signal, limiter }: SetupOptions,
): TokenSource {
  const { tenantId } = connector;
  const credentials = credentialsOf(connector, options, environment);
  return applicationTokens(credentials, { tenantId, audience: endpoints.graphEndpoint, endpoints, signal, limiter });
}

function credentialsOf(connector: Connector, options: AlertsOptions, environment: Environment) {
  return async (): Promise<Environment> =>
    connectorEnvironment(connector.clientId, await credentialOf(connector, options, environment), environment);
}

async function sourceOf(
  api: AlertApi,
  customer: UnreadConnector,
  connector: Connector,
  options: AlertsOptions,
  setup: SetupOptions,
): Promise<AlertSource> {
  const { environment, signal, limiter, sleep } = setup;
  const endpoints = await endpointsOf(connector, environment);
  const { tenantId } = connector;
  const credentials = credentialsOf(connector, options, environment);
  await credentials(); // A missing credential is reported before any call.
  const severities = chosenSeverities(options);
  if (api === "graph") {
    const tokens = graphTokens(connector, endpoints, options, setup);
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
