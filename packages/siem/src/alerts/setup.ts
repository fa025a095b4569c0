/** What a pull of one customer's alerts needs: the source, and where to begin. */
import type { AlertApi, AlertExporterRegion } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";
import { shownConnector } from "../connector/shownConnector";
import type { UnreadConnector } from "../connector/connectorSource";
import { alertExporterHosts } from "../connector/hosts";
import { reader } from "../connector/reader";
import { chosenSeverities } from "../pull/pullOptions";
import type { PullRunOptions, SetupOptions } from "../pull/pullCommand";
import { startOf, type OpenedPull } from "../pull/start";
import { graphAccess } from "../tokens/graphAccess";
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
  const { destinations, environment, follow, limiter, progress, signal, sleep } = setup;
  const { tenantId, alertApis } = connector;
  const api = options.api ?? defaultApi(connector);
  if (setup.isOneOfMany === true && options.raw === true && api === "legacySiem") {
    throw new VisibleError(
      "--raw for several customers needs --api graph: the legacy API's objects do not name their tenant.",
    );
  }
  const severities = chosenSeverities(options);
  const access = await graphAccess(connector, options, setup);
  const openSource = async (): Promise<AlertSource> => {
    await access.credentials(); // A missing credential is reported before any call.
    if (api === "graph") return graphSource({ ...access, severities, limiter, sleep });
    const tokens = await legacyTokens(customer, connector, { ...access, environment, signal, limiter });
    const hosts = alertExporterHosts(access.endpoints, options.region);
    return legacySource({ hosts, tenantId, tokens, severities, limiter });
  };
  const checkpoint = setup.checkpointFor(api);
  const place = { tenantId, api, checkpoint, destinations };
  const { since } = options;
  const opened = await startOf({ ...place, since, severities, openSource, follow, signal, progress });
  if (options.coverage !== true || checkpoint === undefined) return opened;
  const { dailyCount } = await import("../deliveryCount/dailyCount.js");
  const readsAlerts = alertApis.includes("graph");
  const count = { ...access, ...setup, checkpoint, api, readsAlerts, reader: reader(connector) };
  return { ...opened, afterwards: dailyCount(count) };
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
