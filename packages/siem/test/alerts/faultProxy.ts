/** A server between a client and the sandbox that spoils some of the answers. */
import http from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What becomes of an answer: a status (429 comes with `Retry-After: 0`), a connection that is reset, one that is cut in
 * the middle of the body, or a body that is half but says that it is whole.
 */
export type Fault = 429 | 500 | 503 | "reset" | "cut" | "half";

export interface FaultProxy {
  readonly origin: string;
  /** How many requests came. */
  readonly requests: number;
  close(): Promise<void>;
}

/** `spoil` decides for each request, by its number from 0. */
export async function faultProxy(
  target: string,
  spoil: (index: number, url: string) => Fault | undefined,
): Promise<FaultProxy> {
  let requests = 0;
  const server = http.createServer((request, response) => {
    const fault = spoil(requests++, request.url ?? "");
    void answer(target, request, response, fault).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  target: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  if (typeof fault === "number") {
    const headers = { "content-type": "application/json", ...(fault === 429 ? { "retry-after": "0" } : {}) };
    response.writeHead(fault, headers).end('{"error":{"code":"Fault","message":"spoilt"}}');
    return;
  }
  if (fault === "reset") {
    request.socket.resetAndDestroy();
    return;
  }
  const { authorization = "" } = request.headers;
  const upstream = await fetch(`${target}${request.url ?? ""}`, { headers: { authorization } });
  const body = Buffer.from(await upstream.arrayBuffer());
  const half = body.subarray(0, Math.floor(body.length / 2));
  const length = fault === "half" ? half.length : body.length;
  response.writeHead(upstream.status, { "content-type": "application/json", "content-length": length });
  if (fault === "half") response.end(half);
  else if (fault === "cut") response.write(half, () => setTimeout(() => request.socket.destroy(), 20));
  else response.end(body);
}
