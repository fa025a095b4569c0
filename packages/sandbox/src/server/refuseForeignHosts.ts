/**
 * A page of another site can make its own name lead to this machine (DNS rebinding). Its requests
 * still name that host.
 */
import type { FastifyInstance } from "fastify";
import { graphLikeError } from "../cloud/graphLikeError";
import { serviceHost } from "../proxy/serviceHost";

/** Refuses requests that name another host than this machine or, as the proxy's do, Microsoft's. */
export function refuseForeignHosts(app: FastifyInstance): void {
  app.addHook("onRequest", async ({ headers, hostname }, reply) => {
    if (!isOwnHost(headers.host ?? "") && serviceHost(hostname) === undefined) await reply.code(403).send(foreignHost);
  });
}

const foreignHost = graphLikeError(
  "Forbidden",
  "The sandbox is for 127.0.0.1 and localhost only: the request names another host.",
);

function isOwnHost(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}
