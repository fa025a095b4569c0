/**
 * What Microsoft and the SIEM products end, and when, as far as this program, its files or a query may
 * rest on it. `endings` compares something with this table. State of 2026-11-28; `npm run changes`
 * compares the table with a newer list. `changes` has these and the changes of behaviour.
 */
import { clouds } from "../clouds";
import type { AlertApi } from "../defender/alertApi";

/** Version of the table's form, also of the files that `npm run changes -- --compare` reads. */
export const retirementsVersion = 1;

/** The day of the state that the table describes: `YYYY-MM-DD`. */
export const retirementsAsOf = "2026-11-28";

/** Something that ends. */
export interface Retirement {
  /** Names it in code, in JSON and in metrics. None changes. */
  readonly id: string;
  /** As Microsoft's documents write it, in the singular, at the start of a sentence. */
  readonly what: string;
  /** UTC, `YYYY-MM-DD`; null: no date is published. */
  readonly endsOn: string | null;
  /** `month`: only the month is known, and `endsOn` is its last day. */
  readonly precision: "day" | "month" | null;
  /** Whether `endsOn` is the last day on which it works, and not the first without it. */
  readonly isLastDay?: true;
  /** After `endsOn`: it is off, or the sources don't agree whether it still answers. */
  readonly afterwards: "off" | "mayAnswer";
  /** A name; "none is published" where the sources name none. */
  readonly successor: string;
  /** What to type or set, for people; whole sentences. */
  readonly remedy: string;
  /** How certain the date is. */
  readonly certainty: Certainty;
  readonly source: string;
  /** The day on which somebody read the source. Default: `retirementsAsOf`. */
  readonly read?: string;
  /** Number of the announcement in Microsoft's Message Center. */
  readonly messageCenter?: string;
  readonly matches: RetirementMatches;
}

/** How certain a date is. A digest of the Message Center alone is `low`. */
export type Certainty = "high" | "medium" | "low";

/** What rests on it. */
export interface RetirementMatches {
  /** Choices of `connector.alertApis`. */
  readonly alertApis?: readonly AlertApi[];
  /** What people reach, by the settings. */
  readonly access?: readonly RetiringAccess[];
  /** Host names; `*.` in front stands for any name below. */
  readonly hosts?: readonly string[];
  /** Beginnings of paths at those hosts. Absent: every path. */
  readonly paths?: readonly string[];
  /** `<display name of the API>/<value>`; `*` stands for any rest of a value. */
  readonly permissions?: readonly string[];
  /** Names of hunting tables. */
  readonly tables?: readonly string[];
  /** Columns of those tables. Absent: the table itself ends. */
  readonly columns?: readonly string[];
  /** Pulumi's type tokens. */
  readonly types?: readonly string[];
  /** Add-ons and integrations of SIEM products, by the names in their files. */
  readonly packages?: readonly string[];
  /** Parts of a service's error message. */
  readonly errors?: readonly string[];
}

/** Access of people that ends. */
export type RetiringAccess = "sentinelInAzurePortal";

const alertExporterHosts = Object.values(clouds).flatMap(({ alertExporters }) =>
  Object.values(alertExporters).map((url) => new URL(url).hostname),
);
const graphHosts = [...new Set(Object.values(clouds).map(({ graphEndpoint }) => new URL(graphEndpoint).hostname))];
const defenderHosts = [
  ...new Set(Object.values(clouds).map(({ defenderApi }) => new URL(defenderApi).hostname)),
  "api.securitycenter.microsoft.com",
  "api.securitycenter.windows.com",
];
const xdrHosts = ["api.security.microsoft.com", "api-gcc.security.microsoft.us", "api-gov.security.microsoft.us"];

const readsGraph =
  "Let the SIEM read Microsoft Graph (`npx mssp docs siem-engineer`), then set connector.alertApis: [graph] and run `npx pulumi up`.";
const huntsByGraph = "Set connector.profile: hunt, run `npx pulumi up`, and query with `npx mssp hunt`.";

