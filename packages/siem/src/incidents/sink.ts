/** Where incidents go, and in which format. */
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import type { PullCommandOptions } from "../pull/pullOptions";
import { chooseSink, type SinkContext } from "../sinks/chooseSink";
import { cutValues, type Shortening } from "../sinks/shortened";
import { formatted, type Destination, type SinkRecord } from "../sinks/sink";
import type { SinkOptions } from "../sinks/sinkOptions";
import { incidentAsCef } from "./cef";
import { incidentAsEcs } from "./ecs";
import type { FetchedIncident } from "./incidentSource";

export type IncidentFormat = (incident: Pick<FetchedIncident, "record" | "original">) => string;

export const incidentFormats = {
  json: ({ record }) => visibleJson(record),
  raw: ({ original }) => visibleJson(original),
  ecs: ({ record }) => incidentAsEcs(record),
  cef: ({ record }) => incidentAsCef(record),
} as const satisfies Readonly<Record<string, IncidentFormat>>;

/** The destination that the options name. @throws VisibleError */
export function incidentSink(
  options: SinkOptions & PullCommandOptions,
  context: SinkContext,
): Destination<FetchedIncident> {
  const isJson = options.format !== "cef";
  const sourcetype = isJson ? "defender:incident" : "cef";
  const records = { isJson, sourcetype, dataStream: "logs-defender.incident-default" };
  const format = incidentFormats[formatOf(options)];
  return formatted(chooseSink(options, records, context), (incident) => sinkRecordOf(incident, format));
}

function formatOf({ raw, format, elasticsearch }: SinkOptions & PullCommandOptions): keyof typeof incidentFormats {
  if (format === "cef") return "cef";
  if (raw === true) return "raw";
  return elasticsearch === undefined ? "json" : "ecs";
}

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
