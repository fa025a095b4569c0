/**
 * Records to a data stream of Elasticsearch: `POST /<data stream>/_bulk` with `create`, the only
 * operation that data streams take. Source: Elastic, "Bulk API", "Data streams".
 */
import { createHash } from "node:crypto";
import { ServiceError } from "@defender-mssp/errors";
import { isSecureAddress, request, wait } from "@defender-mssp/microsoft/http";
import { deliverInCalls, deliveryError, type CallItem } from "./calls";
import { DestinationError, type Sink, type SinkRecord } from "./sink";
import { UsageError } from "@defender-mssp/terminal/usageError";
import { Option } from "commander";
import { fromEnvironment, type DestinationKind } from "./destinationKind";

/** Bytes of one call at most. Elastic advises a few megabytes; servers take 100. */
const callSize = 5_000_000;

/** Tries of the items that a busy server refuses, and the first wait, in milliseconds, then doubled. */
const maximumTries = 6;
const firstBackoff = 500;

/** Bytes of an `_id` at most. */
const longestId = 512;

const name = "Elasticsearch";

export const elasticsearch: DestinationKind<{ readonly elasticsearch?: string; readonly dataStream?: string }> = {
  name: "elasticsearch",
  format: "ecs",
  options: (noun) => [
    new Option(
      "--elasticsearch <url>",
      "send to Elasticsearch in the Elastic Common Schema; the API key is in MSSP_ELASTICSEARCH_API_KEY",
    ),
    new Option("--data-stream <name>", `with --elasticsearch: the data stream (default: ${dataStreamOf(noun)})`),
  ],
  open: (url, { dataStream }, { noun }, { session, signal, note }) => {
    const variable = "MSSP_ELASTICSEARCH_API_KEY";
    const apiKey = fromEnvironment(session, { option: "--elasticsearch", what: "the API key", variable });
    return elasticsearchServer({ url, dataStream: dataStream ?? dataStreamOf(noun), apiKey, signal, note });
  },
};

function dataStreamOf(noun: string): string {
  return `logs-defender.${noun}-default`;
}

export interface ElasticsearchOptions {
  /** Base URL of the server or of its proxy. */
  readonly url: string;
  readonly dataStream: string;
  /** Encoded, as Elasticsearch returns it: base64 of ID and key. */
  readonly apiKey: string;
  readonly signal?: AbortSignal | undefined;
  /** Gets told of a record that was too large. */
  readonly note?: (text: string) => void;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** An item of the answer. */
interface ItemResult {
  readonly status?: unknown;
  readonly error?: { readonly type?: unknown; readonly reason?: unknown };
}

/** The texts are JSON objects with `@timestamp`. @throws VisibleError */
export function elasticsearchServer(options: ElasticsearchOptions): Sink {
  const url = addressOf(options);
  return {
    deliver: (records) =>
      deliverInCalls(records, {
        name,
        mostBytes: callSize,
        write: ({ text, ...record }) => `${JSON.stringify({ create: { _id: documentId(record) } })}\n${text}\n`,
        takes: (call) => takes(url, call, options),
        note: options.note,
      }),
  };
}

/** A repeated record has the same one, so that the server refuses it as existing (409). IDs are each tenant's own. */
function documentId(record: Pick<SinkRecord, "id" | "tenantId">): string {
  const id = `${record.tenantId}/${record.id}`;
  return Buffer.byteLength(id) <= longestId ? id : createHash("sha256").update(id).digest("hex");
}

/** Sends a call, and again those items that a busy server has refused. */
async function takes(url: string, call: readonly CallItem[], options: ElasticsearchOptions): Promise<boolean> {
  const { sleep = wait, signal } = options;
  let waiting = call;
  for (let tries = 1; ; tries++) {
    const results = await send(url, waiting, options);
    if (results === undefined) return false;
    const refused = waiting.filter((item, index) => isRefused(item, results[index]));
    if (refused.length === 0) return true;
    if (tries === maximumTries) {
      throw new DestinationError(`${name} is too busy: it refused ${refused.length} records ${tries} times.`, true);
    }
    waiting = refused;
    await sleep(firstBackoff * 2 ** (tries - 1), signal);
  }
}

/**
 * Whether the item must be sent again. An existing one (409) has been delivered before.
 * @throws DestinationError for any other refusal.
 */
function isRefused({ record }: CallItem, result: ItemResult | undefined): boolean {
  const status = Number(result?.status);
  if ((status >= 200 && status < 300) || status === 409) return false;
  if (status === 429 || status >= 500) return true;
  const { type, reason } = result?.error ?? {};
  const why = [type, reason].filter((part) => typeof part === "string").join(": ");
  throw new DestinationError(
    `${name} refuses record ${record.id} with ${status}: ${why || "without a reason"}.`,
    false,
  );
}

/** The results of the items, in their order; undefined where the call is too large. */
async function send(
  url: string,
  call: readonly CallItem[],
  { apiKey, signal, sleep }: ElasticsearchOptions,
): Promise<readonly ItemResult[] | undefined> {
  try {
    const { status, body } = await request(url, {
      method: "POST",
      text: call.map(({ text }) => text).join(""),
      signal,
      sleep,
      headers: { authorization: `ApiKey ${apiKey}`, "content-type": "application/x-ndjson" },
      idempotent: true, // An item that comes twice has the same _id.
      accept: [413],
    });
    if (status === 413) return undefined;
    const { items } = (body ?? {}) as { items?: { create?: ItemResult }[] };
    if (!Array.isArray(items) || items.length !== call.length) {
      throw new DestinationError(`${name} took nothing more: ${status} without a result for each record.`, false);
    }
    return items.map(({ create }) => create ?? {});
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { status, retryAfter, cause } = error;
    const message = error.message.replaceAll(apiKey, "…");
    const hint = [401, 403].includes(status)
      ? " The key in MSSP_ELASTICSEARCH_API_KEY needs the index privilege create_doc, and auto_configure for a new data stream."
      : "";
    throw deliveryError(name, { status, message, retryAfter, cause }, hint);
  }
}

/** No error shows the address: it may have a password in it. */
function addressOf({ url: text, dataStream }: ElasticsearchOptions): string {
  if (!isSecureAddress(text)) {
    throw new UsageError("--elasticsearch needs an https address: the key and the records must be encrypted.");
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw new UsageError(
      "--elasticsearch takes no name, password or query in its address: the key is in MSSP_ELASTICSEARCH_API_KEY.",
    );
  }
  if (!/^[^A-Z\\/*?"<>| ,#:]+$/.test(dataStream) || /^[-_+.]/.test(dataStream) || Buffer.byteLength(dataStream) > 255) {
    throw new UsageError(`--data-stream "${dataStream}" is not a data stream's name, such as logs-defender-default.`);
  }
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${encodeURIComponent(dataStream)}/_bulk`;
  return url.href;
}
