/** What Defender has detected, before an API gives it its own shape. */
import type { LegacyAlert, SecurityAlert } from "@defender-mssp/microsoft";

export interface Device {
  name: string;
  dnsName: string;
  domain: string;
  id: string;
  entraDeviceId: string;
  /** Device group. */
  group: string;
  address: string;
  /** The analyst-set and the registry-set tags. */
  cloudTags: readonly string[];
  deviceTags: readonly string[];
}

export interface Detection {
  /** The alert's ID in both APIs. */
  alertId: string;
  /** When it happened. */
  time: Date;
  /** When the service processed it: later than `time`, in the order of the intervals. */
  processed: Date;
  tenantId: string;
  device: Device;
  user: string;
  kind: Kind;
  origin: AlertOrigin;
  status: SecurityAlert["status"];
  updated: Date;
  incident: number;
  processId: number;
  sha1: string;
  sha256: string;
  md5: string;
}

export interface Kind {
  title: string;
  description: string;
  category: string;
  severity: LegacyAlert["Severity"];
  technique: string;
  detector: string;
  source: "EDR" | "WindowsDefenderAv";
  file: string;
  folder: string;
  commandLine: string;
  threat: string;
  family: string;
  recommendation: string;
  /** Another address that took part, and where the file came from. */
  address?: string;
  url?: string;
}

/** A product that alerts come from, and which of alerts_v2 and hunting has them. */
export interface AlertOrigin {
  readonly name: string;
  readonly serviceSource: SecurityAlert["serviceSource"];
  /** Default: by the kind of the detection. */
  readonly detectionSource?: string;
  /** Name of the product, also in AlertInfo's column ServiceSource. */
  readonly product: string;
  /** In place of those of the detection's kind. */
  readonly title?: string;
  readonly category?: string;
  /** Milliseconds after the creation until alerts_v2 has it; undefined: never. */
  readonly shownAfter?: number;
  /** Whether alerts_v2 has it by ID alone. */
  readonly isUnlisted?: boolean;
  /** Milliseconds from the creation to AlertInfo's Timestamp; undefined: AlertInfo does not have it. */
  readonly huntedAfter?: number;
}
