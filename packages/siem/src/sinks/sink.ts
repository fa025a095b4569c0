/**
 * Where records go: standard output, a file, or a SIEM. A sink knows nothing of alerts or
 * incidents: it takes records that their command has formatted.
 */
import type { AlertRecord } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Shortening } from "./shortened";

/** A record as sinks take it. */
export interface SinkRecord {
  /** The same in each delivery. */
  readonly id: string;
  readonly tenantId: string;
  /** The time of the event: ISO 8601, UTC, in milliseconds. */
  readonly at: string;
  readonly severity: AlertRecord["severity"];
  /** What it is, as one word in ASCII: `graph`, `legacySiem`, `incident`. */
  readonly kind: string;
  /** The device that the record is about. */
  readonly host?: string | undefined;
  /** One line, without its end; a JSON object where the sink's format is JSON. */
  readonly text: string;
  /** The same with long texts and lists cut, for sinks that take only so much. */
  readonly shortened: (limits: Shortening) => string;
}

/** Takes items, in the order of their delivery. One delivery at a time. */
export interface Destination<T> {
  /** Resolves when the destination has all of them completely; rejects where it may not have. */
  deliver(items: readonly T[]): Promise<void>;
  /**
   * Resolves when what was delivered survives a power failure; for destinations that can say so.
   */
  flush?(): Promise<void>;
}

/** One of several destinations has a name. */
export interface NamedDestination<T> extends Destination<T> {
  /** As in the option: `log-analytics`. */
  readonly name?: string;
}

export type Sink = Destination<SinkRecord>;

/** A sink for a command's own items. */
export function formatted<T>(sink: Sink, recordOf: (item: T) => SinkRecord): Destination<T> {
  return {
    deliver: (items) => sink.deliver(items.map(recordOf)),
    flush: async () => sink.flush?.(),
  };
}

/** The sink's reader has had enough (`| head`): the end, and no error. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** The place that the records go to didn't take all of them. */
export class DestinationError extends VisibleError {
  constructor(
    message: string,
    /** The destination may accept them later, such as after an outage or on a full disk. */
    readonly isPassing: boolean,
    /** The wait that it asks for, in milliseconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}
