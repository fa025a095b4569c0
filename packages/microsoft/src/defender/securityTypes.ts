/** Alerts and incidents of Microsoft Defender XDR, as Graph has them. */

/**
 * A security alert of `/security/alerts_v2` (`microsoft.graph.security.alert`), as far as the
 * sandbox and the command use it.
 */
export interface SecurityAlert {
  "@odata.type"?: string;
  id: string;
  providerAlertId: string | null;
  incidentId: string | null;
  status: "new" | "inProgress" | "resolved" | "unknown" | "unknownFutureValue";
  severity: "informational" | "low" | "medium" | "high" | "unknown" | "unknownFutureValue";
  classification: "truePositive" | "falsePositive" | "informationalExpectedActivity" | "unknown" | null;
  determination: string | null;
  serviceSource: string;
  detectionSource: string | null;
  productName: string | null;
  detectorId: string | null;
  tenantId: string | null;
  title: string | null;
  description: string | null;
  recommendedActions: string | null;
  category: string | null;
  assignedTo: string | null;
  alertWebUrl: string | null;
  incidentWebUrl: string | null;
  actorDisplayName: string | null;
  threatDisplayName: string | null;
  threatFamilyName: string | null;
  mitreTechniques: string[];
  createdDateTime: string | null;
  lastUpdateDateTime: string | null;
  resolvedDateTime: string | null;
  firstActivityDateTime: string | null;
  lastActivityDateTime: string | null;
  systemTags: string[];
  alertPolicyId: string | null;
  comments: SecurityComment[];
  evidence: SecurityAlertEvidence[];
}

/** A comment on an alert or an incident (`microsoft.graph.security.alertComment`). */
export interface SecurityComment {
  comment: string | null;
  createdByDisplayName: string | null;
  createdDateTime: string | null;
}

/**
 * An incident of `/security/incidents` (`microsoft.graph.security.incident`). `alerts` is there
 * with `$expand=alerts` only.
 */
export interface SecurityIncident {
  "@odata.type"?: string;
  id: string;
  tenantId: string | null;
  /**
   * `awaitingAction` only with `Prefer: include-unknown-enum-members`; else `unknownFutureValue`.
   */
  status: "active" | "resolved" | "inProgress" | "redirected" | "awaitingAction" | "unknownFutureValue";
  incidentWebUrl: string | null;
  /** The incident that this one was merged into; its status is then `redirected`. */
  redirectIncidentId: string | null;
  displayName: string | null;
  createdDateTime: string;
  lastUpdateDateTime: string;
  assignedTo: string | null;
  classification: SecurityAlert["classification"];
  determination: string | null;
  severity: SecurityAlert["severity"];
  customTags: string[];
  systemTags: string[];
  description: string | null;
  lastModifiedBy: string | null;
  resolvingComment: string | null;
  summary: string | null;
  priorityScore: number | null;
  comments: SecurityComment[];
  alerts?: SecurityAlert[];
}

/**
 * A piece of an alert's evidence; `@odata.type` says which kind, and each kind adds its own
 * properties.
 */
export interface SecurityAlertEvidence {
  "@odata.type": string;
  createdDateTime: string | null;
  verdict: "unknown" | "suspicious" | "malicious" | "noThreatsFound" | "unknownFutureValue";
  remediationStatus: string;
  remediationStatusDetails: string | null;
  roles: string[];
  detailedRoles: string[];
  tags: string[];
  [property: string]: unknown;
}
