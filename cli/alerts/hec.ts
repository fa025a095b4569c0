/**
 * Alerts to Splunk's HTTP Event Collector: `POST /services/collector/event`, many events in one call, each with its own time.
 * Source: Splunk, "Format events for HTTP Event Collector", and "HTTP Event Collector REST API endpoints".
 */
import { isSecureAddress, request, ServiceError } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import type { AlertFormat } from "./formats";
import type { AlertSink } from "./pull";
import type { FetchedAlert } from "./sources";

/** Characters of one call at most: older collectors take a megabyte. */
const callSize = 500_000;

export interface HecOptions {
  /** Base URL of the collector, or the whole address of its event endpoint. */
  readonly url: string;
  readonly token: string;
  /** JSON goes as an object, other formats as text. */
  readonly format: AlertFormat;
  readonly isJson: boolean;
  readonly signal?: AbortSignal;
}

/** @throws VisibleError where a token must not go to that address. */
export function splunkCollector(options: HecOptions): AlertSink {
  const url = addressOf(options.url);
  return {
    deliver: async (alerts) => {
      for (const text of calls(alerts, options)) await send(url, text, options);
    },
  };
}

/** One event, as the collector reads it. */
export function hecEvent({ format, isJson }: Pick<HecOptions, "format" | "isJson">, alert: FetchedAlert): string {
  const { record } = alert;
  const about = {
    time: Date.parse(record.createdAt) / 1000,
    ...(record.devices[0]?.name ? { host: record.devices[0].name } : {}),
    source: `defender:${record.tenantId}`,
    sourcetype: isJson ? "defender:alert" : "cef",
    // Indexed: what came twice is found by it.
    fields: { id: record.id },
  };
  const event = isJson ? format(alert) : JSON.stringify(format(alert));
  return `${JSON.stringify(about).slice(0, -1)},"event":${event}}`;
}

function* calls(alerts: readonly FetchedAlert[], options: HecOptions): Generator<string> {
  let call = "";
  for (const alert of alerts) {
    const event = hecEvent(options, alert);
    if (call !== "" && call.length + event.length > callSize) {
      yield call;
      call = "";
    }
    call += event;
  }
  if (call !== "") yield call;
}

async function send(url: string, text: string, { token, signal }: HecOptions): Promise<void> {
  const headers = { authorization: `Splunk ${token}`, "content-type": "application/json" };
  try {
    // Sent again where it isn't known whether it arrived: an event that comes twice has the same ID.
    await request(url, { method: "POST", text, token, headers, idempotent: true, signal });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const hint = [401, 403].includes(error.status) ? " Is MSSP_HEC_TOKEN the collector's token, and enabled?" : "";
    throw new DestinationError(`Splunk's collector took nothing more: ${error.message}.${hint}`);
  }
}

/** No error shows the address: it may have a password in it. */
function addressOf(text: string): string {
  if (!isSecureAddress(text)) {
    throw new VisibleError("--hec needs an https address: the token and the alerts must not go in the clear.");
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new VisibleError("--hec takes no name and no password in its address: the token is in MSSP_HEC_TOKEN.");
  }
  if (url.pathname === "/") url.pathname = "/services/collector/event";
  return url.href;
}

/** The place that the alerts go to doesn't take them. */
export class DestinationError extends VisibleError {}
