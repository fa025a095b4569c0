/** An incident in the Elastic Common Schema, version 8.17: the whole record is below `defender`. */
import type { IncidentRecord } from "@defender-mssp/microsoft";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { present, severities } from "../alerts/ecs";

/** A document with the time of the incident's last change. */
export function incidentAsEcs(record: IncidentRecord): string {
  const { id, updatedAt, createdAt, title, tenantId, severity, url } = record;
  return visibleJson({
    "@timestamp": updatedAt,
    ecs: { version: "8.17.0" },
    message: title,
    event: present({
      id,
      kind: "alert",
      module: "defender",
      dataset: "defender.incident",
      start: createdAt,
      severity: severities[severity],
      url,
    }),
    organization: { id: tenantId },
    defender: { incident: record },
  });
}
