/** Records and servers for the tests of sinks. */
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { cutValues } from "../../src/sinks/shortened";
import type { SinkRecord } from "../../src/sinks/sink";

/** Records with a description of so many characters. */
export function recordsOf(count: number, length = 10, first = 0): SinkRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const value = { id: `id ${first + index}`, description: "d".repeat(length) };
    return {
      id: value.id,
      tenantId: "tenant",
      at: "2026-11-01T12:00:00.000Z",
      severity: "high",
      kind: "graph",
      text: JSON.stringify(value),
      shortened: (limits) => JSON.stringify(cutValues(value, limits)),
    };
  });
}

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server on this machine that answers as a test says. */
export async function serverOf(answer: (call: Call, index: number) => Reply) {
  const calls: Call[] = [];
  const server = http.createServer((request, response) => {
    void buffer(request).then((body) => {
      const call = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
      const { status, body: reply, headers = {} } = answer(call, calls.push(call) - 1);
      response.writeHead(status, headers).end(reply === undefined ? "" : JSON.stringify(reply));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, calls, stop: () => server.close() };
}
