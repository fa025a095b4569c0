/**
 * Splunk: a folder of an app for each of the connector's alert APIs.
 *
 * - Legacy alert API: the REST API Modular Input (Splunkbase 1546, `rest_ta`). Sources: its
 *   `README/inputs.conf.spec` (names of the settings), and Microsoft, "Configure Splunk to consume
 *   Windows Defender ATP alerts" (values, among them JSONArrayHandler).
 * - Microsoft Graph: the Splunk Add-on for Microsoft Security (Splunkbase 6207,
 *   `Splunk_TA_MS_Security`). Sources: its `README/inputs.conf.spec`, and public copies of the
 *   add-on: the input `microsoft_defender_endpoint_atp_alerts`, the known `location`s (those named
 *   `…-graph-api` read `/v1.0/security/alerts_v2`) and the fields of an account. According to that
 *   code, the add-on encrypts a password in the file at its next start; this has not been tried.
 */
import { legacyAlertResource, legacyTokenEndpoint, type AlertApi, type CloudName } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { alertExporter, needClientSecret, plainName, type SiemConnection, type SiemFile } from "./siem";
import { splunkConfText, type Stanza } from "./splunkConf";

/** Seconds between two pulls. */
const interval = "300";

/** The add-on's name for a cloud's Microsoft Graph. It has none for the DoD cloud. */
const graphLocations: Readonly<Partial<Record<CloudName, string>>> = {
  public: "commercial-graph-api",
  gcc: "commercial-graph-api",
  gccHigh: "gcc-high-graph-api",
};

/** Renders the files for each alert API of the connectors, with a stanza for each connector. */
export function splunkFiles(connections: readonly SiemConnection[]): readonly SiemFile[] {
  for (const connection of connections) needClientSecret(connection, "Splunk");
  const having = (api: AlertApi) => connections.filter(({ connector }) => connector.alertApis.includes(api));
  const [legacy, graph] = [having("legacySiem"), having("graph")];
  return [...(legacy.length === 0 ? [] : [restInputs(legacy)]), ...(graph.length === 0 ? [] : addOn(graph))];
}

function restInputs(connections: readonly SiemConnection[]): SiemFile {
  const text = splunkConfText(
    [
      "Microsoft Defender detections, legacy alert API: $SPLUNK_HOME/etc/apps/rest_ta/local/inputs.conf",
      "The input replaces the access token at the first pull, with the refresh token.",
    ],
    connections.map(restInput),
  );
  return { path: "rest_ta/local/inputs.conf", text, holdsSecret: true };
}

function restInput(connection: SiemConnection): Stanza {
  const { connector, hosts, clientSecret, refreshToken } = connection;
  return {
    name: `rest://defender_detections_${plainName(connector.stack)}`,
    settings: [
      ["endpoint", `${alertExporter(connection)}/api/alerts`],
      ["http_method", "GET"],
      ["auth_type", "oauth2"],
      ["oauth2_token_type", "Bearer"],
      ["oauth2_access_token", "replaced-at-the-first-pull"],
      ["oauth2_refresh_token", refreshToken],
      ["oauth2_refresh_url", legacyTokenEndpoint(connector.cloud, connector.tenantId, hosts.loginEndpoint)],
      ["oauth2_refresh_props", `resource=${legacyAlertResource}`],
      ["oauth2_client_id", connector.clientId],
      ["oauth2_client_secret", clientSecret],
      ["response_type", "json"],
      ["response_handler", "JSONArrayHandler"],
      ["polling_interval", interval],
      ["index_error_response_codes", "0"],
      ["sourcetype", "_json"],
      ["disabled", "0"],
    ],
  };
}

/** The add-on's account and input of each connector. */
function addOn(connections: readonly SiemConnection[]): SiemFile[] {
  const app = "Splunk_TA_MS_Security";
  const isSandbox = connections.some(({ hosts }) => hosts.isSandbox);
  const accounts = splunkConfText(
    [`Account of the SIEM connector: $SPLUNK_HOME/etc/apps/${app}/local/splunk_ta_ms_security_account.conf`],
    connections.map(account),
  );
  const inputs = splunkConfText(
    [
      `Microsoft Defender alerts, Microsoft Graph alerts_v2: $SPLUNK_HOME/etc/apps/${app}/local/inputs.conf`,
      ...(isSandbox ? ["The add-on reaches Microsoft's own Graph only: this input can't read the sandbox."] : []),
    ],
    connections.map(alertsInput),
  );
  return [
    { path: `${app}/local/splunk_ta_ms_security_account.conf`, text: accounts, holdsSecret: true },
    { path: `${app}/local/inputs.conf`, text: inputs, holdsSecret: false },
  ];
}

function accountName({ connector }: SiemConnection): string {
  return `defender_${plainName(connector.stack)}`;
}

function account(connection: SiemConnection): Stanza {
  const { connector, clientSecret } = connection;
  return {
    name: accountName(connection),
    settings: [
      ["username", connector.clientId],
      ["password", clientSecret],
      ["tenant_id", connector.tenantId],
    ],
  };
}

function alertsInput(connection: SiemConnection): Stanza {
  const { connector } = connection;
  const name = accountName(connection);
  const location = graphLocations[connector.cloud];
  if (location === undefined) {
    throw new VisibleError(
      `The Splunk Add-on for Microsoft Security doesn't support Microsoft Graph of the cloud "${connector.cloud}". ` +
        "Forward the alerts to Splunk's HTTP Event Collector with the command `alerts --hec`.",
    );
  }
  return {
    name: `microsoft_defender_endpoint_atp_alerts://${name}`,
    settings: [
      ["azure_app_account", name],
      ["tenant_id", connector.tenantId],
      ["location", location],
      ["interval", interval],
      ["sourcetype", "ms:defender:atp:alerts"],
      ["disabled", "0"],
    ],
  };
}
