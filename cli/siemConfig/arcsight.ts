/**
 * ArcSight's FlexConnector REST: two files for its folder `current/user/agent/flexagent/`.
 *
 * Sources: MicrosoftDocs/windows-itpro-docs, "Configure HP ArcSight to consume Windows Defender ATP alerts" (keys of the client
 * properties file, file names, folder, events URL), and "Microsoft Defender ATP detections API fields" (which field of a detection
 * goes to which of ArcSight's). Microsoft's own parser file isn't public any more: the parser's *syntax* here follows the FlexConnector
 * Developer's Guide and public parser files, and **has not been tried on an ArcSight**; nor has `/` as the place of a bare JSON array. Each function
 * and event field in it is in the public list of the syntax file josephbreihan/vim-arcsight.
 */
import { clouds, legacyAlertResource, legacyTokenEndpoint, withoutTrailingSlash } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import { propertiesText, type PropertiesLine } from "./properties";
import { alertExporter, needClientSecret, type SiemConnection, type SiemFile } from "./siem";

/** How a field of a detection gets into a field of ArcSight's event. */
interface Mapping {
  /** The detection's field. */
  readonly from: string;
  /** ArcSight's event field. */
  readonly to: string;
  /** The parser's expression for it; the field's name alone where there is none. */
  readonly expression?: string;
  /** What a custom field's value is called in ArcSight. */
  readonly label?: string;
}

/** In the order of Microsoft's table. What the table has as "No mapping" is left out. */
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
    // Detections have seven decimals, which Java's SSS would take for up to 10 000 seconds: they are cut off.
    expression: `__createOptionalTimeStampFromString(__regexToken(AlertTime,"(.{19}).*"),"yyyy-MM-dd'T'HH:mm:ss")`,
  },
  { from: "MachineDomain", to: "sourceDnsDomain" },
  { from: "Actor", to: "deviceCustomString4", label: "Actor" },
  { from: "LogOnUsers", to: "sourceUserId" },
];

/** Renders both files. */
export function arcsightFiles(connection: SiemConnection): readonly SiemFile[] {
  needClientSecret(connection, "ArcSight");
  if (!connection.connector.alertApis.includes("legacySiem")) {
    throw new VisibleError(
      `ArcSight's connector reads the legacy alert API, and the connector of stack "${connection.connector.stack}" has no access to it. ` +
        `Add legacySiem to connector.alertApis, or let \`mssp alerts --format cef\` fetch the alerts and hand them over.`,
    );
  }
  return [
    { path: "WDATP-connector.properties", text: propertiesText(clientProperties(connection)), holdsSecret: true },
    { path: "WDATP-connector.jsonparser.properties", text: propertiesText(parserProperties()), holdsSecret: false },
  ];
}

function clientProperties(connection: SiemConnection): PropertiesLine[] {
  const { connector, clientSecret, refreshToken } = connection;
  const { loginEndpoint } = clouds[connector.cloud];
  const authorize = `${withoutTrailingSlash(loginEndpoint)}/${connector.tenantId}/oauth2/authorize`;
  return [
    "Microsoft Defender detections for ArcSight FlexConnector REST: current/user/agent/flexagent/WDATP-connector.properties",
    "In the connector's setup, beside this file:",
    "  Configuration File   WDATP-connector",
    `  Events URL           ${alertExporter(connection)}/api/alerts?sinceTimeUtc=$START_AT_TIME`,
    "  Authentication Type  OAuth 2",
    `  Refresh Token        ${refreshToken}`,
    "",
    ["client_ID", connector.clientId],
    ["client_secret", clientSecret],
    ["auth_url", `${authorize}?resource=${encodeURIComponent(legacyAlertResource)}`],
    ["token_url", legacyTokenEndpoint(connector.cloud, connector.tenantId)],
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
