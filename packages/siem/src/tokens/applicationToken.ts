/** `mssp token --client-credentials`: an access token of the application itself. */
import { requestToken, type AlertApi, type Environment } from "@defender-mssp/microsoft";
import type { Connector } from "../connector/connector";
import { connectorEnvironment, credentialOf, endpointsOf } from "./credentials";
import type { CredentialOptions } from "../connector/credentialOptions";
import { resourceOf } from "./signIn";

export interface ApplicationToken {
  readonly stack: string;
  readonly api: AlertApi;
  readonly accessToken: string;
  readonly expiresOn: Date;
}

/**
 * Requests an access token with the connector's credential.
 * @throws VisibleError for an unusable credential, or when Entra refuses.
 */
export async function requestApplicationToken(
  connector: Connector,
  options: CredentialOptions & { readonly api?: AlertApi },
  environment: Environment,
): Promise<ApplicationToken> {
  const endpoints = await endpointsOf(connector, environment);
  const api = options.api ?? (connector.alertApis.includes("graph") ? "graph" : "legacySiem");
  const { accessToken, expiresOn } = await requestToken({
    tenantId: connector.tenantId,
    audience: resourceOf(api, endpoints),
    v1: api === "legacySiem",
    environment: connectorEnvironment(
      connector.clientId,
      await credentialOf(connector, options, environment),
      environment,
    ),
    endpoints,
  });
  return { stack: connector.stack, api, accessToken, expiresOn };
}
