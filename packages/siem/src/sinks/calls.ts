/** Records in calls of a limited size, for destinations over HTTP. */
import type { ServiceErrorDetail } from "@defender-mssp/errors";
import { shortenings } from "./shortened";
import { DestinationError, type SinkRecord } from "./sink";

/** A record as a call carries it. */
export interface CallItem {
  readonly record: SinkRecord;
  readonly text: string;
}

export interface CallOptions {
  /** The destination's name in messages, such as "Splunk's collector". */
  readonly name: string;
  /** Bytes of a call's texts at most. */
  readonly mostBytes: number;
  /** A record as a call carries it. */
  readonly write: (record: SinkRecord, isShortened: boolean) => string;
  /**
   * Sends a call. False when it is too large (413). @throws DestinationError unless the destination
   * has all of it.
   */
  readonly takes: (call: readonly CallItem[]) => Promise<boolean>;
  /** Gets told of a record that was too large. */
  readonly note?: ((text: string) => void) | undefined;
}

/** What a service's error means for the delivery: whether it was reached, and may accept the records later. */
export function deliveryError(
  name: string,
  { status, message, retryAfter, cause }: Pick<ServiceErrorDetail, "status" | "message" | "retryAfter" | "cause">,
  hint: string,
): DestinationError {
  const isUnreached = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(
    String(cause),
  );
  const isPassing = [0, 408, 429].includes(status) || status >= 500;
  const failure = isUnreached ? "could not be reached" : "took nothing more";
  return new DestinationError(`${name} ${failure}: ${message}.${hint}`, isPassing, retryAfter);
}

/**
 * Delivers records in as few calls as their sizes allow. A call that is too large is divided; a
 * record that is too large alone is shortened.
 */
export async function deliverInCalls(records: readonly SinkRecord[], options: CallOptions): Promise<void> {
  for (const call of callsOf(records, options)) await deliver(call, options);
}

function* callsOf(records: readonly SinkRecord[], { write, mostBytes }: CallOptions): Generator<readonly CallItem[]> {
  let call: CallItem[] = [];
  let size = 0;
  for (const record of records) {
    const text = write(record, false);
    // A separator of a byte, such as a comma, comes with each.
    const bytes = Buffer.byteLength(text, "utf8") + 1;
    if (call.length > 0 && size + bytes > mostBytes) {
      yield call;
      [call, size] = [[], 0];
    }
    call.push({ record, text });
    size += bytes;
  }
  if (call.length > 0) yield call;
}

async function deliver(call: readonly CallItem[], options: CallOptions): Promise<void> {
  const [first] = call;
  if (await options.takes(call)) return;
  if (call.length === 1 && first !== undefined) return deliverShortened(first.record, options);
  const half = Math.ceil(call.length / 2);
  await deliver(call.slice(0, half), options);
  await deliver(call.slice(half), options);
}

async function deliverShortened(record: SinkRecord, { name, write, takes, note }: CallOptions): Promise<void> {
  for (const limits of shortenings) {
    const text = write({ ...record, text: record.shortened(limits) }, true);
    if (!(await takes([{ record, text }]))) continue;
    note?.(`Record ${record.id} is larger than ${name} takes: it was delivered shortened.`);
    return;
  }
  throw new DestinationError(`${capital(name)} refuses record ${record.id} as too large, shortened as well.`, false);
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
