/**
 * Records to Splunk's HTTP Event Collector: `POST /services/collector/event`, many events in one
 * call, each with its own time. Source: Splunk, "Format events for HTTP Event Collector", "HTTP
 * Event Collector REST API endpoints", and "Troubleshoot HTTP Event Collector" (codes).
 */
import { ServiceError } from "@defender-mssp/errors";
import { isSecureAddress, request, type Answer } from "@defender-mssp/microsoft/http";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { deliverInCalls, deliveryError } from "./calls";
import { Acknowledgments } from "./hecAcknowledgments";
import { DestinationError, type Sink, type SinkRecord } from "./sink";
import { UsageError } from "@defender-mssp/terminal/usageError";
import { Option } from "commander";
import { fromEnvironment, type DestinationKind, type RecordsInfo } from "./destinationKind";

/** Bytes of one call at most: collectors of old releases take a megabyte. */
const callSize = 500_000;

export interface HecValues {
  readonly hec?: string;
  readonly index?: string;
  readonly sourcetype?: string;
  readonly acknowledge?: boolean;
}

/**
 * The service's own alerts have the source type of the Splunk Add-on for Microsoft Security, so
 * that what is built on the add-on finds them. Records of this command have another shape.
 */
const sourcetypes = {
  alert: {
    json: "defender:alert",
    raw: "ms:defender:atp:alerts",
    help: "; with --raw the add-on's, ms:defender:atp:alerts",
  },
  incident: { json: "defender:incident", raw: "defender:incident", help: "" },
} as const;

export const hec: DestinationKind<HecValues> = {
  name: "hec",
  options: (noun) => [
    new Option("--hec <url>", "send to Splunk's HTTP Event Collector; its token is in MSSP_HEC_TOKEN"),
    new Option("--index <index>", "with --hec: Splunk's index (default: the token's)"),
    new Option(
      "--sourcetype <type>",
      `with --hec: Splunk's source type (default: ${sourcetypes[noun].json}; cef; ocsf${sourcetypes[noun].help})`,
    ),
    new Option("--acknowledge", "with --hec: wait until Splunk has indexed the events (indexer acknowledgment)"),
  ],
  open: (url, { index, acknowledge, sourcetype }, records, { session, signal, note }) =>
    splunkCollector({
      url,
      token: fromEnvironment(session, { option: "--hec", what: "the collector's token", variable: "MSSP_HEC_TOKEN" }),
      isJson: records.format !== "cef",
      index,
      sourcetype: sourcetype ?? sourcetypeOf(records),
      acknowledge,
      signal,
      note,
    }),
};

function sourcetypeOf({ noun, format }: RecordsInfo): string {
  return format === "cef" || format === "ocsf" ? format : sourcetypes[noun][format === "raw" ? "raw" : "json"];
}

export interface HecOptions {
  /** Base URL of the collector, or the whole address of its event endpoint. */
  readonly url: string;
  readonly token: string;
  /** Whether texts are JSON objects: they go as objects, other formats as text. */
  readonly isJson: boolean;
  /** Splunk's index. Default: the token's. */
  readonly index?: string | undefined;
  /** Splunk's source type. */
  readonly sourcetype: string;
  /** Whether records count as delivered only when they are indexed. @default false */
  readonly acknowledge?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets told of a record that was too large. */
  readonly note?: (text: string) => void;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds, for tests. */
  readonly now?: () => number;
}

/** @throws VisibleError where a token must not go to that address. */
export function splunkCollector(options: HecOptions): Sink {
  const collector = new Collector(addressOf(options.url), options);
  return {
    deliver: (records) => collector.deliver(records),
    flush: () => collector.flush(),
  };
}

