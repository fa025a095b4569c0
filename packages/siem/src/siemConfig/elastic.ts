/**
 * Elastic Agent: bodies for Kibana's Fleet API, one for each of the connector's alert APIs.
 *
 *     curl -u <user> -H 'kbn-xsrf: true' -H 'content-type: application/json' \
 *       -d @m365_defender.json <kibana>/api/fleet/package_policies
 *
 * Sources: Elastic, "Create a package policy" (Kibana API, simplified format), and
 * elastic/integrations:
 * - `packages/m365_defender`: `manifest.yml` (login_url, client_id, client_secret, tenant_id of the
 *   input `httpjson`) and `data_stream/alert/manifest.yml` (request_url, initial_interval,
 *   interval, batch_size). It reads alerts_v2 as the application. Version 2.14.2 enables two more
 *   sources by default: `azure-eventhub`, with four required variables, and `incident`, which needs
 *   SecurityIncident.Read.All. Both are disabled here, and so is the deprecated stream `log`, whose
 *   API the connector has no permission for: Fleet keeps a stream that is not named as the package
 *   has it.
 * - `packages/microsoft_defender_endpoint`: `data_stream/log`, `manifest.yml`, `changelog.yml`
 *   (`oauth_endpoint_params` since 4.1.0) and the test `test-oauth-params-config.yml` (`grant_type:
 *   refresh_token`). It reads `/api/alerts` of Defender for Endpoint, which the connector may do
 *   for a user only (Alert.Read): hence the refresh token. It asks
 *   `<login_url>/<tenant_id>/oauth2/token` for the resource
 *   `https://api.securitycenter.windows.com/` by default.
 *
 * The files have not been tried on a Kibana.
 */
import { stringify } from "yaml";
import { needClientSecret, plainName, type SiemConnection, type SiemFile, type SiemScope } from "./siem";

/**
 * Renders a file for each connector and each of its alert APIs: Fleet takes one policy in a call.
 */
export function elasticFiles(connections: readonly SiemConnection[], scope: SiemScope): readonly SiemFile[] {
  return connections.flatMap((connection) => {
    needClientSecret(connection, "Elastic Agent");
    const { alertApis, stack } = connection.connector;
    const files = [
      ...(alertApis.includes("graph") ? [defenderXdr(connection)] : []),
      ...(alertApis.includes("legacySiem") ? [defenderForEndpoint(connection)] : []),
    ];
    return scope === "oneCustomer"
      ? files
      : files.map((file) => ({ ...file, path: `${plainName(stack)}/${file.path}` }));
  });
}

function defenderXdr({ connector, hosts, clientSecret }: SiemConnection): SiemFile {
  const { loginEndpoint, graphEndpoint } = hosts;
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
        "m365_defender.incident": { enabled: false },
        "m365_defender.log": { enabled: false },
      },
    },
    "m365_defender-azure-eventhub": { enabled: false },
  });
}

function defenderForEndpoint({ connector, hosts, clientSecret, refreshToken }: SiemConnection): SiemFile {
  const { loginEndpoint, defenderApi } = hosts;
  const inputs = {
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
            // A variable of type yaml: its value is a string that contains YAML.
            oauth_endpoint_params: stringify({ grant_type: "refresh_token", refresh_token: refreshToken }),
          },
        },
      },
    },
  };
  return policyFile("microsoft_defender_endpoint", connector.stack, inputs, ", 4.1.0 or later");
}

/**
 * @param since what the placeholder of the version says about the oldest one that reads such a
 * file.
 */
function policyFile(
  packageName: string,
  stack: string,
  inputs: Readonly<Record<string, unknown>>,
  since = "",
): SiemFile {
  const body = {
    name: `${packageName}-${plainName(stack)}`,
    namespace: "default",
    policy_ids: ["<ID of the agent policy>"],
    package: { name: packageName, version: `<installed version of the integration${since}>` },
    inputs,
  };
  return { path: `${packageName}.json`, text: `${JSON.stringify(body, undefined, 2)}\n`, holdsSecret: true };
}
