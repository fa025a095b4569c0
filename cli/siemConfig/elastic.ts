/**
 * Elastic Agent: bodies for Kibana's Fleet API, one for each of the connector's alert APIs.
 *
 *     curl -u <user> -H 'kbn-xsrf: true' -H 'content-type: application/json' -d @m365_defender.json <kibana>/api/fleet/package_policies
 *
 * Sources: Elastic, "Create a package policy" (Kibana API, simplified format), and elastic/integrations:
 * - `packages/m365_defender`: `manifest.yml` (login_url, client_id, client_secret, tenant_id of the input `httpjson`) and
 *   `data_stream/alert/manifest.yml` (request_url, initial_interval, interval, batch_size); it reads Graph's alerts_v2 as the application.
 * - `packages/microsoft_defender_endpoint`: `data_stream/log`, `manifest.yml` and the test `test-oauth-params-config.yml`
 *   (`oauth_endpoint_params` with `grant_type: refresh_token`). It reads `/api/alerts` of Defender for Endpoint, which the connector may
 *   for its user (Alert.Read) and not by itself: hence the refresh token. It asks `<login_url>/<tenant_id>/oauth2/token` for
 *   the resource `https://api.securitycenter.windows.com/` by default (manifest). Version 2.24.2 has no `oauth_endpoint_params` yet; later ones have.
 *   *Unverified*: it has not been tried on a Kibana.
 */
import { clouds } from "@defender-mssp/microsoft";
import { stringify } from "yaml";
import { needClientSecret, plainName, type SiemConnection, type SiemFile } from "./siem";

/** Renders a file for every alert API that the connector has. */
export function elasticFiles(connection: SiemConnection): readonly SiemFile[] {
  needClientSecret(connection, "Elastic Agent");
  const { alertApis } = connection.connector;
  return [
    ...(alertApis.includes("graph") ? [defenderXdr(connection)] : []),
    ...(alertApis.includes("legacySiem") ? [defenderForEndpoint(connection)] : []),
  ];
}

function defenderXdr({ connector, clientSecret }: SiemConnection): SiemFile {
  const { loginEndpoint, graphEndpoint } = clouds[connector.cloud];
  return policyFile("m365_defender", connector.stack, {
    "m365_defender-httpjson": {
      enabled: true,
      vars: {
        login_url: loginEndpoint,
        client_id: connector.clientId,
        client_secret: clientSecret,
        tenant_id: connector.tenantId,
      },
      streams: {
        "m365_defender.alert": {
          enabled: true,
          vars: { request_url: graphEndpoint, initial_interval: "24h", interval: "5m", batch_size: 2000 },
        },
      },
    },
  });
}

function defenderForEndpoint({ connector, clientSecret, refreshToken }: SiemConnection): SiemFile {
  const { loginEndpoint, defenderApi } = clouds[connector.cloud];
  return policyFile("microsoft_defender_endpoint", connector.stack, {
    "microsoft_defender_endpoint-httpjson": {
      enabled: true,
      streams: {
        "microsoft_defender_endpoint.log": {
          enabled: true,
          vars: {
            client_id: connector.clientId,
            client_secret: clientSecret,
            tenant_id: connector.tenantId,
            login_url: loginEndpoint,
            request_url: `${defenderApi}/api/alerts`,
            interval: "5m",
            // A variable of type yaml: its value is a text that is YAML in turn.
            oauth_endpoint_params: stringify({ grant_type: "refresh_token", refresh_token: refreshToken }),
          },
        },
      },
    },
  });
}

function policyFile(packageName: string, stack: string, inputs: Readonly<Record<string, unknown>>): SiemFile {
  const body = {
    name: `${packageName}-${plainName(stack)}`,
    namespace: "default",
    policy_ids: ["<ID of the agent policy>"],
    package: { name: packageName, version: "<installed version of the integration>" },
    inputs,
  };
  return { path: `${packageName}.json`, text: `${JSON.stringify(body, undefined, 2)}\n`, holdsSecret: true };
}