/** One event, as the collector reads it. */
export function hecEvent(
  { isJson, index, sourcetype }: Pick<HecOptions, "isJson" | "index" | "sourcetype">,
  record: Pick<SinkRecord, "id" | "at" | "host" | "tenantId" | "text">,
  isShortened = false,
): string {
  const about = {
    time: Date.parse(record.at) / 1000,
    ...(record.host ? { host: record.host } : {}),
    source: `defender:${record.tenantId}`,
    sourcetype,
    ...(index === undefined ? {} : { index }),
    // Indexed: a repeated record is found by it.
    fields: { id: record.id, ...(isShortened ? { shortened: "true" } : {}) },
  };
  const event = isJson ? record.text : JSON.stringify(record.text);
  return `${visibleJson(about).slice(0, -1)},"event":${event}}`;
}

class Collector {
  readonly #acknowledgments: Acknowledgments | undefined;

  constructor(
    private readonly url: string,
    private readonly options: HecOptions,
  ) {
    if (options.acknowledge !== true) return;
    const ask = (channel: string, acks: readonly number[]) => this.#ask(channel, acks);
    this.#acknowledgments = new Acknowledgments({ ...options, ask, send: (text) => this.#send(text) });
  }

  /** Resolves when Splunk has indexed everything, where it was asked to say so. */
  async flush(): Promise<void> {
    await this.#acknowledgments?.settle();
  }

  deliver(records: readonly SinkRecord[]): Promise<void> {
    return deliverInCalls(records, {
      name: "Splunk's collector",
      mostBytes: callSize,
      write: (record, isShortened) => hecEvent(this.options, record, isShortened),
      takes: (call) => this.#takes(call.map(({ text }) => text).join("")),
      note: this.options.note,
    });
  }

  /**
   * False when it is too large. @throws DestinationError unless the collector says that it has all.
   */
  async #takes(text: string): Promise<boolean> {
    const answer = await this.#send(text);
    if (answer.status === 413) return false;
    await this.#acknowledgments?.expect(text, answer);
    return true;
  }

  async #send(text: string): Promise<Answer> {
    const answer = await this.#post(this.url, text);
    if (answer.status !== 413) checkCode(answer);
    return answer;
  }

  /** Which of these calls are indexed: `POST /services/collector/ack`. */
  async #ask(channel: string, acks: readonly number[]): Promise<unknown> {
    const url = new URL(this.url);
    url.pathname = url.pathname.replace(/\/(event|raw)(\/1\.0)?\/?$/, "/ack");
    url.searchParams.set("channel", channel);
    return (await this.#post(url.href, JSON.stringify({ acks }))).body;
  }

  async #post(url: string, text: string): Promise<Answer> {
    const { token, signal, sleep } = this.options;
    const headers = {
      authorization: `Splunk ${token}`,
      "content-type": "application/json",
      ...this.#acknowledgments?.headers,
    };
    try {
      // Sent again where it isn't known whether it arrived: an event that comes twice has the same
      // ID.
      return await request(url, {
        method: "POST",
        text,
        token,
        headers,
        signal,
        sleep,
        idempotent: true,
        accept: [413],
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const hint = [401, 403].includes(error.status) ? " Is MSSP_HEC_TOKEN the collector's token, and enabled?" : "";
      throw deliveryError("Splunk's collector", error, hint);
    }
  }
}

/**
 * A proxy or a sign-in page answers 200 as well: only the collector's own code 0 says that it has
 * the events.
 */
function checkCode({ status, body }: Answer): void {
  const { code, text } = (body ?? {}) as { code?: unknown; text?: unknown };
  if (code === 0) return;
  const what =
    typeof code === "number" ? `code ${code}${typeof text === "string" ? `, ${text}` : ""}` : "no code of a collector";
  throw new DestinationError(
    `Splunk's collector took nothing more: it answered ${status} with ${what}. Is the address of --hec a collector's?`,
    code === 9, // Busy.
  );
}

/** No error shows the address: it may have a password in it. */
function addressOf(text: string): string {
  if (!isSecureAddress(text)) {
    throw new UsageError("--hec needs an https address: the token and the alerts must be encrypted on their way.");
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new UsageError("--hec takes no name and no password in its address: the token is in MSSP_HEC_TOKEN.");
  }
  if (url.pathname === "/") url.pathname = "/services/collector/event";
  return url.href;
}
