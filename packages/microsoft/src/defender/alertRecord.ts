/**
 * One schema for the alerts of both APIs: docs/alerts.md describes it. A missing value is null or
 * an empty list; times are ISO 8601, UTC, in milliseconds. Any field of an alert may be missing,
 * null or of another type: one alert must not stop the others.
 */
import { isDeepStrictEqual } from "node:util";
import { recordOf, textsOf } from "@defender-mssp/errors/json";
import type { SecurityAlert, SecurityAlertEvidence } from "./securityTypes";
import type { LegacyAlert } from "./alerts";
import { epoch, madeUpId, severityOf, textOrNull, timeOf, type RecordSeverity, type Unchecked } from "./recordFields";
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
  const id = textOrNull(alert.id) ?? textOrNull(alert.providerAlertId) ?? madeUpId(given);
  return {
    id,
    api: "graph",
    alertId: id,
    tenantId: textOrNull(alert.tenantId) ?? tenantId,
    title: textOrNull(alert.title) ?? "",
    description: textOrNull(alert.description),
    category: textOrNull(alert.category),
    severity: severityOf(alert.severity),
    status: textOrNull(alert.status),
    classification: textOrNull(alert.classification),
    determination: textOrNull(alert.determination),
    assignedTo: textOrNull(alert.assignedTo),
    createdAt: timeOf(alert.createdDateTime) ?? timeOf(alert.lastUpdateDateTime) ?? epoch,
    updatedAt: timeOf(alert.lastUpdateDateTime),
    firstActivityAt: timeOf(alert.firstActivityDateTime),
    lastActivityAt: timeOf(alert.lastActivityDateTime),
    product: textOrNull(alert.productName) ?? textOrNull(alert.serviceSource) ?? unknownProduct,
    detectionSource: textOrNull(alert.detectionSource),
    detectorId: textOrNull(alert.detectorId),
    incidentId: textOrNull(alert.incidentId),
    url: textOrNull(alert.alertWebUrl),
    incidentUrl: textOrNull(alert.incidentWebUrl),
    mitreTechniques: textsOf(alert.mitreTechniques),
    threatName: textOrNull(alert.threatDisplayName),
    threatFamily: textOrNull(alert.threatFamilyName),
    recommendedActions: textOrNull(alert.recommendedActions),
    ...evidenceOf(alert.evidence),
  };
}

export function recordOfLegacyAlert(given: LegacyAlert, tenantId: string): AlertRecord {
  const alert: Unchecked<LegacyAlert> = given;
  const happened = timeOf(alert.AlertTime);
  const alertId = textOrNull(alert.AlertId);
  const id = textOrNull(alert.FullId) ?? alertId ?? madeUpId(given);
  return {
    id,
    api: "legacySiem",
    alertId: alertId ?? id,
    tenantId,
    title: textOrNull(alert.AlertTitle) ?? "",
    description: textOrNull(alert.Description),
    category: textOrNull(alert.Category),
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
    detectorId: textOrNull(alert.IoaDefinitionId),
    incidentId: null,
    url: textOrNull(alert.LinkToMTP) ?? textOrNull(alert.LinkToWDATP),
    incidentUrl: textOrNull(alert.IncidentLinkToMTP) ?? textOrNull(alert.IncidentLinkToWDATP),
    mitreTechniques: [],
    threatName: textOrNull(alert.ThreatName),
    threatFamily: textOrNull(alert.ThreatFamily),
    recommendedActions: null,
    ...legacyEvidence(alert),
  };
}

function legacyEvidence(alert: Unchecked<LegacyAlert>): EvidenceLists {
  const [name, commandLine] = [textOrNull(alert.FileName), textOrNull(alert.CommandLine)];
  const user = { name: textOrNull(alert.UserName), domain: textOrNull(alert.UserDomain), userPrincipalName: null };
  const file = {
    name,
    path: textOrNull(alert.FilePath),
    sha1: textOrNull(alert.Sha1),
    sha256: textOrNull(alert.Sha256),
    md5: textOrNull(alert.Md5),
  };
  const device = {
    id: textOrNull(alert.DeviceID),
    name: textOrNull(alert.MachineName),
    dnsName: textOrNull(alert.ComputerDnsName),
    group: textOrNull(alert.MachineGroup),
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
  for (const item of Array.isArray(evidence) ? evidence : []) addEvidence(lists, recordOf(item));
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
        id: textOrNull(item.mdeDeviceId),
        name: textOrNull(item.hostName),
        dnsName: textOrNull(item.deviceDnsName),
        group: textOrNull(item.rbacGroupName),
        ipAddresses: textsOf(item.ipInterfaces),
        tags: textsOf(item.tags),
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
        fileName: textOrNull(recordOf(item.imageFile).fileName),
        commandLine: textOrNull(item.processCommandLine),
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
  const { accountName, domainName, userPrincipalName } = recordOf(account);
  const user = {
    name: textOrNull(accountName),
    domain: textOrNull(domainName),
    userPrincipalName: textOrNull(userPrincipalName),
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
  const { fileName, filePath, sha1, sha256, md5 } = recordOf(details);
  const file = {
    name: textOrNull(fileName),
    path: textOrNull(filePath),
    sha1: textOrNull(sha1),
    sha256: textOrNull(sha256),
    md5: textOrNull(md5),
  };
  // A process and the file that it runs are both evidence.
  if (!isEmpty(file) && !files.some((other) => isDeepStrictEqual(other, file))) files.push(file);
}

function isEmpty(fields: object): boolean {
  return Object.values(fields).every((value) => value === null);
}

function addText(list: string[], value: unknown): void {
  const text = textOrNull(value);
  if (text !== null) list.push(text);
}

function separated(value: unknown, separator: string): string[] {
  return (textOrNull(value) ?? "")
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The legacy API's Source; two values are put into the words of alerts_v2. */
function sourceOf(value: unknown): string | null {
  const source = textOrNull(value);
  if (source === "EDR") return "microsoftDefenderForEndpoint";
  return source !== null && /^(WindowsDefenderAv|Antivirus)$/i.test(source) ? "antivirus" : source;
}
