/** What Defender has detected, before an API gives it its own shape. */
import type { LegacyAlert, SecurityAlert } from "@defender-mssp/microsoft";
import type { AlertOrigin } from "./alertOrigins";

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
