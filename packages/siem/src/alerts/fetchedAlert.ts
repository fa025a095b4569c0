/** An alert on its way from one of the two APIs to a sink. */
import type { AlertApi, AlertRecord, RecordSeverity, RequestLimiter, TokenSource } from "@defender-mssp/microsoft";
import type { Pulled, Source } from "../pull/source";
import { cutValues } from "../sinks/shortened";
import type { SinkRecord } from "../sinks/sink";

/** An alert, in this project's schema and as the service wrote it. */
export interface FetchedAlert extends Pulled {
  readonly record: AlertRecord;
  readonly original: unknown;
}

/** An alert as one line, without the line's end. */
export type AlertFormat = (alert: FetchedAlert) => string;

export interface AlertSource extends Source<FetchedAlert> {
  readonly api: AlertApi;
}

export interface SourceOptions {
  readonly tenantId: string;
  readonly tokens: TokenSource;
  /** Only these; all without it. */
  readonly severities?: readonly RecordSeverity[];
  /** Of all customers that this process pulls. */
  readonly limiter?: RequestLimiter;
}

export function fetchedAlert(record: AlertRecord, original: unknown): FetchedAlert {
  const counted = { alertId: record.alertId, source: record.product };
  return { id: record.id, at: record.createdAt, counted, record, original };
}

/** An alert as sinks take it, in one of the formats. */
export function sinkRecordOf(alert: FetchedAlert, format: AlertFormat): SinkRecord {
  const { record, original } = alert;
  return {
    id: record.id,
    tenantId: record.tenantId,
    at: record.createdAt,
    severity: record.severity,
    kind: record.api,
    host: record.devices[0]?.name ?? undefined,
    text: format(alert),
    shortened: (limits) => format(fetchedAlert(cutValues(record, limits), cutValues(original, limits))),
  };
}
