/** An incident in the Elastic Common Schema, version 8.17: the whole record is below `defender`. */
import type { IncidentRecord } from "@defender-mssp/microsoft";
import { visibleJson } from "@defender-mssp/terminal/terminalText";

/** As for alerts. ECS leaves the numbers to the source. */
const severities: Readonly<Record<IncidentRecord["severity"], number | undefined>> = {
  informational: 1,
  low: 3,
  medium: 6,
  high: 8,
  unknown: undefined,
};

/** A document with the time of the incident's last change. */
export function incidentAsEcs(record: IncidentRecord): string {
  const { id, updatedAt, createdAt, title, tenantId, severity, url } = record;
  return visibleJson({
    "@timestamp": updatedAt,
    ecs: { version: "8.17.0" },
    message: title,
    event: {
      id,
      kind: "alert",
      module: "defender",
      dataset: "defender.incident",
      start: createdAt,
      ...(severities[severity] === undefined ? {} : { severity: severities[severity] }),
      ...(url === null ? {} : { url }),
    },
    organization: { id: tenantId },
    defender: { incident: record },
  });
}
