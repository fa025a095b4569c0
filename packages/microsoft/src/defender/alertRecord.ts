/**
 * One schema for the alerts of both APIs: docs/alerts.md describes it. A missing value is null or
 * an empty list; times are ISO 8601, UTC, in milliseconds. Any field of an alert may be missing,
 * null or of another type: one alert must not stop the others.
 */
import type { SecurityAlert, SecurityAlertEvidence } from "../graph/types";
import type { LegacyAlert } from "./alerts";
import {
  epoch,
  fieldsOf,
  listOf,
  madeUpId,
  severityOf,
  textOf,
  timeOf,
  type RecordSeverity,
  type Unchecked,
} from "./recordFields";
import type { AlertApi } from "./alertApi";

export { recordSeverities, type RecordSeverity } from "./recordFields";

export interface AlertRecord {
  /** The record's own stable ID: Graph's alert ID, or the legacy API's FullId. Never empty. */
  id: string;
  api: AlertApi;
  /**
   * The alert's ID in the portal, the same in both APIs. Several records of the legacy API may
   * belong to one alert.
   */
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
  /** When the service processed it. */
  createdAt: string;
  updatedAt: string | null;
  firstActivityAt: string | null;
  lastActivityAt: string | null;
  product: string;
  /**
   * What detected it, such as `microsoftDefenderForEndpoint` or `antivirus`. Two of the legacy
   * API's sources are put into these words.
   */
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

/**
 * A record of Graph's alerts_v2. Evidence of other kinds than devices, users, files, processes,
 * addresses and URLs is in the original only.
 */
export function recordOfSecurityAlert(given: SecurityAlert, tenantId: string): AlertRecord {
  const alert: Unchecked<SecurityAlert> = given;
  const id = textOf(alert.id) ?? textOf(alert.providerAlertId) ?? madeUpId(given);
  return {
    id,
    api: "graph",
    alertId: id,
    tenantId: textOf(alert.tenantId) ?? tenantId,
    title: textOf(alert.title) ?? "",
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
    product: textOf(alert.productName) ?? textOf(alert.serviceSource) ?? unknownProduct,
    detectionSource: textOf(alert.detectionSource),
    detectorId: textOf(alert.detectorId),
    incidentId: textOf(alert.incidentId),
    url: textOf(alert.alertWebUrl),
    incidentUrl: textOf(alert.incidentWebUrl),
    mitreTechniques: listOf(alert.mitreTechniques),
    threatName: textOf(alert.threatDisplayName),
    threatFamily: textOf(alert.threatFamilyName),
    recommendedActions: textOf(alert.recommendedActions),
    ...evidenceOf(alert.evidence),
  };
}

/** A record of the legacy alert API. */
export function recordOfLegacyAlert(given: LegacyAlert, tenantId: string): AlertRecord {
  const alert: Unchecked<LegacyAlert> = given;
  const happened = timeOf(alert.AlertTime);
  const alertId = textOf(alert.AlertId);
  const id = textOf(alert.FullId) ?? alertId ?? madeUpId(given);
  return {
    id,
    api: "legacySiem",
    alertId: alertId ?? id,
    tenantId,
    title: textOf(alert.AlertTitle) ?? "",
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
    ...legacyEvidence(alert),
  };
}

function legacyEvidence(alert: Unchecked<LegacyAlert>): EvidenceLists {
  const [name, commandLine] = [textOf(alert.FileName), textOf(alert.CommandLine)];
  const user = { name: textOf(alert.UserName), domain: textOf(alert.UserDomain), userPrincipalName: null };
  const file = {
    name,
    path: textOf(alert.FilePath),
    sha1: textOf(alert.Sha1),
    sha256: textOf(alert.Sha256),
    md5: textOf(alert.Md5),
  };
  const device = {
    id: textOf(alert.DeviceID),
    name: textOf(alert.MachineName),
    dnsName: textOf(alert.ComputerDnsName),
    group: textOf(alert.MachineGroup),
    ipAddresses: [...separated(alert.InternalIPv4List, ";"), ...separated(alert.InternalIPv6List, ";")],
    tags: [...separated(alert.CloudCreatedMachineTags, ","), ...separated(alert.DeviceCreatedMachineTags, ",")],
  };
  return {
    devices: [device],
    users: isEmpty(user) ? [] : [user],
    files: isEmpty(file) ? [] : [file],
    processes: commandLine === null ? [] : [{ id: null, fileName: name, commandLine }],
    ipAddresses: separated(alert.IpAddress, ";"),
    urls: separated(alert.Url, ";"),
  };
}

const unknownProduct = "Microsoft Defender";

type EvidenceLists = Pick<AlertRecord, "devices" | "users" | "files" | "processes" | "ipAddresses" | "urls">;

function evidenceOf(evidence: unknown): EvidenceLists {
  const lists: EvidenceLists = { devices: [], users: [], files: [], processes: [], ipAddresses: [], urls: [] };
  for (const item of Array.isArray(evidence) ? evidence : []) addEvidence(lists, fieldsOf(item));
  return lists;
}

/**
 * https://learn.microsoft.com/graph/api/resources/security-alertevidence: the derived types, by
 * name.
 */
function addEvidence(lists: EvidenceLists, item: Unchecked<SecurityAlertEvidence>): void {
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
  if (user.name === null && user.userPrincipalName === null) return;
  const known = users.find((other) => isSameUser(other, user));
  if (known === undefined) users.push(user);
  else known.userPrincipalName ??= user.userPrincipalName;
}

/** Two users are equal if name and domain are known and equal, or nothing distinguishes them. */
function isSameUser(a: AlertUser, b: AlertUser): boolean {
  const [first, second] = [a.userPrincipalName, b.userPrincipalName];
  if (a.name !== b.name || a.domain !== b.domain) return false;
  if (first?.toLowerCase() === second?.toLowerCase()) return true;
  return (first === null || second === null) && a.name !== null && a.domain !== null;
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
  if (!isEmpty(file)) files.push(file);
}

function isEmpty(fields: object): boolean {
  return Object.values(fields).every((value) => value === null);
}

function addText(list: string[], value: unknown): void {
  const text = textOf(value);
  if (text !== null) list.push(text);
}

function separated(value: unknown, separator: string): string[] {
  return (textOf(value) ?? "")
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The legacy API's Source; two values are put into the words of alerts_v2. */
function sourceOf(value: unknown): string | null {
  const source = textOf(value);
  if (source === "EDR") return "microsoftDefenderForEndpoint";
  return source !== null && /^(WindowsDefenderAv|Antivirus)$/i.test(source) ? "antivirus" : source;
}
