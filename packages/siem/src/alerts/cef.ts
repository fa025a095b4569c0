/** An alert as one line of CEF. */
import { isIPv4, isIPv6 } from "node:net";
import type { AlertRecord } from "@defender-mssp/microsoft";
import { cefLine, custom, externalId, milliseconds, type CefExtension } from "../sinks/cef";
import type { FetchedAlert } from "./fetchedAlert";
import { filePath } from "./filePath";

export type CefEntities = Pick<AlertRecord, "devices" | "users" | "files" | "processes" | "ipAddresses" | "urls">;

export function recordAsCef({ record }: FetchedAlert): string {
  const { product, detectorId, category, title: name, severity } = record;
  const eventClass = detectorId ?? category ?? "alert";
  return cefLine({ product, eventClass, name, severity, extension: extensionOf(record) });
}

function extensionOf(record: AlertRecord): CefExtension {
  return {
    externalId: externalId(record.id),
    cat: record.category,
    rt: milliseconds(record.createdAt),
    start: milliseconds(record.firstActivityAt),
    end: milliseconds(record.lastActivityAt),
    msg: record.description,
    ...entitiesAsCef(record),
    ...custom("cs1", "AlertId", record.alertId),
    ...custom("cs2", "TenantId", record.tenantId),
    ...custom("cs3", "AlertUrl", record.url),
    ...custom("cs4", "MitreTechniques", record.mitreTechniques.join(",")),
    ...custom("cs5", "CommandLine", record.processes[0]?.commandLine ?? null),
    ...custom("cs6", "ThreatName", record.threatName),
    ...custom("flexString1", "Status", record.status),
  };
}

/** The first of each list; CEF has room for one. */
export function entitiesAsCef({ devices, users, files, processes, ipAddresses, urls }: CefEntities): CefExtension {
  const [device, user, file, process] = [devices[0], users[0], files[0], processes[0]];
  return {
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
    dst: ipAddresses.find(isIPv4) ?? null,
    request: urls[0] ?? null,
    ...custom("c6a3", "Destination IPv6 Address", ipAddresses.find(isIPv6) ?? null),
  };
}
