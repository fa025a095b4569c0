/** Alerts and incidents of the sandbox, and where their commands' options send them. */
import { processSession } from "@defender-mssp/terminal/processSession";
import {
  recordOfSecurityAlert,
  type RecordSeverity,
  type SecurityAlert,
  type SecurityIncident,
} from "@defender-mssp/microsoft";
import { securityAlert } from "@defender-mssp/testkit";
import { fetchedAlert, sinkRecordOf as alertAsSinkRecord } from "../../src/alerts/fetchedAlert";
import { alertFormats, recordAsJson } from "../../src/alerts/formats";
import { fetchedIncident } from "../../src/incidents/incidentSource";
import { incidentFormats, sinkRecordOf } from "../../src/incidents/formats";
import type { PullCommandOptions } from "../../src/pull/pullOptions";
import { chosenDestinations, openDestination, type Deliverable, type SinkOptions } from "../../src/sinks/destinations";
import type { SinkRecord } from "../../src/sinks/sink";
import { dayOfDetections, now, tenantId } from "../alerts/dayOfDetections";

export interface ToSend {
  readonly name: "alerts" | "incidents";
  readonly records: readonly {
    readonly id: string;
    readonly at: string;
    readonly tenantId: string;
    /** In the command's schema, and as the service wrote it. */
    readonly json: object;
    readonly original: object;
    readonly record: SinkRecord;
  }[];
  readonly sourcetype: string;
  readonly dataStream: string;
  /** In syslog messages. */
  readonly messageId: string;
  /** The record in a document's `defender`. */
  readonly recordIn: (defender: unknown) => unknown;
  /** What delivers all of them. */
  readonly sink: (
    options: SinkOptions & PullCommandOptions,
    note: (text: string) => void,
  ) => { deliver(): Promise<void>; flush(): Promise<void> };
}

const { signal } = new AbortController();

export function securityAlerts(count: number): SecurityAlert[] {
  return dayOfDetections(60_000)
    .slice(0, count)
    .map((detection) => securityAlert(detection));
}

/** Incidents, with what a person has written. */
export function securityIncidents(count: number, alertsEach = 2): SecurityIncident[] {
  const alerts = securityAlerts(alertsEach * count);
  const severities: readonly (RecordSeverity | "unknown")[] = ["informational", "low", "medium", "high", "unknown"];
  return Array.from({ length: count }, (_, index): SecurityIncident => {
    const time = (minutes: number) => new Date(now.getTime() + (index + minutes) * 60_000).toISOString();
    return {
      id: String(4711 + index),
      tenantId,
      displayName: `Multi-stage incident ${index} on “one endpoint” | a=b`,
      severity: severities[index % severities.length] ?? "unknown",
      status: "active",
      createdDateTime: time(0),
      lastUpdateDateTime: time(90),
      incidentWebUrl: `https://security.microsoft.com/incidents/${4711 + index}`,
      assignedTo: "ana@mssp.example",
      customTags: ["vip"],
      comments: [{ comment: "Line 1\nLine 2", createdByDisplayName: "Ana", createdDateTime: time(1) }],
      alerts: alerts.slice(alertsEach * index, alertsEach * (index + 1)),
    } as unknown as SecurityIncident;
  });
}

export function alertsToSend(count: number): ToSend {
  const alerts = securityAlerts(count).map((original) =>
    fetchedAlert(recordOfSecurityAlert(original, tenantId), original),
  );
  return {
    name: "alerts",
    records: alerts.map((alert) => ({
      id: alert.id,
      at: alert.at,
      tenantId,
      json: alert.record,
      original: plain(alert.original),
      record: alertAsSinkRecord(alert, recordAsJson),
    })),
    sourcetype: "defender:alert",
    dataStream: "logs-defender.alert-default",
    messageId: "graph",
    recordIn: (defender) => defender,
    sink: delivering(
      { noun: "alert", recordOf: (alert, format) => alertAsSinkRecord(alert, alertFormats[format]) },
      alerts,
    ),
  };
}

export function incidentsToSend(count: number, { alertsEach = 2 } = {}): ToSend {
  const incidents = securityIncidents(count, alertsEach).map((original) => fetchedIncident(original, tenantId));
  return {
    name: "incidents",
    records: incidents.map((incident) => ({
      id: incident.id,
      at: incident.at,
      tenantId,
      json: incident.record,
      original: plain(incident.original),
      record: sinkRecordOf(incident, incidentFormats.json),
    })),
    sourcetype: "defender:incident",
    dataStream: "logs-defender.incident-default",
    messageId: "incident",
    recordIn: (defender) => (defender as { incident: unknown }).incident,
    sink: delivering(
      { noun: "incident", recordOf: (incident, format) => sinkRecordOf(incident, incidentFormats[format]) },
      incidents,
    ),
  };
}

function delivering<T>(deliverable: Deliverable<T>, items: readonly T[]): ToSend["sink"] {
  return (options, note) => {
    const [kind] = chosenDestinations(options);
    const destination = openDestination(kind, options, deliverable, { session: processSession(), signal, note });
    return { deliver: () => destination.deliver(items), flush: async () => destination.flush?.() };
  };
}

/** As it is after JSON: without undefined. */
function plain(value: unknown): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
