/** Access tokens for the legacy alert API. */
import {
  applicationTokens,
  legacyAlertResource,
  refreshedTokens,
  type CredentialsSource,
  type Endpoints,
  type Environment,
  type RequestLimiter,
  type TokenSource,
} from "@defender-mssp/microsoft";
import type { Connector } from "../connector/connector";
import type { UnreadConnector } from "../connector/connectorSource";

export interface LegacyTokensOptions {
  readonly credentials: CredentialsSource;
  readonly endpoints: Endpoints;
  readonly environment: Environment;
  readonly signal?: AbortSignal;
  readonly limiter?: RequestLimiter;
}

/**
 * Tokens for the user who signed in with `mssp token`, as the document of 2018 describes; without a
 * refresh token, tokens of the application. MSSP_REFRESH_TOKEN takes precedence over the kept
 * refresh token.
 */
export async function legacyTokens(
  customer: UnreadConnector,
  connector: Connector,
  { credentials, endpoints, environment, signal, limiter }: LegacyTokensOptions,
): Promise<TokenSource> {
  const kept = await customer.keptToken(connector);
  const refreshToken =
    environment["MSSP_REFRESH_TOKEN"] || (await kept.record().then((record) => record && kept.read(record)));
  const common = { tenantId: connector.tenantId, endpoints, signal, limiter };
  if (refreshToken) return refreshedTokens(credentials, refreshToken, { ...common, resource: legacyAlertResource });
  return applicationTokens(credentials, { ...common, audience: legacyAlertResource, v1: true });
}
