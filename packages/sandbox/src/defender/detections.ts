/**
 * Detections of Defender in a tenant. Nothing is stored: each interval of the clock has one
 * detection, which follows from the tenant's ID and the interval's number. The same tenant has the
 * same detections at the same time, in both alert APIs.
 */
import { createHash } from "node:crypto";
import { dayMs, hourMs, minuteMs } from "@defender-mssp/errors/time";
import { clouds, type LegacyAlert, type SecurityAlert } from "@defender-mssp/microsoft";
import { detectionInterval, type Tenant } from "../cloud/model";
import { derivedId } from "../cloud/identity";
import type { AlertOrigin, Detection, Device, Kind } from "./detection";
import { alertOrigins } from "./alertOrigins";
import { alertEvidence } from "./alertEvidence";
import { withTicks } from "./securityApi";

export type { Detection, Device } from "./detection";

/** Retention in milliseconds. Defender keeps six months; a month is enough for tests. */
export const detectionRetention = 30 * dayMs;

/** Consecutive detections of which an incident is made. */
export const detectionsPerIncident = 3;

/** One incident of so many is merged into the one before it … */
const mergedOneIn = 16;

/** … this long after its creation, in milliseconds. */
export const mergeDelay = 30 * minuteMs;

/**
 * The interval, in milliseconds, with which a tenant has this number of detections, plus or minus
 * one.
 */
export function detectionIntervalFor(count: number): number {
  return Math.max(1, Math.floor(detectionRetention / count));
}

const investigate =
  "Check the device's timeline, contain the device if the activity is not expected, and reset the user's sessions.";
const verify = "Check that the file was quarantined and run a full scan of the device.";

/** What tells of no malware. */
const behaviour = { source: "EDR", threat: "", family: "", recommendation: investigate } as const;

const kinds: readonly Kind[] = [
  {
    title: "Suspicious PowerShell command line",
    description: "PowerShell was started with an encoded command, as malware does to hide what it runs.",
    category: "Execution",
    severity: "Medium",
    technique: "T1059.001",
    detector: "execution-powershell",
    file: "powershell.exe",
    folder: "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
    commandLine: "powershell.exe -NoProfile -EncodedCommand VwByAGkAdABlAC0ASABvAHMAdAA=",
    address: "203.0.113.77",
    url: "https://cdn.update-check.example/stage.ps1",
    ...behaviour,
  },
  {
    title: "Suspicious process injection observed",
    description: "A process wrote code into the memory of another one and ran it there.",
    category: "DefenseEvasion",
    severity: "High",
    technique: "T1055",
    detector: "evasion-injection",
    file: "rundll32.exe",
    folder: "C:\\Windows\\System32",
    commandLine: "rundll32.exe C:\\Users\\Public\\update.dll,Start",
    ...behaviour,
  },
  {
    title: "An active 'Wacatac' malware was prevented from executing",
    description: "Antivirus stopped a file that it knows as malware.",
    category: "Malware",
    severity: "Low",
    technique: "T1204.002",
    detector: "antivirus-wacatac",
    source: "WindowsDefenderAv",
    file: "invoice_2231.exe",
    folder: "C:\\Users\\Public\\Downloads",
    commandLine: "",
    threat: "Trojan:Win32/Wacatac.B!ml",
    url: "https://files.invoices.example/invoice_2231.exe?id=2231",
    family: "Wacatac",
    recommendation: verify,
  },
  {
    title: "'EICAR_Test_File' malware was detected",
    description: "Antivirus found the EICAR test file, which people use to see whether it is on.",
    category: "Malware",
    severity: "Informational",
    technique: "T1204.002",
    detector: "antivirus-eicar",
    source: "WindowsDefenderAv",
    file: "eicar.com",
    folder: "C:\\Users\\Public\\Documents",
    commandLine: "",
    threat: "Virus:DOS/EICAR_Test_File",
    family: "EICAR_Test_File",
    recommendation: verify,
  },
  {
    title: "Suspicious access to LSASS service",
    description: "A process read the memory of the service that keeps credentials.",
    category: "CredentialAccess",
    severity: "High",
    technique: "T1003.001",
    detector: "credentials-lsass",
    file: "procdump64.exe",
    folder: "C:\\Tools",
    commandLine: "procdump64.exe -ma lsass.exe C:\\Tools\\out.dmp",
    ...behaviour,
  },
  {
    title: "Suspicious scheduled task",
    description: "A task was scheduled that starts a script from a folder where programs do not belong.",
    category: "Persistence",
    severity: "Medium",
    technique: "T1053.005",
    detector: "persistence-task",
    file: "schtasks.exe",
    folder: "C:\\Windows\\System32",
    commandLine: "schtasks.exe /create /tn Updater /sc hourly /tr C:\\ProgramData\\u.cmd",
    ...behaviour,
  },
  {
    title: "Suspicious remote session",
    description: "Somebody signed in from a device that does not usually sign in here.",
    category: "LateralMovement",
    severity: "Low",
    technique: "T1021.001",
    detector: "lateral-remote",
    file: "svchost.exe",
    folder: "C:\\Windows\\System32",
    commandLine: "svchost.exe -k NetworkService -s TermService",
    address: "198.51.100.23",
    ...behaviour,
  },
];