const table = [
  {
    id: "mde-siem-api",
    what: "The SIEM API of Defender for Endpoint (the legacy alert API)",
    endsOn: "2024-12-31",
    // Deprecated on 2023-12-31, which is certain; the page says that it "may" be off.
    afterwards: "mayAnswer",
    successor: "Microsoft Graph alerts_v2 (SecurityAlert.Read.All)",
    remedy: readsGraph,
    certainty: "medium",
    source: "Microsoft, Pull Microsoft Defender for Endpoint detections using SIEM REST API",
    matches: { alertApis: ["legacySiem"], hosts: alertExporterHosts, permissions: ["WindowsDefenderATP/Alert.Read"] },
  },
  {
    id: "mde-advanced-hunting-api",
    what: "The advanced hunting API of Defender for Endpoint",
    endsOn: "2027-02-01",
    successor: "Microsoft Graph runHuntingQuery (ThreatHunting.Read.All)",
    remedy: huntsByGraph,
    certainty: "high",
    messageCenter: "MC1220762",
    source: "MC1220762, 2026-01-22; Microsoft Graph security API overview",
    matches: {
      hosts: defenderHosts,
      paths: ["/api/advancedqueries"],
      permissions: ["WindowsDefenderATP/AdvancedQuery.Read.All", "WindowsDefenderATP/AdvancedQuery.Read"],
    },
  },
  {
    id: "xdr-advanced-hunting-api",
    what: "The advanced hunting API of Microsoft Defender XDR",
    endsOn: "2027-02-01",
    successor: "Microsoft Graph runHuntingQuery (ThreatHunting.Read.All)",
    remedy: huntsByGraph,
    certainty: "high",
    messageCenter: "MC1220762",
    source: "MC1220762, 2026-01-22; Microsoft, Advanced hunting API (2026-08-03)",
    matches: {
      hosts: xdrHosts,
      paths: ["/api/advancedhunting"],
      permissions: [
        "Microsoft Threat Protection/AdvancedHunting.Read.All",
        "Microsoft Threat Protection/AdvancedHunting.Read",
      ],
    },
  },
  {
    id: "mde-api-rest",
    what: "The rest of the Defender for Endpoint API (devices, response actions, alerts, indicators)",
    successor: "none is published for response actions and indicators; for alerts Microsoft Graph alerts_v2",
    remedy: "Nothing to change today. The wording of MC1220762 would include it; Microsoft names hunting alone.",
    certainty: "low",
    messageCenter: "MC1220762",
    source: "MC1220762, 2026-01-22; Microsoft Q&A 5883571, 2026-05-07",
    matches: {
      hosts: defenderHosts,
      paths: ["/api/machines", "/api/machineactions", "/api/alerts", "/api/indicators", "/api/vulnerabilities"],
      permissions: [
        "WindowsDefenderATP/Machine.*",
        "WindowsDefenderATP/Alert.Read.All",
        "WindowsDefenderATP/Alert.ReadWrite*",
        "WindowsDefenderATP/Ti.*",
      ],
    },
  },
  {
    id: "mde-old-host",
    what: "The host name api.securitycenter.microsoft.com or api.securitycenter.windows.com",
    successor: "api.security.microsoft.com, with the same paths",
    remedy: "Replace the host name in the SIEM's settings.",
    certainty: "low",
    source: "Microsoft, Supported Defender for Endpoint APIs; Microsoft Q&A 5883571",
    matches: { hosts: ["api.securitycenter.microsoft.com", "api.securitycenter.windows.com"] },
  },
  {
    id: "xdr-incidents-api",
    what: "The incidents API of Microsoft Defender XDR",
    successor: "Microsoft Graph incidents (SecurityIncident.Read.All)",
    remedy: "Set connector.incidents: true, run `npx pulumi up`, and read with `npx mssp incidents`.",
    certainty: "low",
    messageCenter: "MC1220762",
    source: "MC1220762, 2026-01-22",
    matches: {
      hosts: xdrHosts,
      paths: ["/api/incidents"],
      permissions: ["Microsoft Threat Protection/Incident.*"],
    },
  },
  {
    id: "graph-legacy-alerts",
    what: "The legacy alerts API of Microsoft Graph (/security/alerts)",
    endsOn: "2026-10-15",
    successor: "Microsoft Graph alerts_v2 (SecurityAlert.Read.All)",
    remedy:
      "Replace /security/alerts by /security/alerts_v2 in the SIEM's settings; write them with `npx mssp siem-config`.",
    certainty: "high",
    source: "Microsoft Graph, What's new, August 2026: moved from 2026-08-31 to 2026-10-15",
    // SecurityEvents.* also serve secureScores, which stay.
    matches: { hosts: graphHosts, paths: ["/v1.0/security/alerts", "/beta/security/alerts"] },
  },
  {
    id: "graph-tiindicators",
    what: "The tiIndicators API of Microsoft Graph",
    endsOn: "2026-04-30",
    precision: "month",
    successor: "the STIX objects upload API of Microsoft Sentinel, or the indicators of Defender for Endpoint",
    remedy: "Remove the permission and the path.",
    certainty: "high",
    source: "ThreatConnect documentation, 2026-05-07",
    matches: {
      hosts: graphHosts,
      paths: ["/beta/security/tiIndicators"],
      permissions: ["Microsoft Graph/ThreatIndicators.ReadWrite.OwnedBy"],
    },
  },
  {
    id: "sentinel-azure-portal",
    what: "Microsoft Sentinel in the Azure portal",
    endsOn: "2027-03-31",
    isLastDay: true,
    successor: "Microsoft Sentinel in the Microsoft Defender portal",
    remedy: "Set sentinelAccess beside azureDelegation: see `npx mssp docs azure`.",
    certainty: "high",
    // Moved from 2026-07-01 in January 2026.
    source: "https://learn.microsoft.com/azure/sentinel/overview",
    matches: { access: ["sentinelInAzurePortal"] },
  },
  {
    id: "sentinel-rest-incidents",
    what: "The incidents API of Microsoft Sentinel in Azure Resource Manager",
    successor: "Microsoft Graph incidents and alerts_v2",
    remedy: "Read incidents with `npx mssp incidents`.",
    certainty: "low",
    source: "Microsoft Graph documentation: it 'will be retired in the future'",
    matches: { permissions: ["Microsoft.SecurityInsights/incidents/*"] },
  },
  {
    id: "aad-graph",
    what: "Azure AD Graph",
    endsOn: "2025-08-31",
    // The tokens of the legacy alert API name it as their resource.
    afterwards: "mayAnswer",
    successor: "Microsoft Graph",
    remedy: readsGraph,
    certainty: "medium",
    source: "Microsoft Tech Community 4090533",
    matches: { hosts: ["graph.windows.net"], permissions: ["Windows Azure Active Directory/*"] },
  },
  {
    id: "http-data-collector-api",
    what: "The HTTP Data Collector API of Log Analytics",
    endsOn: "2026-09-14",
    // "No longer functional" on one page; on a newer one "ingestion continues for TLS 1.2 clients".
    afterwards: "mayAnswer",
    successor: "the Logs Ingestion API with a data collection rule",
    remedy: "Deliver with `npx mssp alerts --log-analytics`: see `npx mssp docs destinations`.",
    certainty: "medium",
    source: "Microsoft, Azure Monitor HTTP Data Collector API; Migrate from the HTTP Data Collector API",
    matches: { hosts: ["*.ods.opinsights.azure.com", "*.ods.opinsights.azure.us"], paths: ["/api/logs"] },
  },
  {
    id: "threatintelligenceindicator-table",
    what: "The table ThreatIntelligenceIndicator",
    endsOn: "2025-07-31",
    // Queries still answer, with old rows only.
    afterwards: "mayAnswer",
    successor: "ThreatIntelIndicators, ThreatIntelObjects",
    remedy: "Replace the table's name in the query.",
    certainty: "medium",
    source: "Microsoft, Threat intelligence in Microsoft Sentinel: no new data after 2025-07-31",
    matches: { tables: ["ThreatIntelligenceIndicator"] },
  },
  {
    id: "aadsignineventsbeta",
    what: "The hunting table AADSignInEventsBeta",
    endsOn: "2026-10-19",
    successor: "EntraIdSignInEvents",
    remedy: "Replace the table's name in the query.",
    certainty: "high",
    source: "Microsoft Defender XDR, advanced hunting schema changes, 2026-08-04",
    matches: { tables: ["AADSignInEventsBeta"] },
  },
  {
    id: "aadspnsignineventsbeta",
    what: "The hunting table AADSpnSignInEventsBeta",
    endsOn: "2026-10-19",
    successor: "EntraIdSpnSignInEvents",
    remedy: "Replace the table's name in the query.",
    certainty: "high",
    source: "Microsoft Defender XDR, advanced hunting schema changes, 2026-08-04",
    matches: { tables: ["AADSpnSignInEventsBeta"] },
  },
  {
    id: "graphapiauditevents-rename",
    what: "The column IPAddress of the hunting table GraphApiAuditEvents",
    endsOn: "2026-08-31",
    precision: "month",
    successor: "the column IpAddress",
    remedy: "Replace the column's name in the query.",
    certainty: "medium",
    source: "Microsoft Defender XDR, advanced hunting schema changes, 2026-08",
    matches: { tables: ["GraphApiAuditEvents"], columns: ["IPAddress"] },
  },
  {
    id: "graph-pim-iteration-2",
    what: "The API of Privileged Identity Management, iteration 2 (beta)",
    endsOn: "2026-10-28",
    successor: "iteration 3: roleManagement/directory and identityGovernance/privilegedAccess/group",
    remedy: "Replace /beta/privilegedAccess. This program calls iteration 3.",
    certainty: "high",
    source: "Deprecation mark 2025-10/PIM_Iteration2_Deprecation in Microsoft's own Graph clients",
    read: "2026-12-02",
    matches: { hosts: graphHosts, paths: ["/beta/privilegedAccess"] },
  },
  {
    id: "sentinel-tip-connector",
    what: "The data connector Threat Intelligence Platforms of Microsoft Sentinel",
    endsOn: "2026-04-30",
    precision: "month",
    successor: "the STIX objects upload API of Microsoft Sentinel",
    remedy: "Remove the resource.",
    certainty: "medium",
    source: "It reads tiIndicators of Microsoft Graph",
    matches: { types: ["azure-native:securityinsights:TIDataConnector"] },
  },
  {
    id: "sentinel-incident-creation-rules",
    what: "An incident creation rule of Microsoft Sentinel in a workspace of the Defender portal",
    successor: "the Defender XDR connector: the Defender portal creates incidents",
    remedy: "Remove the resource. The rule is off as soon as the workspace is connected to the Defender portal.",
    certainty: "high",
    source: "Microsoft, Transition your Microsoft Sentinel environment to the Defender portal (2025-07-29)",
    matches: { types: ["azure-native:securityinsights:MicrosoftSecurityIncidentCreationAlertRule"] },
  },
  {
    id: "service-principal-less-authentication",
    what: "Sign-in of an application without a service principal in the tenant",
    endsOn: "2026-03-31",
    precision: "month",
    successor: "a service principal of the application in the customer's tenant",
    remedy: "An administrator of the customer consents to the application, which creates it: `npx mssp permissions`.",
    certainty: "high",
    source: "Microsoft Entra, service principal-less authentication",
    matches: { errors: ["Service principal-less Authentication failed"] },
  },
  {
    id: "splunk-ta-legacy-endpoints",
    what: "The Splunk Add-on for Microsoft Security before version 5.12.3",
    successor: "the newest version of the add-on",
    remedy: "Update the add-on in Splunk.",
    certainty: "low",
    source: "Release notes of the add-on, 5.12.3",
    matches: { packages: ["Splunk_TA_MS_Security"] },
  },
  {
    id: "elastic-m365-defender",
    what: "The Elastic integration microsoft_defender_endpoint, which reads /api/alerts",
    successor: "the Elastic integration m365_defender, which reads Microsoft Graph alerts_v2",
    remedy: readsGraph,
    certainty: "medium",
    source: "elastic/integrations 16629, 2521",
    matches: { packages: ["microsoft_defender_endpoint"] },
  },
] as const satisfies readonly (Omit<Retirement, keyof UsualEnd> & Partial<UsualEnd>)[];

/** What most rows leave out: a day, and off afterwards; or no date. */
type UsualEnd = Pick<Retirement, "endsOn" | "precision" | "afterwards">;

export type RetirementId = (typeof table)[number]["id"];

export const retirements = table.map((row): Retirement & { readonly id: RetirementId } => {
  const usual: UsualEnd = { endsOn: null, precision: "endsOn" in row ? "day" : null, afterwards: "off" };
  return { ...usual, ...row };
});

type TableEntry<Id extends RetirementId> = Retirement & Extract<(typeof table)[number], { readonly id: Id }>;

export function retirement<Id extends RetirementId>(id: Id): TableEntry<Id> {
  const entry = retirements.find((candidate): candidate is TableEntry<Id> => candidate.id === id);
  if (entry === undefined) throw new Error(`no retirement ${id}`);
  return entry;
}
