/**
 * The schema of incidents: docs/alerts.md describes it. A missing value is null or an empty
 * list; times are ISO 8601, UTC, in milliseconds.
 */
import { recordOf, textsOf } from "@defender-mssp/errors/json";
import type { SecurityIncident } from "./securityTypes";
import { recordOfSecurityAlert, type AlertRecord } from "./alertRecord";
import { epoch, madeUpId, severityOf, textOrNull, timeOf, type RecordSeverity, type Unchecked } from "./recordFields";

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
  const tenant = textOrNull(incident.tenantId) ?? tenantId;
  const createdAt = timeOf(incident.createdDateTime);
  return {
    id: textOrNull(incident.id) ?? madeUpId(given),
    tenantId: tenant,
    title: textOrNull(incident.displayName) ?? "",
    description: textOrNull(incident.description),
    summary: textOrNull(incident.summary),
    severity: severityOf(incident.severity),
    status: textOrNull(incident.status),
    redirectIncidentId: textOrNull(incident.redirectIncidentId),
    classification: textOrNull(incident.classification),
    determination: textOrNull(incident.determination),
    assignedTo: textOrNull(incident.assignedTo),
    createdAt: createdAt ?? epoch,
    updatedAt: timeOf(incident.lastUpdateDateTime) ?? createdAt ?? epoch,
    updatedBy: textOrNull(incident.lastModifiedBy),
    url: textOrNull(incident.incidentWebUrl),
    customTags: textsOf(incident.customTags),
    systemTags: textsOf(incident.systemTags),
    comments: (Array.isArray(incident.comments) ? incident.comments : []).map(commentOf),
    alerts: Array.isArray(incident.alerts)
      ? (incident.alerts as NonNullable<SecurityIncident["alerts"]>)
          .filter((alert) => typeof alert === "object" && (alert as unknown) !== null)
          .map((alert) => recordOfSecurityAlert(alert, tenant))
      : null,
  };
}

function commentOf(value: unknown): IncidentComment {
  const { comment, createdByDisplayName, createdDateTime } = recordOf(value);
  return { text: textOrNull(comment), createdBy: textOrNull(createdByDisplayName), createdAt: timeOf(createdDateTime) };
}
