/**
 * A proxy for programs that can't be told another host name: they reach the sandbox under
 * Microsoft's own names. It answers `CONNECT` to the hosts of the table of clouds, and nothing else;
 * no request leaves this machine, and no name is looked up.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { graphLikeError, rawErrorAnswer } from "../cloud/graphLikeError";
import { unknownRouteHeader } from "../cloud/serviceError";
import { makeRunAuthority } from "./runAuthority";
import { interceptedDomains, sandboxPath, serviceHost, type ServiceHost } from "./serviceHost";

export interface ConnectProxyOptions {
  /** The sandbox's HTTPS port on 127.0.0.1, and its certificate (PEM). */
  readonly sandbox: { readonly port: number; readonly certificate: string };
}

export interface ConnectProxy {
  readonly port: number;
  /** Certificate (PEM) of the authority that clients have to trust for the hosts. */
  readonly authority: string;
  /** How often each host that the sandbox does not answer for was refused. */
  readonly refusedHosts: ReadonlyMap<string, number>;
  /**
   * How often each request came that the sandbox has no route for, such as `GET https://graph.microsoft.com/v1.0/sites`, or
   * lacks a property of, which follows in parentheses.
   */
  readonly unknownRequests: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** A host of a tunnel. */
interface Target extends ServiceHost {
  readonly host: string;
}

/** Headers of one connection, which are not passed on (RFC 9110, 7.6.1). */
const connectionHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export async function startConnectProxy({ sandbox }: ConnectProxyOptions): Promise<ConnectProxy> {
  const authority = await makeRunAuthority(interceptedDomains);
  const refusedHosts = new Map<string, number>();
  const unknownRequests = new Map<string, number>();
  const tunnels = new Map<number, Target>();
  const sockets = new Set<Socket>();
  const agent = new https.Agent({ keepAlive: true, ca: sandbox.certificate });

  // It never listens: tunnels are given to it.
  const inner = https.createServer({
    minVersion: "TLSv1.2",
    SNICallback: (name, done) => {
      if (serviceHost(name) === undefined) done(new Error("A host that the sandbox does not answer for."));
      else authority.contextFor(name.toLowerCase()).then((context) => done(null, context), done);
    },
  });
  inner.on("tlsClientError", (_error, socket) => socket.destroy());
  inner.on("request", (request, response) => {
    const target = tunnels.get(request.socket.remotePort ?? 0);
    if (target === undefined || !isFor(request, target)) {
      answer(response, 421, "MisdirectedRequest", `This connection is to ${target?.host ?? "no known host"} alone.`);
      return;
    }
    forward(target, request, response);
  });

  function forward(target: Target, request: IncomingMessage, response: ServerResponse): void {
    const outgoing = https.request(
      {
        agent,
        host: "127.0.0.1",
        // A name of its certificate; the default is the name in the header `host`.
        servername: "localhost",
        port: sandbox.port,
        method: request.method,
        path: sandboxPath(target, target.host, request.url ?? "/"),
        headers: { ...passedOn(request.headers), host: target.host },
      },
      (incoming) => {
        const lacking = incoming.headers[unknownRouteHeader];
        if (lacking !== undefined) {
          const part = lacking === "true" ? "" : ` (${String(lacking)})`;
          count(unknownRequests, nameOf(request, target) + part);
        }
        response.writeHead(incoming.statusCode ?? 502, passedOn(incoming.headers));
        incoming.pipe(response);
      },
    );
    outgoing.once("error", () => {
      if (response.headersSent) response.destroy();
      else answer(response, 502, "BadGateway", "The sandbox has ended.");
    });
    response.once("close", () => outgoing.destroy());
    request.pipe(outgoing);
  }

  const server = http.createServer((request, response) => {
    const asked = `${request.method} ${visible((request.url ?? "").split("?", 1)[0] ?? "")}`;
    answer(response, 403, "Forbidden", `This proxy takes CONNECT to port 443, and forwards nothing: ${asked}.`);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const target = targetOf(request.url ?? "");
    if (target === undefined) {
      count(refusedHosts, visible(request.url ?? ""));
      socket.end(
        rawErrorAnswer(
          "403 Forbidden",
          "Forbidden",
          `The sandbox does not answer for ${visible(request.url ?? "")}, and forwards nothing.`,
        ),
      );
      return;
    }
    const port = socket.remotePort ?? 0;
    tunnels.set(port, target);
    socket.once("close", () => tunnels.delete(port));
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    inner.emit("connection", socket);
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    authority: authority.certificate,
    refusedHosts,
    unknownRequests,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await closed;
    },
  };
}

/** The host of a `CONNECT <host>:443`, if the sandbox answers for it. */
function targetOf(authority: string): Target | undefined {
  const [, host] = /^([a-z0-9.-]+):443$/i.exec(authority) ?? [];
  const known = host === undefined ? undefined : serviceHost(host);
  return host === undefined || known === undefined ? undefined : { ...known, host: host.toLowerCase() };
}

function isFor(request: IncomingMessage, { host }: Target): boolean {
  const isPath = request.url?.startsWith("/") === true;
  return isPath && [host, `${host}:443`].includes(request.headers.host?.toLowerCase() ?? "");
}

function nameOf(request: IncomingMessage, { host }: Target): string {
  return `${request.method} https://${host}${visible((request.url ?? "").split("?", 1)[0] ?? "")}`;
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !connectionHeaders.has(name)));
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** A client's text as it may stand in a message. */
function visible(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "?").slice(0, 200);
}

function answer(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(graphLikeError(code, message)));
}
