/**
 * The schema of incidents: docs/incidents.md describes it. A missing value is null or an empty
 * list; times are ISO 8601, UTC, in milliseconds.
 */
import type { SecurityIncident } from "../graph/types";
import { recordOfSecurityAlert, type AlertRecord } from "./alertRecord";
import {
  epoch,
  fieldsOf,
  listOf,
  madeUpId,
  severityOf,
  textOf,
  timeOf,
  type RecordSeverity,
  type Unchecked,
} from "./recordFields";

export interface IncidentRecord {
  /** Graph's ID of the incident; the same after each change. */
  id: string;
  tenantId: string;
  title: string;
  description: string | null;
  summary: string | null;
  severity: RecordSeverity | "unknown";
  /** `active`, `inProgress`, `awaitingAction`, `resolved`, `redirected`. */
  status: string | null;
  /** The incident that this one was merged into. */
  redirectIncidentId: string | null;
  classification: string | null;
  determination: string | null;
  assignedTo: string | null;
  createdAt: string;
  /** The last change; with `id` the same in each delivery. */
  updatedAt: string;
  updatedBy: string | null;
  url: string | null;
  customTags: string[];
  systemTags: string[];
  comments: IncidentComment[];
  /** Null: the service did not return them. */
  alerts: AlertRecord[] | null;
}

export interface IncidentComment {
  text: string | null;
  createdBy: string | null;
  createdAt: string | null;
}

/** The record of an incident. @param tenantId for an incident without one. */
export function recordOfIncident(given: SecurityIncident, tenantId: string): IncidentRecord {
  const incident: Unchecked<SecurityIncident> = given;
  const tenant = textOf(incident.tenantId) ?? tenantId;
  const createdAt = timeOf(incident.createdDateTime);
  return {
    id: textOf(incident.id) ?? madeUpId(given),
    tenantId: tenant,
    title: textOf(incident.displayName) ?? "",
    description: textOf(incident.description),
    summary: textOf(incident.summary),
    severity: severityOf(incident.severity),
    status: textOf(incident.status),
    redirectIncidentId: textOf(incident.redirectIncidentId),
    classification: textOf(incident.classification),
    determination: textOf(incident.determination),
    assignedTo: textOf(incident.assignedTo),
    createdAt: createdAt ?? epoch,
    updatedAt: timeOf(incident.lastUpdateDateTime) ?? createdAt ?? epoch,
    updatedBy: textOf(incident.lastModifiedBy),
    url: textOf(incident.incidentWebUrl),
    customTags: listOf(incident.customTags),
    systemTags: listOf(incident.systemTags),
    comments: (Array.isArray(incident.comments) ? incident.comments : []).map(commentOf),
    alerts: Array.isArray(incident.alerts)
      ? (incident.alerts as NonNullable<SecurityIncident["alerts"]>)
          .filter((alert) => typeof alert === "object" && (alert as unknown) !== null)
          .map((alert) => recordOfSecurityAlert(alert, tenant))
      : null,
  };
}

function commentOf(value: unknown): IncidentComment {
  const { comment, createdByDisplayName, createdDateTime } = fieldsOf(value);
  return { text: textOf(comment), createdBy: textOf(createdByDisplayName), createdAt: timeOf(createdDateTime) };
}
