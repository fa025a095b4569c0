/** Formats of an incident. */
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import type { RecordsInfo } from "../sinks/destinationKind";
import { cutValues, type Shortening } from "../sinks/shortened";
import type { SinkRecord } from "../sinks/sink";
import { incidentAsCef } from "./cef";
import { incidentAsEcs } from "./ecs";
import { incidentAsOcsf } from "./incidentAsOcsf";
import type { FetchedIncident } from "./incidentSource";

export type IncidentFormat = (incident: Pick<FetchedIncident, "record" | "original">) => string;

export const incidentFormats = {
  json: ({ record }) => visibleJson(record),
  raw: ({ original }) => visibleJson(original),
  ecs: ({ record }) => incidentAsEcs(record),
  ocsf: ({ record }) => incidentAsOcsf(record),
  cef: ({ record }) => incidentAsCef(record),
} as const satisfies Readonly<Record<RecordsInfo["format"], IncidentFormat>>;

/** An incident as sinks take it, in one of the formats. */
export function sinkRecordOf({ id, record, original }: FetchedIncident, format: IncidentFormat): SinkRecord {
  return {
    id,
    tenantId: record.tenantId,
    at: record.updatedAt,
    severity: record.severity,
    kind: "incident",
    text: format({ record, original }),
    shortened: (limits: Shortening) =>
      format({ record: cutValues(record, limits), original: cutValues(original, limits) }),
  };
}