const deviceNames = ["desk-014", "desk-027", "lap-103", "lap-118", "srv-files", "srv-web"] as const;
const users = ["adele", "diego", "isaiah", "lidia", "megan"] as const;
const processDelay = 5 * minuteMs;

/**
 * A tenant's detections that were processed from `since` (included) until `until` (excluded), the
 * oldest first; so that adjacent windows have each one once. None is later than `now` or older than
 * the retention. `every` is the interval.
 */
export function detectionsBetween(
  tenant: Tenant,
  since: Date,
  until: Date,
  now: Date,
  every = detectionInterval,
): Generator<Detection> {
  return detectionsIn(windowOf(since, until, now), new DetectionMaker(tenant, every, now), every, "oldest first");
}

/** The same, newest first. Lazy: only the consumed ones are computed. */
export function latestDetections(
  tenant: Tenant,
  since: Date,
  until: Date,
  now: Date,
  every = detectionInterval,
): Generator<Detection> {
  return detectionsIn(windowOf(since, until, now), new DetectionMaker(tenant, every, now), every, "newest first");
}

function* detectionsIn(
  window: Window,
  maker: DetectionMaker,
  every: number,
  order: "oldest first" | "newest first",
): Generator<Detection> {
  const [first, last] = [Math.floor(window.from / every), Math.ceil(window.to / every) - 1];
  for (let step = 0; step <= last - first; step++) {
    const detection = maker.make(order === "oldest first" ? first + step : last - step);
    if (isIn(window, detection)) yield detection;
  }
}

/** Milliseconds; `from` included, `to` excluded. */
interface Window {
  from: number;
  to: number;
}

function windowOf(since: Date, until: Date, now: Date): Window {
  return {
    from: Math.max(since.getTime(), now.getTime() - detectionRetention),
    to: Math.min(until.getTime(), now.getTime()),
  };
}

function isIn({ from, to }: Window, { processed }: Detection): boolean {
  return processed.getTime() >= from && processed.getTime() < to;
}

/** The detection with this alert ID, if the tenant has it. */
export function detectionById(
  tenant: Tenant,
  alertId: string,
  now: Date,
  every = detectionInterval,
): Detection | undefined {
  const ticks = /^da(\d{18})_/.exec(alertId)?.[1];
  if (ticks === undefined) return undefined;
  const processed = Number((BigInt(ticks) - unixEpochTicks) / ticksPerMillisecond);
  const window = [new Date(processed), new Date(processed + 1)] as const;
  return [...detectionsBetween(tenant, ...window, now, every)].find((detection) => detection.alertId === alertId);
}

