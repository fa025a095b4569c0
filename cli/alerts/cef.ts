/**
 * CEF, version 0. Source: ArcSight, "Implementing ArcSight Common Event Format (CEF)", version 25:
 * keys, lengths, escapes and severities.
 */
import { createHash } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import type { AlertRecord } from "@defender-mssp/microsoft";
import { visibleText } from "../output/terminalText";
import { cutText } from "../sinks/shortened";
import type { FetchedAlert } from "./fetchedAlert";

/** Characters of a field at most, where they differ from the extension's usual 1023. */
const lengths: Readonly<Record<string, number>> = {
  ...{ product: 63, name: 512 },
  ...{ externalId: 40, dvchost: 100, deviceExternalId: 255, dntdom: 255, fileHash: 255 },
  ...{ cs1: 4000, cs2: 4000, cs3: 4000, cs4: 4000, cs5: 4000, cs6: 4000 },
};
const usualLength = 1023;

/** 0 to 3 is low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high. */
const severities: Readonly<Record<AlertRecord["severity"], string>> = {
  unknown: "Unknown",
  informational: "1",
  low: "3",
  medium: "6",
  high: "8",
};

/** An alert as one line of CEF. */
export function recordAsCef({ record }: FetchedAlert): string {
  const header = [
    "CEF:0",
    "Microsoft",
    cefHeader(cutTo("product", record.product)),
    "1",
    cefHeader(cutTo("eventClass", record.detectorId ?? record.category ?? "alert")),
    cefHeader(cutTo("name", record.title)),
    severities[record.severity],
  ];
  const extension = Object.entries(extensionOf(record))
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => `${key}=${cefValue(cutTo(key, String(value)))}`);
  return `${header.join("|")}|${extension.join(" ")}`;
}

function extensionOf(record: AlertRecord): Record<string, string | number | null> {
  const [device, user, file, process] = [record.devices[0], record.users[0], record.files[0], record.processes[0]];
  return {
    externalId: externalId(record.id),
    cat: record.category,
    rt: milliseconds(record.createdAt),
    start: milliseconds(record.firstActivityAt),
    end: milliseconds(record.lastActivityAt),
    msg: record.description,
    dvchost: device?.dnsName ?? device?.name ?? null,
    dvc: device?.ipAddresses.find(isIPv4) ?? null,
    deviceExternalId: device?.id ?? null,
    duser: user?.userPrincipalName ?? user?.name ?? null,
    dntdom: user?.domain ?? null,
    fname: file?.name ?? null,
    filePath: filePath(file),
    fileHash: file?.sha256 ?? file?.sha1 ?? file?.md5 ?? null,
    dpid: process?.id ?? null,
    dproc: process?.fileName ?? null,
    dst: record.ipAddresses.find(isIPv4) ?? null,
    request: record.urls[0] ?? null,
    ...custom("c6a3", "Destination IPv6 Address", record.ipAddresses.find(isIPv6) ?? null),
    ...custom("cs1", "AlertId", record.alertId),
    ...custom("cs2", "TenantId", record.tenantId),
    ...custom("cs3", "AlertUrl", record.url),
    ...custom("cs4", "MitreTechniques", record.mitreTechniques.join(",")),
    ...custom("cs5", "CommandLine", process?.commandLine ?? null),
    ...custom("cs6", "ThreatName", record.threatName),
    ...custom("flexString1", "Status", record.status),
  };
}

/** A longer ID becomes its SHA-256, cut: still the same whenever it comes, and no other's. */
export function externalId(id: string): string {
  if (visible(id).length <= 40) return id;
  return createHash("sha256").update(id).digest("hex").slice(0, 40);
}

/** The whole path, with the file's name. */
function filePath(file: AlertRecord["files"][number] | undefined): string | null {
  const { name = null, path = null } = file ?? {};
  if (path === null || name === null) return path;
  if (path.toLowerCase().split(/[\\/]/).at(-1) === name.toLowerCase()) return path;
  const separator = path.includes("\\") || /^[a-z]:$/i.test(path) ? "\\" : "/";
  return /[\\/]$/.test(path) ? `${path}${name}` : `${path}${separator}${name}`;
}

/** A custom field goes with its label, or not at all. */
function custom(key: string, label: string, value: string | null): Record<string, string | null> {
  return value === null || value === "" ? {} : { [`${key}Label`]: label, [key]: value };
}

function milliseconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function cutTo(field: string, text: string): string {
  return cutText(visible(text), lengths[field] ?? usualLength);
}

/**
 * CEF has escapes for line breaks only; other characters that a terminal acts on are spelled out.
 */
function visible(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text
    .split(/([\r\n])/)
    .map((part) => (/^[\r\n]$/.test(part) ? part : visibleText(part)))
    .join("");
}

/** A header field has no line breaks; `|` and `\` are escaped there, `=` is not. */
function cefHeader(text: string): string {
  return text.replace(/[\\|]/g, "\\$&").replace(/[\r\n]+/g, " ");
}

/** In an extension's value `=` and `\` are escaped, and line breaks; `|` is not. */
function cefValue(text: string): string {
  return text.replace(/[\\=]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
}
