/** A server on this machine for one test: what it answers is decided request by request. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface SeenRequest {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface Loopback {
  origin: string;
  seen: SeenRequest[];
  close: () => Promise<void>;
}

/**
 * `answer` gets how many requests there were before; undefined cuts the connection, "never" doesn't
 * answer at all.
 */
export async function loopback(
  answer: (
    request: SeenRequest,
    before: number,
  ) => { status?: number; headers?: Record<string, string>; body?: unknown } | "never" | undefined,
): Promise<Loopback> {
  const seen: SeenRequest[] = [];
  const server = http.createServer((request, response) => {
    void text(request).then((body) => {
      const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
      const reply = answer(one, seen.length);
      seen.push(one);
      if (reply === "never") return;
      if (reply === undefined) {
        request.socket.destroy();
        return;
      }
      const content = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
      response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers }).end(content);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
