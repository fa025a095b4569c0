/**
 * ArcSight's FlexConnector REST: two files for its folder `current/user/agent/flexagent/`.
 *
 * Sources: MicrosoftDocs/windows-itpro-docs, "Configure HP ArcSight to consume Windows Defender ATP
 * alerts" (keys of the client properties file, file names, folder, events URL), and "Microsoft
 * Defender ATP detections API fields" (which field of a detection maps to which field of ArcSight).
 * Microsoft's own parser file is no longer public: the parser's syntax follows the FlexConnector
 * Developer's Guide and public parser files. Each function and event field is in the syntax file
 * josephbreihan/vim-arcsight. The files have not been tried on an ArcSight, nor has `/` as the
 * location of a bare JSON array.
 */
import { legacyAlertResource, legacyTokenEndpoint } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { propertiesText, type PropertiesLine } from "./properties";
import { alertExporter, needClientSecret, plainName, type SiemConnection, type SiemFile, type SiemScope } from "./siem";

/** Maps a field of a detection to a field of an ArcSight event. */
interface Mapping {
  /** The detection's field. */
  readonly from: string;
  /** ArcSight's event field. */
  readonly to: string;
  /** The parser's expression. Default: the field's name. */
  readonly expression?: string;
  /** Label of a custom field. */
  readonly label?: string;
}

/** In the order of Microsoft's table, without the fields that it marks "No mapping". */
const mappings: readonly Mapping[] = [
  { from: "AlertTitle", to: "name" },
  { from: "Severity", to: "deviceSeverity" },
  { from: "Category", to: "deviceEventCategory" },
  { from: "Source", to: "sourceServiceName" },
  { from: "MachineName", to: "sourceHostName" },
  { from: "FileName", to: "fileName" },
  { from: "FilePath", to: "filePath" },
  { from: "UserDomain", to: "sourceNtDomain" },
  { from: "UserName", to: "sourceUserName" },
  { from: "Sha1", to: "fileHash" },
  { from: "Sha256", to: "deviceCustomString6", label: "Sha256" },
  { from: "Md5", to: "deviceCustomString5", label: "Md5" },
  { from: "ThreatName", to: "deviceCustomString1", label: "ThreatName" },
  { from: "IpAddress", to: "sourceAddress", expression: '__regexTokenAsAddress(IpAddress,"(.*)")' },
  { from: "Url", to: "requestUrl" },
  {
    from: "RemediationIsSuccess",
    to: "deviceCustomNumber2",
    expression: '__safeToLong(__ifThenElse(RemediationIsSuccess,"true","1","0"))',
    label: "RemediationIsSuccess",
  },
  {
    from: "WasExecutingWhileDetected",
    to: "deviceCustomNumber1",
    expression: '__safeToLong(__ifThenElse(WasExecutingWhileDetected,"true","1","0"))',
    label: "WasExecutingWhileDetected",
  },
  { from: "AlertId", to: "externalId" },
  { from: "LinkToWDATP", to: "flexString1", label: "LinkToWDATP" },
  {
    from: "AlertTime",
    to: "deviceReceiptTime",
    // Java's SSS would read the seven decimals as up to 10,000 seconds: they are cut off.
    expression: `__createOptionalTimeStampFromString(__regexToken(AlertTime,"(.{19}).*"),"yyyy-MM-dd'T'HH:mm:ss")`,
  },
  { from: "MachineDomain", to: "sourceDnsDomain" },
  { from: "Actor", to: "deviceCustomString4", label: "Actor" },
  { from: "LogOnUsers", to: "sourceUserId" },
];

/**
 * Renders both files, in a folder for each connector: a FlexConnector reads one tenant, and has a
 * folder `flexagent` of its own.
 */
export function arcsightFiles(connections: readonly SiemConnection[], scope: SiemScope): readonly SiemFile[] {
  return connections.flatMap((connection) => {
    const files = filesOf(connection);
    if (scope === "oneCustomer") return files;
    return files.map((file) => ({ ...file, path: `${plainName(connection.connector.stack)}/${file.path}` }));
  });
}

function filesOf(connection: SiemConnection): readonly SiemFile[] {
  needClientSecret(connection, "ArcSight");
  if (!connection.connector.alertApis.includes("legacySiem")) {
    throw new VisibleError(
      `ArcSight reads the legacy alert API, which the connector of stack "${connection.connector.stack}" can't access. ` +
        "Add legacySiem to connector.alertApis, or forward the alerts with the command `alerts --format cef`.",
    );
  }
  return [
    { path: "WDATP-connector.properties", text: propertiesText(clientProperties(connection)), holdsSecret: true },
    { path: "WDATP-connector.jsonparser.properties", text: propertiesText(parserProperties()), holdsSecret: false },
  ];
}

function clientProperties(connection: SiemConnection): PropertiesLine[] {
  const { connector, hosts, clientSecret, refreshToken } = connection;
  const authorize = `${hosts.loginEndpoint}/${connector.tenantId}/oauth2/authorize`;
  return [
    "Microsoft Defender detections for ArcSight FlexConnector REST: current/user/agent/flexagent/WDATP-connector.properties",
    "Enter in the connector's setup:",
    "  Configuration File   WDATP-connector",
    `  Events URL           ${alertExporter(connection)}/api/alerts?sinceTimeUtc=$START_AT_TIME`,
    "  Authentication Type  OAuth 2",
    `  Refresh Token        ${refreshToken}`,
    "",
    ["client_ID", connector.clientId],
    ["client_secret", clientSecret],
    ["auth_url", `${authorize}?resource=${encodeURIComponent(legacyAlertResource)}`],
    ["token_url", legacyTokenEndpoint(connector.cloud, connector.tenantId, hosts.loginEndpoint)],
    ["redirect_uri", connector.redirectUri ?? ""],
    ["scope", ""],
    ["reauthenticate", "true"],
  ];
}

function parserProperties(): PropertiesLine[] {
  const tokens = mappings.flatMap(({ from }, index): PropertiesLine[] => [
    [`token[${index}].name`, from],
    [`token[${index}].location`, from],
    [`token[${index}].type`, "String"],
  ]);
  const events = mappings.flatMap(({ from, to, expression, label }): PropertiesLine[] => [
    [`event.${to}`, expression ?? from],
    ...(label === undefined ? [] : [[`event.${to}Label`, constant(label)] as const]),
  ]);
  return [
    "Microsoft Defender detections for ArcSight FlexConnector REST: current/user/agent/flexagent/WDATP-connector.jsonparser.properties",
    "",
    ["trigger.node.location", "/"],
    "",
    ["token.count", String(mappings.length)],
    ...tokens,
    "",
    ["event.deviceVendor", '__getVendor("Microsoft")'],
    ["event.deviceProduct", constant("Microsoft Defender ATP")],
    ["event.deviceVersion", constant("2.0")],
    ...events,
    "",
    ["severity.map.high.if.deviceSeverity", "High"],
    ["severity.map.medium.if.deviceSeverity", "Medium"],
    ["severity.map.low.if.deviceSeverity", "Low,Informational"],
  ];
}

function constant(text: string): string {
  return `__stringConstant("${text}")`;
}
