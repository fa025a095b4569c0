/** The common interface of the two alert APIs: the alerts of a time span, in one response. */
import type { AlertApi, AlertRecord, AlertWindow, RecordSeverity, TokenSource } from "@defender-mssp/microsoft";

/** An alert, in this project's schema and as the service wrote it. */
export interface FetchedAlert {
  readonly record: AlertRecord;
  readonly original: unknown;
}

export interface AlertPage {
  readonly alerts: readonly FetchedAlert[];
  /** Number of alerts from the service, including other severities. */
  readonly size: number;
  /** The answer may lack alerts of the span: ask for a shorter one. */
  readonly isCut: boolean;
  /** The service's clock. */
  readonly at?: Date;
}

export interface PageOptions {
  /** The span can't be shorter: all of its alerts, in as many calls as that takes. */
  readonly whole?: boolean;
  readonly signal?: AbortSignal;
}

export interface AlertSource {
  readonly api: AlertApi;
  /** Most alerts of a span, so that the response isn't truncated. */
  readonly alertsPerSpan: number;
  /** The shortest span that the API can tell from the next one, in milliseconds. */
  readonly smallestSpan: number;
  /** @throws ServiceError */
  page(window: AlertWindow, options: PageOptions): Promise<AlertPage>;
}

export interface SourceOptions {
  readonly tenantId: string;
  readonly tokens: TokenSource;
  /** Only these; all without it. */
  readonly severities?: readonly RecordSeverity[];
}

/**
 * Small enough that memory stays flat, large enough that a million alerts are not too many calls.
 */
export const pageSize = 250;
