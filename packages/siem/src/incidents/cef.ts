/** An incident as one line of CEF: what it is itself, and the entities of its alerts. */
import type { AlertRecord, IncidentRecord } from "@defender-mssp/microsoft";
import { entitiesAsCef } from "../alerts/cef";
import { cefLine, custom, externalId, milliseconds, type CefExtension } from "../sinks/cef";

export function incidentAsCef(record: IncidentRecord): string {
  const { title: name, severity } = record;
  const product = "Microsoft Defender XDR";
  return cefLine({ product, eventClass: "incident", name, severity, extension: extensionOf(record) });
}

function extensionOf(record: IncidentRecord): CefExtension {
  const alerts = record.alerts ?? [];
  const activities = alerts.flatMap(({ firstActivityAt, lastActivityAt }) => [firstActivityAt, lastActivityAt]);
  const [start = null, end = start] = ends(activities.filter((time) => time !== null));
  return {
    // The same after each change, so that a correlation rule finds them together.
    externalId: externalId(record.id),
    cat: distinct(alerts.map(({ category }) => category)),
    rt: milliseconds(record.updatedAt),
    start: milliseconds(start),
    end: milliseconds(end),
    msg: record.summary ?? record.description,
    ...entitiesAsCef(entitiesOf(alerts)),
    ...custom("cs1", "AlertIds", distinct(alerts.map(({ alertId }) => alertId))),
    ...custom("cs2", "TenantId", record.tenantId),
    ...custom("cs3", "IncidentUrl", record.url),
    ...custom("cs4", "MitreTechniques", distinct(alerts.flatMap(({ mitreTechniques }) => mitreTechniques))),
    ...custom("cs5", "AssignedTo", record.assignedTo),
    ...custom("cs6", "RedirectIncidentId", record.redirectIncidentId),
    ...custom("cn1", "AlertCount", record.alerts?.length ?? null),
    ...custom("flexString1", "Status", record.status),
    ...custom("flexString2", "Classification", distinct([record.classification, record.determination])),
    ...custom("deviceCustomDate1", "CreatedAt", milliseconds(record.createdAt)),
  };
}

/** The earliest and the latest: times of one form. */
function ends(times: readonly string[]): readonly string[] {
  const sorted = [...times].sort();
  return sorted.length === 0 ? [] : [sorted[0] ?? "", sorted.at(-1) ?? ""];
}

function entitiesOf(alerts: readonly AlertRecord[]): Parameters<typeof entitiesAsCef>[0] {
  return {
    devices: alerts.flatMap(({ devices }) => devices),
    users: alerts.flatMap(({ users }) => users),
    files: alerts.flatMap(({ files }) => files),
    processes: alerts.flatMap(({ processes }) => processes),
    ipAddresses: alerts.flatMap(({ ipAddresses }) => ipAddresses),
    urls: alerts.flatMap(({ urls }) => urls),
  };
}

function distinct(texts: readonly (string | null)[]): string {
  return [...new Set(texts.filter((text) => text !== null && text !== ""))].join(",");
}
