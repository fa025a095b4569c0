/**
 * One schema for the alerts of both APIs: docs/alerts.md describes it. What an alert doesn't say is null, or an empty list; times are
 * ISO 8601, UTC, in milliseconds.
 */
import type { SecurityAlert, SecurityAlertEvidence } from "../graph/types";
import type { LegacyAlert } from "./alerts";
import type { AlertApi } from "./siemConnector";

export const recordSeverities = ["informational", "low", "medium", "high"] as const;
export type RecordSeverity = (typeof recordSeverities)[number];

export interface AlertRecord {
  /** This record's own, the same whenever it comes: Graph's alert ID, or the legacy API's FullId. */
  id: string;
  api: AlertApi;
  /** The alert's ID in the portal, the same in both APIs. Several records of the legacy API may belong to one alert. */
  alertId: string;
  tenantId: string;
  title: string;
  description: string | null;
  category: string | null;
  severity: RecordSeverity | "unknown";
  /** Graph only, as are classification, determination and assignedTo. */
  status: string | null;
  classification: string | null;
  determination: string | null;
  assignedTo: string | null;
  /** When the service had it. */
  createdAt: string;
  updatedAt: string | null;
  firstActivityAt: string | null;
  lastActivityAt: string | null;
  product: string;
  /** What detected it, such as `microsoftDefenderForEndpoint` or `antivirus`; the legacy API's Source is put into the same words. */
  detectionSource: string | null;
  detectorId: string | null;
  incidentId: string | null;
  url: string | null;
  incidentUrl: string | null;
  mitreTechniques: string[];
  threatName: string | null;
  threatFamily: string | null;
  recommendedActions: string | null;
  devices: AlertDevice[];
  users: AlertUser[];
  files: AlertFile[];
  processes: AlertProcess[];
  ipAddresses: string[];
  urls: string[];
}

export interface AlertDevice {
  /** Defender's own ID of it. */
  id: string | null;
  name: string | null;
  dnsName: string | null;
  group: string | null;
  ipAddresses: string[];
  tags: string[];
}

export interface AlertUser {
  name: string | null;
  domain: string | null;
  userPrincipalName: string | null;
}

export interface AlertFile {
  name: string | null;
  /** Folder. */
  path: string | null;
  sha1: string | null;
  sha256: string | null;
  md5: string | null;
}

export interface AlertProcess {
  id: number | null;
  fileName: string | null;
  commandLine: string | null;
}

const endpointProduct = "Microsoft Defender for Endpoint";

/** A record of Graph's alerts_v2. Evidence of other kinds than devices, users, files, processes, addresses and URLs is in the original only. */
export function recordOfSecurityAlert(alert: SecurityAlert, tenantId: string): AlertRecord {
  const evidence = evidenceOf(alert.evidence);
  return {
    id: alert.id,
    api: "graph",
    alertId: alert.id,
    tenantId: alert.tenantId ?? tenantId,
    title: alert.title ?? "",
    description: textOf(alert.description),
    category: textOf(alert.category),
    severity: severityOf(alert.severity),
    status: textOf(alert.status),
    classification: textOf(alert.classification),
    determination: textOf(alert.determination),
    assignedTo: textOf(alert.assignedTo),
    createdAt: timeOf(alert.createdDateTime) ?? timeOf(alert.lastUpdateDateTime) ?? epoch,
    updatedAt: timeOf(alert.lastUpdateDateTime),
    firstActivityAt: timeOf(alert.firstActivityDateTime),
    lastActivityAt: timeOf(alert.lastActivityDateTime),
    product: alert.productName ?? alert.serviceSource,
    detectionSource: textOf(alert.detectionSource),
    detectorId: textOf(alert.detectorId),
    incidentId: textOf(alert.incidentId),
    url: textOf(alert.alertWebUrl),
    incidentUrl: textOf(alert.incidentWebUrl),
    mitreTechniques: listOf(alert.mitreTechniques),
    threatName: textOf(alert.threatDisplayName),
    threatFamily: textOf(alert.threatFamilyName),
    recommendedActions: textOf(alert.recommendedActions),
    ...evidence,
  };
}

