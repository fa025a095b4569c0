/** Alerts and incidents that custom detection rules have made in a tenant. They are stored; an incident holds one alert. */
import { clouds, type SecurityAlert, type SecurityIncident } from "@defender-mssp/microsoft";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import { jsonText } from "../../graph/json";
import { withChanges } from "../changes";

/** Numbers of these incidents are above all computed ones. */
export const firstCustomIncident = 10_000_000_000_000;

const collection = "customDetectionAlerts";

/** Stores a new alert with an incident of its own. @returns false if the tenant has the alert */
export function storeCustomAlert(tenant: Tenant, alert: SecurityAlert): boolean {
  const stored = tenant.objects(collection);
  if (stored.has(alert.id)) return false;
  const incident = String(firstCustomIncident + stored.size);
  const incidentWebUrl = `${clouds.public.portal}/incidents/${incident}?tid=${tenant.id}`;
  stored.set(alert.id, { ...(alert as unknown as StoredObject), incidentId: incident, incidentWebUrl });
  return true;
}

/** Newest first, as clients have left them. `since` is included, `until` is not. */
export function customAlerts(tenant: Tenant, since = new Date(0), until = new Date(8.64e15)): SecurityAlert[] {
  return [...tenant.objects(collection).values()]
    .map((alert) => withChanges(tenant, "alerts_v2", alert as unknown as SecurityAlert))
    .filter((alert) => createdAt(alert) >= since && createdAt(alert) < until)
    .sort((a, b) => createdAt(b).getTime() - createdAt(a).getTime());
}

export function customAlertById(tenant: Tenant, id: string): SecurityAlert | undefined {
  return customAlerts(tenant).find((alert) => alert.id === id);
}

export function customIncidentAlert(tenant: Tenant, number: number): SecurityAlert | undefined {
  if (number < firstCustomIncident) return undefined;
  return customAlerts(tenant).find(({ incidentId }) => incidentId === String(number));
}

export function createdAt({ createdDateTime }: Pick<SecurityAlert, "createdDateTime">): Date {
  return new Date(createdDateTime ?? 0);
}

/** The incident that holds an alert. */
export function customIncident(tenant: Tenant, alert: SecurityAlert): SecurityIncident {
  const incident: SecurityIncident = {
    id: alert.incidentId ?? "",
    tenantId: tenant.id,
    status: "active",
    incidentWebUrl: alert.incidentWebUrl ?? "",
    redirectIncidentId: null,
    displayName: alert.title ?? "",
    createdDateTime: alert.createdDateTime ?? "",
    lastUpdateDateTime: alert.createdDateTime ?? "",
    assignedTo: null,
    classification: "unknown",
    determination: "unknown",
    severity: alert.severity,
    customTags: [],
    systemTags: [],
    description: null,
    lastModifiedBy: null,
    resolvingComment: null,
    summary: null,
    priorityScore: null,
    comments: [],
  };
  return withChanges(tenant, "incidents", incident);
}

/** An event of a table, as advanced hunting has it. */
export interface StoredEvent {
  readonly table: string;
  readonly row: Readonly<Record<string, Json>>;
}

const eventCollection = "huntingEvents";

/** Adds events behind those that the tenant has. */
export function storeEvents(tenant: Tenant, events: readonly StoredEvent[]): void {
  const stored = tenant.objects(eventCollection);
  for (const { table, row } of events) {
    const id = `${table}/${stored.size + 1}`;
    stored.set(id, { id, table, row: { ...row } });
  }
}

export function eventsByTable(tenant: Tenant): Record<string, Readonly<Record<string, Json>>[]> {
  const tables: Record<string, Readonly<Record<string, Json>>[]> = {};
  for (const { table, row } of tenant.objects(eventCollection).values()) {
    (tables[jsonText(table)] ??= []).push(row as Readonly<Record<string, Json>>);
  }
  return tables;
}
