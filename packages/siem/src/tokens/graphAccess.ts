import {
  applicationTokens,
  type CredentialsSource,
  type Endpoints,
  type Environment,
  type RequestLimiter,
  type TokenSource,
} from "@defender-mssp/microsoft";
import type { Connector } from "../connector/connector";
import type { CredentialOptions } from "../connector/credentialOptions";
import { connectorEnvironment, credentialOf, endpointsOf } from "./credentials";

/** What calls of Microsoft Graph as the connector need. */
export interface GraphAccess {
  readonly tenantId: string;
  readonly endpoints: Endpoints;
  readonly tokens: TokenSource;
  /** Read at each call: federated tokens change. @throws VisibleError */
  readonly credentials: CredentialsSource;
}

export interface GraphAccessOptions {
  readonly environment: Environment;
  readonly signal?: AbortSignal;
  readonly limiter?: RequestLimiter | undefined;
}

/** @throws VisibleError, ServiceError */
export async function graphAccess(
  connector: Connector,
  options: CredentialOptions,
  { environment, signal, limiter }: GraphAccessOptions,
): Promise<GraphAccess> {
  const { tenantId, clientId } = connector;
  const endpoints = await endpointsOf(connector, environment);
  const credentials = async (): Promise<Environment> =>
    connectorEnvironment(clientId, await credentialOf(connector, options, environment), environment);
  const audience = endpoints.graphEndpoint;
  const tokens = applicationTokens(credentials, { tenantId, audience, endpoints, signal, limiter });
  return { tenantId, endpoints, tokens, credentials };
}
