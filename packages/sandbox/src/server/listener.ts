/** Loopback listeners. */
import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { VisibleError } from "@defender-mssp/errors";
import { rawErrorAnswer } from "../cloud/graphLikeError";
import type { ServerCertificate } from "./serverCertificate";

/** An HTTP or HTTPS server on 127.0.0.1. */
export interface Listener {
  readonly port: number;
  /** Stops listening; waits at most `graceMilliseconds` for running requests. */
  close(graceMilliseconds?: number): Promise<void>;
}

/** Listens on the port, or on a free one. Throws `VisibleError` if the port is in use. */
export async function listen(
  handler: http.RequestListener,
  options: { readonly port?: number; readonly certificate?: ServerCertificate } = {},
): Promise<Listener> {
  const { certificate } = options;
  const server =
    certificate === undefined
      ? http.createServer(handler)
      : https.createServer(
          { cert: certificate.certificate, key: certificate.privateKey, minVersion: "TLSv1.2" },
          handler,
        );
  // Pulumi's plugins keep connections for 90 seconds.
  server.keepAliveTimeout = 120_000;
  server.on("clientError", (_error, socket) => {
    if (!socket.writable) return;
    socket.end(rawErrorAnswer("400 Bad Request", "BadRequest", "The request is not valid HTTP/1.1."));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, options.port)));
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: (grace = 2000) => close(server, grace) };
}

/**
 * Listens on the home's usual port, so that addresses in a stack's outputs and in SIEM files stay
 * valid from run to run; on a free port while another program uses that one.
 */
export async function listenForHome(
  home: string,
  handler: http.RequestListener,
  certificate: ServerCertificate,
): Promise<Listener> {
  try {
    return await listen(handler, { port: usualPort(home), certificate });
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return listen(handler, { certificate });
  }
}

/** From 20000 to 29999: below the ports that systems give out for port 0. */
function usualPort(home: string): number {
  return 20_000 + (createHash("sha256").update(home).digest().readUInt32BE() % 10_000);
}

async function close(server: http.Server, graceMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await closed;
  clearTimeout(timer);
}

function listenError(error: Error, port: number | undefined): Error {
  if (!("code" in error) || port === undefined) return error;
  if (error.code === "EADDRINUSE") {
    return new VisibleError(
      `Port ${port} on 127.0.0.1 is in use by another program. Choose another one with --port, or leave --port out: a free one is taken then.`,
    );
  }
  if (error.code === "EACCES") {
    return new VisibleError(
      `Port ${port} needs more rights than this user has. Choose one above 1023, or leave --port out.`,
    );
  }
  return error;
}
