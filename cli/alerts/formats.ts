/** How an alert is written: JSON, one to a line, or CEF. */
import type { AlertRecord } from "@defender-mssp/microsoft";
import type { FetchedAlert } from "./sources";

/** An alert as one line, without the line's end. */
export type AlertFormat = (alert: FetchedAlert) => string;

export const recordAsJson: AlertFormat = ({ record }) => JSON.stringify(record);

/** As the service wrote it. */
export const originalAsJson: AlertFormat = ({ original }) => JSON.stringify(original);

/** CEF, version 0. Source: ArcSight, "Implementing ArcSight Common Event Format (CEF)", version 25: keys, escapes, severities. */
export const recordAsCef: AlertFormat = ({ record }) => {
  const header = [
    "CEF:0",
    "Microsoft",
    cefHeader(record.product),
    "1",
    cefHeader(record.detectorId ?? record.category ?? "alert"),
    cefHeader(record.title),
    String(cefSeverities[record.severity]),
  ];
  const extension = Object.entries(cefExtension(record))
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => `${key}=${cefValue(String(value))}`);
  return `${header.join("|")}|${extension.join(" ")}`;
};

/** 0 to 3 is low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high. */
const cefSeverities: Readonly<Record<AlertRecord["severity"], number>> = {
  unknown: 0,
  informational: 1,
  low: 3,
  medium: 6,
  high: 8,
};

function cefExtension(record: AlertRecord): Record<string, string | number | null> {
  const [device, user, file, process] = [record.devices[0], record.users[0], record.files[0], record.processes[0]];
  return {
    externalId: record.id,
    cat: record.category,
    outcome: record.status,
    rt: milliseconds(record.createdAt),
    start: milliseconds(record.firstActivityAt),
    end: milliseconds(record.lastActivityAt),
    msg: record.description,
    dvchost: device?.dnsName ?? device?.name ?? null,
    dvc: device?.ipAddresses.find((address) => /^\d+(\.\d+){3}$/.test(address)) ?? null,
    deviceExternalId: device?.id ?? null,
    duser: user?.userPrincipalName ?? user?.name ?? null,
    dntdom: user?.domain ?? null,
    fname: file?.name ?? null,
    filePath: file?.path ?? null,
    fileHash: file?.sha256 ?? file?.sha1 ?? file?.md5 ?? null,
    dpid: process?.id ?? null,
    dproc: process?.fileName ?? null,
    dst: record.ipAddresses[0] ?? null,
    request: record.urls[0] ?? null,
    ...custom("cs1", "AlertId", record.alertId),
    ...custom("cs2", "TenantId", record.tenantId),
    ...custom("cs3", "AlertUrl", record.url),
    ...custom("cs4", "MitreTechniques", record.mitreTechniques.join(",")),
    ...custom("cs5", "CommandLine", process?.commandLine ?? null),
    ...custom("cs6", "ThreatName", record.threatName),
  };
}

/** A custom field goes with its label, or not at all. */
function custom(key: string, label: string, value: string | null): Record<string, string | null> {
  return value === null || value === "" ? {} : { [`${key}Label`]: label, [key]: value };
}

function milliseconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

/** A header field has no line breaks; `|` and `\` are escaped there, `=` is not. */
export function cefHeader(text: string): string {
  return text.replace(/[\\|]/g, "\\$&").replace(/[\r\n]+/g, " ");
}

/** In an extension's value `=` and `\` are escaped, and line breaks; `|` is not. */
export function cefValue(text: string): string {
  return text.replace(/[\\=]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
}
