/** The host of the customer's legacy alert API, which a product's files name. */
import { clouds, request, type AlertExporterRegion, type Endpoints, type Environment } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { UnreadConnector } from "../connector/connectorSource";
import { acceptingHost, alertExporterHosts } from "../connector/hosts";
import { connectorEnvironment, credentialOf } from "../tokens/credentials";
import { legacyTokens } from "../tokens/legacyTokens";

interface EndpointsOfCustomer {
  readonly endpoints: Endpoints;
  readonly environment: Environment;
}

/**
 * The legacy alert API of the customer's region: the one that --region names, or the only one that
 * there is, or the one that accepts the connector's token.
 * @throws VisibleError when the cloud has no such region, or none of them accepts the connector.
 */
export async function customerAlertExporter(
  customer: UnreadConnector,
  { endpoints, environment }: EndpointsOfCustomer,
  region: AlertExporterRegion | undefined,
): Promise<string> {
  const hosts = alertExporterHosts(endpoints, region);
  const [only, ...others] = hosts;
  if (only === undefined) throw new VisibleError(noSuchRegion(endpoints, region));
  if (others.length === 0) return only;
  try {
    return await askForHost(customer, { endpoints, environment }, hosts);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    throw new VisibleError(
      `The region of the customer's Defender data could not be determined: ${error.message}\n` +
        `Name it with --region ${regionsOf(endpoints).join("|")}.`,
      { cause: error },
    );
  }
}

/** Asks each region for no more than one alert of the last hour. */
async function askForHost(
  customer: UnreadConnector,
  { endpoints, environment }: EndpointsOfCustomer,
  hosts: readonly string[],
): Promise<string> {
  const connector = await customer.read();
  const credential = await credentialOf(connector, {}, environment);
  const tokens = await legacyTokens(customer, connector, {
    credentials: () => connectorEnvironment(connector.clientId, credential, environment),
    endpoints,
    environment,
  });
  const { host } = await acceptingHost(hosts, (candidate) =>
    tokens.use((token) => request(`${candidate}/api/alerts?limit=1&ago=PT1H`, { token, isWhole: Array.isArray })),
  );
  return host;
}

function noSuchRegion(endpoints: Endpoints, region = "any"): string {
  const regions = regionsOf(endpoints).join(", ");
  return `The legacy alert API of the cloud "${endpoints.cloud}" has no region "${region}": it has ${regions} (--region).`;
}

function regionsOf({ cloud }: Endpoints): string[] {
  return Object.keys(clouds[cloud].alertExporters);
}
