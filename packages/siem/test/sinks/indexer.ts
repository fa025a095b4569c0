/** Splunk's HTTP Event Collector with indexer acknowledgment, built from its documentation. */
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";

export interface HecEvent {
  readonly time: number;
  readonly source: string;
  readonly sourcetype: string;
  readonly index?: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly event: unknown;
}

/** It accepts at once, and has indexed a call when it is asked so many times. */
export class Indexer {
  readonly events: HecEvent[] = [];
  /** IDs of records. */
  readonly indexed: string[] = [];
  readonly accepted: string[] = [];
  readonly channels = new Set<string | undefined>();
  readonly authorizations = new Set<string | undefined>();
  acknowledges = true;
  questions = 2;
  /** Accepts and loses the call with this number. */
  loses: (call: number) => boolean = () => false;
  #asked = new Map<number, number>();
  #calls: string[][] = [];
  readonly #server = http.createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://splunk");
    const header = request.headers["x-splunk-request-channel"];
    this.channels.add(String(header));
    this.authorizations.add(request.headers.authorization);
    if (pathname === "/services/collector/ack") {
      this.channels.add(searchParams.get("channel") ?? undefined);
      const { acks } = (await json(request)) as { acks: number[] };
      response.end(JSON.stringify({ acks: Object.fromEntries(acks.map((id) => [id, this.#isIndexed(id)])) }));
      return;
    }
    const events = eventsOf(await text(request));
    this.events.push(...events);
    const ids = events.map(({ fields }) => fields["id"] ?? "");
    this.accepted.push(...ids);
    const ackId = this.#calls.push(ids) - 1;
    response.end(JSON.stringify({ text: "Success", code: 0, ...(this.acknowledges ? { ackId } : {}) }));
  }

  #isIndexed(id: number): boolean {
    const asked = (this.#asked.get(id) ?? 0) + 1;
    this.#asked.set(id, asked);
    if (this.loses(id) || asked < this.questions) return false;
    this.indexed.push(...(this.#calls[id] ?? []));
    return true;
  }
}

/** A call has its events one after the other, without a separator. */
function eventsOf(call: string): HecEvent[] {
  return JSON.parse(`[${call.replaceAll(/\}(?=\{"time":)/g, "},")}]`) as HecEvent[];
}