/** The detection in the legacy alert API. A value that does not apply is an empty string. */
export function legacyAlert(detection: Detection): LegacyAlert {
  const { alertId, device, kind } = detection;
  const iocId = digest("sha256", `${alertId}/ioc`).toString("base64");
  const { portal, legacyPortal } = clouds.public;
  return {
    AlertTime: withTicks(detection.time),
    ComputerDnsName: device.dnsName,
    AlertTitle: kind.title,
    Category: kind.category,
    Severity: kind.severity,
    AlertId: alertId,
    Actor: "",
    LinkToWDATP: `${legacyPortal}/alert/${alertId}`,
    IocName: "",
    IocValue: "",
    CreatorIocName: "",
    CreatorIocValue: "",
    Sha1: detection.sha1,
    FileName: kind.file,
    FilePath: kind.folder,
    IpAddress: kind.address ?? "",
    Url: kind.url ?? "",
    IoaDefinitionId: derivedId(detection.tenantId, kind.detector),
    UserName: detection.user,
    AlertPart: 0,
    FullId: `${alertId}:${iocId}`,
    LastProcessedTimeUtc: withTicks(detection.processed),
    ThreatCategory: kind.threat === "" ? "" : "Trojan",
    ThreatFamily: kind.family,
    ThreatName: kind.threat,
    RemediationAction: kind.threat === "" ? "" : "Quarantine",
    RemediationIsSuccess: kind.threat === "" ? null : true,
    Source: kind.source,
    Md5: detection.md5,
    Sha256: detection.sha256,
    WasExecutingWhileDetected: kind.threat === "" ? null : false,
    UserDomain: device.domain,
    LogOnUsers: `${device.domain}\\${detection.user}`,
    MachineDomain: device.domain,
    MachineName: device.name,
    InternalIPv4List: `${device.address};127.0.0.1`,
    InternalIPv6List: "::1",
    FileHash: detection.sha1,
    DeviceID: device.id,
    MachineGroup: device.group,
    Description: kind.description,
    DeviceCreatedMachineTags: device.deviceTags.join(","),
    CloudCreatedMachineTags: device.cloudTags.join(","),
    CommandLine: kind.commandLine,
    IncidentLinkToWDATP: `${legacyPortal}/incidents/byalert?alertId=${alertId}&source=SIEM`,
    ReportID: digest("sha256", `${alertId}/report`).readUInt32BE(0) >>> 1,
    LinkToMTP: `${portal}/alert/${alertId}`,
    IncidentLinkToMTP: `${portal}/incidents/byalert?alertId=${alertId}&source=SIEM`,
    ExternalId: digest("sha1", `${alertId}/external`).toString("hex").toUpperCase(),
    IocUniqueId: iocId,
  };
}

/** The detection in Graph's alerts_v2. */
export function securityAlert(detection: Detection): SecurityAlert {
  const { alertId, kind, tenantId, status, origin } = detection;
  const { portal } = clouds.public;
  const updated = withTicks(detection.updated);
  const resolved = status === "resolved";
  return {
    id: alertId,
    providerAlertId: alertId,
    incidentId: String(detection.incident),
    status,
    severity: kind.severity.toLowerCase() as SecurityAlert["severity"],
    classification: resolved ? "truePositive" : null,
    determination: resolved ? "malware" : null,
    serviceSource: origin.serviceSource,
    detectionSource: origin.detectionSource ?? (kind.source === "EDR" ? "microsoftDefenderForEndpoint" : "antivirus"),
    productName: origin.product,
    detectorId: derivedId(tenantId, kind.detector),
    tenantId,
    title: kind.title,
    description: kind.description,
    recommendedActions: kind.recommendation,
    category: kind.category,
    assignedTo: status === "new" ? null : `soc@${detection.device.domain}`,
    alertWebUrl: `${portal}/alerts/${alertId}?tid=${tenantId}`,
    incidentWebUrl: `${portal}/incidents/${detection.incident}?tid=${tenantId}`,
    actorDisplayName: null,
    threatDisplayName: kind.threat || null,
    threatFamilyName: kind.family || null,
    mitreTechniques: [kind.technique],
    createdDateTime: withTicks(detection.processed),
    lastUpdateDateTime: updated,
    resolvedDateTime: resolved ? updated : null,
    firstActivityDateTime: withTicks(detection.time),
    lastActivityDateTime: withTicks(detection.time),
    systemTags: [],
    alertPolicyId: null,
    comments: [],
    evidence: alertEvidence(detection),
  };
}

/** Computes the detections of one tenant. Shared devices and files are created once. */
export class DetectionMaker {
  readonly #domain: string;
  readonly #origins: readonly AlertOrigin[];
  readonly #devices = new Map<number, Device>();
  readonly #hashes = new Map<string, Pick<Detection, "sha1" | "sha256" | "md5">>();

  constructor(
    private readonly tenant: Tenant,
    private readonly every: number,
    private readonly now: Date,
  ) {
    this.#domain = domainOf(tenant);
    this.#origins = alertOrigins(tenant);
  }