/** A record of the legacy alert API. */
export function recordOfLegacyAlert(alert: LegacyAlert, tenantId: string): AlertRecord {
  const happened = timeOf(alert.AlertTime);
  const hasUser = alert.UserName || alert.UserDomain;
  const hasFile = alert.FileName || alert.FilePath || alert.Sha1 || alert.Sha256 || alert.Md5;
  return {
    id: alert.FullId || alert.AlertId,
    api: "legacySiem",
    alertId: alert.AlertId,
    tenantId,
    title: alert.AlertTitle,
    description: textOf(alert.Description),
    category: textOf(alert.Category),
    severity: severityOf(alert.Severity),
    status: null,
    classification: null,
    determination: null,
    assignedTo: null,
    createdAt: timeOf(alert.LastProcessedTimeUtc) ?? happened ?? epoch,
    updatedAt: null,
    firstActivityAt: happened,
    lastActivityAt: happened,
    product: endpointProduct,
    detectionSource: sourceOf(alert.Source),
    detectorId: textOf(alert.IoaDefinitionId),
    incidentId: null,
    url: textOf(alert.LinkToMTP) ?? textOf(alert.LinkToWDATP),
    incidentUrl: textOf(alert.IncidentLinkToMTP) ?? textOf(alert.IncidentLinkToWDATP),
    mitreTechniques: [],
    threatName: textOf(alert.ThreatName),
    threatFamily: textOf(alert.ThreatFamily),
    recommendedActions: null,
    devices: [
      {
        id: textOf(alert.DeviceID),
        name: textOf(alert.MachineName),
        dnsName: textOf(alert.ComputerDnsName),
        group: textOf(alert.MachineGroup),
        ipAddresses: [...separated(alert.InternalIPv4List, ";"), ...separated(alert.InternalIPv6List, ";")],
        tags: [...separated(alert.CloudCreatedMachineTags, ","), ...separated(alert.DeviceCreatedMachineTags, ",")],
      },
    ],
    users: hasUser ? [{ name: textOf(alert.UserName), domain: textOf(alert.UserDomain), userPrincipalName: null }] : [],
    files: hasFile
      ? [
          {
            name: textOf(alert.FileName),
            path: textOf(alert.FilePath),
            sha1: textOf(alert.Sha1),
            sha256: textOf(alert.Sha256),
            md5: textOf(alert.Md5),
          },
        ]
      : [],
    processes: alert.CommandLine
      ? [{ id: null, fileName: textOf(alert.FileName), commandLine: alert.CommandLine }]
      : [],
    ipAddresses: separated(alert.IpAddress, ";"),
    urls: separated(alert.Url, ";"),
  };
}

const epoch = new Date(0).toISOString();

type EvidenceLists = Pick<AlertRecord, "devices" | "users" | "files" | "processes" | "ipAddresses" | "urls">;

function evidenceOf(evidence: readonly SecurityAlertEvidence[] | null | undefined): EvidenceLists {
  const lists: EvidenceLists = { devices: [], users: [], files: [], processes: [], ipAddresses: [], urls: [] };
  for (const item of evidence ?? []) addEvidence(lists, item);
  return lists;
}

/** https://learn.microsoft.com/graph/api/resources/security-alertevidence: the derived types, by name. */
function addEvidence(lists: EvidenceLists, item: SecurityAlertEvidence): void {
  switch (item["@odata.type"]) {
    case "#microsoft.graph.security.deviceEvidence":
      lists.devices.push({
        id: textOf(item.mdeDeviceId),
        name: textOf(item.hostName),
        dnsName: textOf(item.deviceDnsName),
        group: textOf(item.rbacGroupName),
        ipAddresses: listOf(item.ipInterfaces),
        tags: listOf(item.tags),
      });
      return;
    case "#microsoft.graph.security.userEvidence":
      addUser(lists, item.userAccount);
      return;
    case "#microsoft.graph.security.fileEvidence":
      addFile(lists, item.fileDetails);
      return;
    case "#microsoft.graph.security.processEvidence":
      lists.processes.push({
        id: typeof item.processId === "number" ? item.processId : null,
        fileName: textOf(fieldsOf(item.imageFile).fileName),
        commandLine: textOf(item.processCommandLine),
      });
      addFile(lists, item.imageFile);
      addUser(lists, item.userAccount);
      return;
    case "#microsoft.graph.security.ipEvidence":
      addText(lists.ipAddresses, item.ipAddress);
      return;
    case "#microsoft.graph.security.urlEvidence":
      addText(lists.urls, item.url);
      return;
  }
}

function addUser({ users }: EvidenceLists, account: unknown): void {
  const { accountName, domainName, userPrincipalName } = fieldsOf(account);
  const user = {
    name: textOf(accountName),
    domain: textOf(domainName),
    userPrincipalName: textOf(userPrincipalName),
  };
  const isKnown = users.some(({ name, domain }) => name === user.name && domain === user.domain);
  if ((user.name ?? user.userPrincipalName) !== null && !isKnown) users.push(user);
}

function addFile({ files }: EvidenceLists, details: unknown): void {
  const { fileName, filePath, sha1, sha256, md5 } = fieldsOf(details);
  const file = {
    name: textOf(fileName),
    path: textOf(filePath),
    sha1: textOf(sha1),
    sha256: textOf(sha256),
    md5: textOf(md5),
  };
  if (Object.values(file).some((value) => value !== null)) files.push(file);
}

function addText(list: string[], value: unknown): void {
  const text = textOf(value);
  if (text !== null) list.push(text);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function separated(text: string | null, separator: string): string[] {
  return (text ?? "")
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function severityOf(text: string): AlertRecord["severity"] {
  const name = text.toLowerCase();
  return recordSeverities.find((severity) => severity === name) ?? "unknown";
}

/** The legacy API's Source in alerts_v2's words, where they have one. */
function sourceOf(source: string): string | null {
  if (source === "EDR") return "microsoftDefenderForEndpoint";
  if (/^(WindowsDefenderAv|Antivirus)$/i.test(source)) return "antivirus";
  return textOf(source);
}

/** As the services write it: taken over without being parsed, since there are millions. */
const usualTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,}Z$/;

/** The services write seven decimals; some of the legacy API's examples have no zone, and are UTC. */
function timeOf(text: string | null | undefined): string | null {
  if (!text) return null;
  if (usualTime.test(text)) return `${text.slice(0, 23)}Z`;
  const time = Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
