/**
 * The evidence of a detection's alert in alerts_v2, in the order of Microsoft's examples:
 * https://learn.microsoft.com/graph/api/resources/security-alertevidence and its derived types.
 */
import type { SecurityAlert, SecurityAlertEvidence } from "@defender-mssp/microsoft";
import { derivedId } from "../cloud/identity";
import type { Detection } from "./detection";
import { withTicks } from "./securityApi";

/**
 * The device first, then the file, its process, the user, and what the kind of detection adds.
 * Antivirus names no process: the file never ran.
 */
export function alertEvidence(detection: Detection): SecurityAlert["evidence"] {
  return [
    deviceEvidence(detection),
    fileEvidence(detection),
    ...(detection.kind.source === "EDR" ? [processEvidence(detection)] : []),
    userEvidence(detection),
    ...networkEvidence(detection),
    ...(furtherEvidence[detection.kind.detector]?.(detection) ?? []),
  ];
}

type Kinds =
  | "device"
  | "file"
  | "process"
  | "user"
  | "ip"
  | "url"
  | "registryKey"
  | "registryValue"
  | "mailbox"
  | "cloudApplication";

function evidence(
  type: Kinds,
  { processed, kind }: Detection,
  properties: Readonly<Record<string, unknown>>,
  verdict?: SecurityAlertEvidence["verdict"],
): SecurityAlertEvidence {
  const isBlocked = kind.threat !== "";
  return {
    "@odata.type": `#microsoft.graph.security.${type}Evidence`,
    createdDateTime: withTicks(processed),
    verdict: verdict ?? (isBlocked ? "malicious" : "suspicious"),
    remediationStatus: isBlocked ? "prevented" : "none",
    remediationStatusDetails: null,
    roles: [],
    detailedRoles: [],
    tags: [],
    ...properties,
  };
}

const loggedOnUser = ({ user, device }: Detection) => ({ accountName: user, domainName: device.domain });

function userAccount(detection: Detection): object {
  const { user, device, tenantId } = detection;
  return {
    ...loggedOnUser(detection),
    userSid: null,
    azureAdUserId: derivedId(tenantId, `users/${user}`),
    userPrincipalName: `${user}@${device.domain}`,
    displayName: user.charAt(0).toUpperCase() + user.slice(1),
  };
}

function fileDetails({ kind, sha1, sha256, md5 }: Detection): object {
  const [isMicrosofts, fileSize] = [kind.folder.startsWith("C:\\Windows\\"), 20_480 + kind.file.length * 4096];
  return {
    sha1,
    sha256,
    md5,
    fileName: kind.file,
    filePath: kind.folder,
    fileSize,
    filePublisher: isMicrosofts ? "Microsoft Corporation" : null,
    signer: null,
    issuer: null,
  };
}

const detectionStatus = ({ kind }: Detection) => (kind.threat === "" ? "detected" : "prevented");

function deviceEvidence(detection: Detection): SecurityAlertEvidence {
  const { device, kind } = detection;
  const isServer = device.name.startsWith("srv");
  const properties = {
    tags: [...device.cloudTags, ...device.deviceTags],
    firstSeenDateTime: "2024-01-15T09:00:00Z",
    mdeDeviceId: device.id,
    azureAdDeviceId: device.entraDeviceId,
    deviceDnsName: device.dnsName,
    hostName: device.name,
    osPlatform: isServer ? "WindowsServer2022" : "Windows11",
    osBuild: 22631,
    version: "23H2",
    healthStatus: "active",
    riskScore: kind.severity.toLowerCase(),
    rbacGroupId: 0,
    rbacGroupName: device.group,
    onboardingStatus: "onboarded",
    defenderAvStatus: "updated",
    ipInterfaces: [device.address, "127.0.0.1", "::1"],
    loggedOnUsers: [loggedOnUser(detection)],
    vmMetadata: isServer
      ? {
          vmId: derivedId(detection.tenantId, `vm/${device.name}`),
          cloudProvider: "azure",
          resourceId: null,
          subscriptionId: null,
        }
      : null,
  };
  return evidence("device", detection, properties, "unknown");
}

function fileEvidence(detection: Detection): SecurityAlertEvidence {
  return evidence("file", detection, {
    detectionStatus: detectionStatus(detection),
    mdeDeviceId: detection.device.id,
    fileDetails: fileDetails(detection),
  });
}

function processEvidence(detection: Detection): SecurityAlertEvidence {
  const { time, kind, processId } = detection;
  return evidence("process", detection, {
    processId,
    parentProcessId: processId - 312,
    processCommandLine: kind.commandLine || null,
    processCreationDateTime: withTicks(time),
    parentProcessCreationDateTime: withTicks(new Date(time.getTime() - 90_000)),
    detectionStatus: detectionStatus(detection),
    mdeDeviceId: detection.device.id,
    imageFile: fileDetails(detection),
    parentProcessImageFile: {
      sha1: null,
      sha256: null,
      fileName: "explorer.exe",
      filePath: "C:\\Windows",
      fileSize: null,
      filePublisher: "Microsoft Corporation",
      signer: null,
      issuer: null,
    },
    userAccount: userAccount(detection),
  });
}

function userEvidence(detection: Detection): SecurityAlertEvidence {
  return evidence("user", detection, { stream: null, userAccount: userAccount(detection) });
}

function networkEvidence(detection: Detection): SecurityAlertEvidence[] {
  const { address, url } = detection.kind;
  return [
    ...(address === undefined
      ? []
      : [evidence("ip", detection, { ipAddress: address, countryLetterCode: null, location: null, stream: null })]),
    ...(url === undefined ? [] : [evidence("url", detection, { url })]),
  ];
}

/** By the detector: what Defender XDR correlates from outside the device, or from its registry. */
const furtherEvidence: Readonly<Record<string, (detection: Detection) => SecurityAlertEvidence[]>> = {
  "antivirus-wacatac": (detection) => [
    evidence("mailbox", detection, {
      primaryAddress: `${detection.user}@${detection.device.domain}`,
      displayName: detection.user.charAt(0).toUpperCase() + detection.user.slice(1),
      upn: `${detection.user}@${detection.device.domain}`,
      userAccount: userAccount(detection),
    }),
  ],
  "persistence-task": (detection) => [
    evidence("registryKey", detection, { registryKey: taskCache, registryHive: "HKEY_LOCAL_MACHINE" }),
    evidence("registryValue", detection, {
      mdeDeviceId: detection.device.id,
      registryHive: "HKEY_LOCAL_MACHINE",
      registryKey: taskCache,
      registryValue: "C:\\ProgramData\\u.cmd",
      registryValueName: "Path",
      registryValueType: "String",
    }),
  ],
  "lateral-remote": (detection) => [
    evidence("cloudApplication", detection, {
      appId: 11161,
      displayName: "Microsoft 365",
      instanceId: 0,
      instanceName: "Microsoft 365",
      saasAppId: 11161,
      stream: null,
    }),
  ],
};

const taskCache = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\Updater";