  make(interval: number): Detection {
    const random = this.#random(interval);
    const processed = this.#processed(interval, random);
    const origin = pick(this.#origins, random.readUInt8(18));
    const detected = pick(kinds, random.readUInt8(4));
    const { title = detected.title, category = detected.category } = origin;
    const kind = { ...detected, title, category };
    return {
      alertId: `da${ticksOf(processed)}_${random.readInt32BE(8)}`,
      time: new Date(processed.getTime() - 1000 - (random.readUInt32BE(12) % processDelay)),
      processed,
      tenantId: this.tenant.id,
      device: this.#device(random.readUInt8(5) % deviceNames.length),
      user: pick(users, random.readUInt8(6)),
      kind,
      origin,
      ...progress(processed, random.readUInt8(7), this.now),
      incident: this.#incidentOf(interval),
      processId: 1000 + (random.readUInt16BE(16) % 20_000),
      ...this.#hashesOf(kind.file),
    };
  }

  /** Whether the lists of alerts may lack detections. */
  get isMixed(): boolean {
    return this.#origins.length > 1;
  }

  /** When the service processed an interval's detection. */
  processed(interval: number): Date {
    return this.#processed(interval, this.#random(interval));
  }

  /** When an incident was merged into the one before it; undefined: it was not. */
  mergedAt(incident: number): Date | undefined {
    if (incident % mergedOneIn !== mergedOneIn - 1) return undefined;
    const created = this.processed(incident * detectionsPerIncident);
    const merged = new Date(created.getTime() + mergeDelay);
    return merged <= this.now ? merged : undefined;
  }

  /** Alerts move with their incident. */
  #incidentOf(interval: number): number {
    const incident = Math.floor(interval / detectionsPerIncident);
    return this.mergedAt(incident) === undefined ? incident : incident - 1;
  }

  #random(interval: number): Buffer {
    return digest("sha256", `${this.tenant.id}/detections/${interval}`);
  }

  #processed(interval: number, random: Buffer): Date {
    return new Date(interval * this.every + (random.readUInt32BE(0) % this.every));
  }

  #device(index: number): Device {
    const known = this.#devices.get(index) ?? deviceOf(this.tenant.id, this.#domain, index);
    this.#devices.set(index, known);
    return known;
  }

  #hashesOf(fileName: string): Pick<Detection, "sha1" | "sha256" | "md5"> {
    const file = `${this.tenant.id}/${fileName}`;
    const hash = (algorithm: "md5" | "sha1" | "sha256") => digest(algorithm, file).toString("hex");
    const known = this.#hashes.get(fileName) ?? { sha1: hash("sha1"), sha256: hash("sha256"), md5: hash("md5") };
    this.#hashes.set(fileName, known);
    return known;
  }
}

/** A third is in progress after an hour, a third resolved after four. */
function progress(processed: Date, random: number, now: Date): Pick<Detection, "status" | "updated"> {
  const after = (hours: number) => new Date(processed.getTime() + hours * hourMs);
  if (random % 3 === 0 && after(4) <= now) return { status: "resolved", updated: after(4) };
  if (random % 3 !== 2 && after(1) <= now) return { status: "inProgress", updated: after(1) };
  return { status: "new", updated: processed };
}

function deviceOf(tenantId: string, domain: string, index: number): Device {
  const name = pick(deviceNames, index);
  const server = name.startsWith("srv");
  return {
    name,
    dnsName: `${name}.${domain}`,
    domain,
    id: digest("sha1", `${tenantId}/devices/${name}`).toString("hex"),
    entraDeviceId: derivedId(tenantId, `devices/${name}`),
    group: server ? "Servers" : "Workstations",
    address: `10.20.${server ? 1 : 2}.${index + 10}`,
    cloudTags: server ? ["production"] : [],
    deviceTags: name.startsWith("lap") ? ["mobile"] : [],
  };
}

/** The tenant's own domain: the default one, or the first. */
function domainOf(tenant: Tenant): string {
  const domains = [...tenant.objects("domains").values()];
  return (
    (domains.find(({ isInitial }) => isInitial === false) ?? domains[0])?.id ??
    `tenant-${tenant.id.slice(0, 8)}.example`
  );
}

function pick<T>(list: readonly T[], random: number): T {
  return list[random % list.length] as T;
}

function digest(algorithm: "md5" | "sha1" | "sha256", text: string): Buffer {
  return createHash(algorithm).update(text).digest();
}

/** Alert IDs contain .NET ticks: tenths of microseconds since the year 1. */
const ticksPerMillisecond = 10_000n;
const unixEpochTicks = 621_355_968_000_000_000n;

function ticksOf(date: Date): bigint {
  return unixEpochTicks + BigInt(date.getTime()) * ticksPerMillisecond;
}
