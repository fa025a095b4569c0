/**
 * A detection of the legacy SIEM (alert exporter) API, `GET /api/alerts`, in its documented order.
 * Several detections may belong to one alert (`AlertId`); `FullId` is one detection's own.
 * Deprecated by Microsoft since 2023-12-31. Source: Microsoft, "Pull Microsoft Defender for
 * Endpoint detections using SIEM REST API", and "Microsoft Defender for Endpoint detection fields".
 */
export interface LegacyAlert {
  /** When it happened. Times are ISO 8601, UTC, with up to seven decimals. */
  AlertTime: string;
  ComputerDnsName: string;
  AlertTitle: string;
  Category: string;
  Severity: "Informational" | "Low" | "Medium" | "High";
  AlertId: string;
  Actor: string;
  LinkToWDATP: string;
  IocName: string;
  IocValue: string;
  CreatorIocName: string;
  CreatorIocValue: string;
  Sha1: string;
  FileName: string;
  FilePath: string;
  IpAddress: string;
  Url: string;
  IoaDefinitionId: string;
  UserName: string;
  AlertPart: number;
  FullId: string;
  /** When the service had it; what `sinceTimeUtc`, `untilTimeUtc` and `ago` go by. */
  LastProcessedTimeUtc: string;
  ThreatCategory: string;
  ThreatFamily: string;
  ThreatName: string;
  RemediationAction: string;
  RemediationIsSuccess: boolean | null;
  Source: string;
  Md5: string;
  Sha256: string;
  WasExecutingWhileDetected: boolean | null;
  UserDomain: string;
  LogOnUsers: string;
  MachineDomain: string;
  MachineName: string;
  InternalIPv4List: string;
  InternalIPv6List: string;
  FileHash: string;
  DeviceID: string;
  MachineGroup: string;
  Description: string;
  DeviceCreatedMachineTags: string;
  CloudCreatedMachineTags: string;
  CommandLine: string;
  IncidentLinkToWDATP: string;
  ReportID: number;
  LinkToMTP: string;
  IncidentLinkToMTP: string;
  ExternalId: string;
  IocUniqueId: string;
}
