/**
 * Where a tenant's alerts come from, and which of alerts_v2 and hunting has them. The switch
 * `alertSources` says what a tenant has: endpoints alone; `mixed`, all origins that Microsoft documents
 * as shown, left out or late; `lossy`, one more, which alerts_v2 reads by its ID and never lists.
 */
import { hourMs } from "@defender-mssp/errors/time";
import type { SecurityAlert } from "@defender-mssp/microsoft";
import type { Tenant } from "../cloud/model";
import { switchValue } from "../cloud/switches";
import type { AlertOrigin, Detection } from "./detection";

export const endpointProduct = "Microsoft Defender for Endpoint";

const everywhere = { shownAfter: 0, huntedAfter: 0 };
const endpoint: AlertOrigin = {
  name: "endpoint",
  serviceSource: "microsoftDefenderForEndpoint",
  product: endpointProduct,
  ...everywhere,
};
const identity: AlertOrigin = {
  name: "identity",
  serviceSource: "microsoftDefenderForIdentity",
  detectionSource: "microsoftDefenderForIdentity",
  product: "Microsoft Defender for Identity",
  ...everywhere,
};
const office: AlertOrigin = {
  name: "office",
  serviceSource: "microsoftDefenderForOffice365",
  detectionSource: "microsoftDefenderForOffice365",
  product: "Microsoft Defender for Office 365",
  ...everywhere,
};

/** Consecutive origins of a tenant with several. */
const mixed: readonly AlertOrigin[] = [
  ...Array.from({ length: 8 }, () => endpoint),
  identity,
  office,
  // The next two are members after `unknownFutureValue`.
  {
    name: "cloud",
    serviceSource: "microsoftDefenderForCloud",
    detectionSource: "microsoftDefenderForServers",
    product: "Microsoft Defender for Cloud",
    ...everywhere,
  },
  {
    name: "sentinel",
    serviceSource: "microsoftSentinel",
    detectionSource: "scheduledAlerts",
    product: "Microsoft Sentinel",
    ...everywhere,
  },
  { ...endpoint, name: "standalone", shownAfter: undefined },
  { ...identity, name: "tuned", shownAfter: undefined },
  {
    ...office,
    name: "mailboxRule",
    title: "Creation of forwarding/redirect rule",
    category: "SuspiciousActivity",
    shownAfter: undefined,
  },
  {
    name: "intune",
    serviceSource: "unknown",
    detectionSource: "unknown",
    product: "Microsoft Intune",
    huntedAfter: 0,
  },
  { ...identity, name: "late", shownAfter: 2 * hourMs, huntedAfter: 2 * hourMs },
  // What the sandbox assumes; no document says which alerts hunting lacks.
  {
    name: "unhunted",
    serviceSource: "microsoftInsiderRiskManagement",
    detectionSource: "microsoftInsiderRiskManagement",
    product: "Microsoft Purview Insider Risk Management",
    shownAfter: 0,
  },
  {
    name: "otherTime",
    serviceSource: "microsoftDefenderForCloudApps",
    detectionSource: "cloudAppSecurity",
    product: "Microsoft Defender for Cloud Apps",
    shownAfter: 0,
    huntedAfter: -5 * hourMs,
  },
];
const unlisted: AlertOrigin = { ...endpoint, name: "unlisted", isUnlisted: true };

const originsByValue: Readonly<Record<string, readonly AlertOrigin[]>> = {
  endpoint: [endpoint],
  mixed,
  lossy: [...mixed, unlisted],
};

/** The most that AlertInfo's Timestamp is before or after the creation, in milliseconds. */
export const largestHuntingShift = 5 * hourMs;

/** The origins of a tenant; one of them for each detection. */
export function alertOrigins(tenant: Tenant): readonly AlertOrigin[] {
  return originsByValue[switchValue(tenant, "alertSources")] ?? [endpoint];
}

/** Whether alerts_v2 has the alert by its ID. */
export function isShown({ origin, processed }: Detection, now: Date): boolean {
  return origin.shownAfter !== undefined && processed.getTime() + origin.shownAfter <= now.getTime();
}

/** Whether the lists have the alert. */
export function isListed(detection: Detection, now: Date): boolean {
  return isShown(detection, now) && detection.origin.isUnlisted !== true;
}

/** AlertInfo's Timestamp; undefined where AlertInfo does not have the alert, or not yet. */
export function huntedAt({ origin, processed }: Detection, now: Date): Date | undefined {
  if (origin.huntedAfter === undefined) return undefined;
  const at = new Date(processed.getTime() + origin.huntedAfter);
  return at <= now && processed <= now ? at : undefined;
}

/** Members of `serviceSource` and `detectionSource` after `unknownFutureValue`, of those that the origins have. */
const newMembers = new Set(["microsoftDefenderForCloud", "microsoftSentinel", "microsoftInsiderRiskManagement"]);
const newDetectionSources = new Set([
  "microsoftDefenderForServers",
  "scheduledAlerts",
  "microsoftInsiderRiskManagement",
]);

/** The alert for a client that has not asked for the newer members of enumerations. */
export function withoutUnknownMembers(alert: SecurityAlert): SecurityAlert {
  const { serviceSource, detectionSource } = alert;
  return {
    ...alert,
    serviceSource: newMembers.has(serviceSource) ? "unknownFutureValue" : serviceSource,
    detectionSource: newDetectionSources.has(detectionSource ?? "") ? "unknownFutureValue" : detectionSource,
  };
}
