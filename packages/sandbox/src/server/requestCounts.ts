/**
 * How many requests each tenant has got since the sandbox started: for what a fleet of customers
 * costs. Ours; nothing of Microsoft's.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";

export interface RequestCounts {
  /** GET and HEAD. */
  readonly reads: number;
  /** Every other request with a token. */
  readonly writes: number;
  /** Requests for a token. */
  readonly tokens: number;
}

const none: RequestCounts = { reads: 0, writes: 0, tokens: 0 };

export class RequestCounter {
  readonly #counts = new Map<string, RequestCounts>();

  addTo(app: FastifyInstance): void {
    app.addHook("onRequest", (request, _reply, done) => {
      this.#count(request);
      done();
    });
  }

  of(tenantId: string): RequestCounts {
    return this.#counts.get(tenantId) ?? none;
  }

  #count(request: FastifyRequest): void {
    const [, tokenTenant] = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/oauth2\//i.exec(request.url) ?? [];
    const tenant = (tokenTenant ?? tenantOfToken(request.headers.authorization))?.toLowerCase();
    if (tenant === undefined) return;
    const before = this.of(tenant);
    const kind = tokenTenant !== undefined ? "tokens" : ["GET", "HEAD"].includes(request.method) ? "reads" : "writes";
    this.#counts.set(tenant, { ...before, [kind]: before[kind] + 1 });
  }
}

/** Nobody is let in by it: a count needs no signature. */
function tenantOfToken(authorization = ""): string | undefined {
  const [, payload = ""] = /^bearer [^.]+\.([\w-]+)\./i.exec(authorization) ?? [];
  try {
    const { tid } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { tid?: unknown };
    return typeof tid === "string" ? tid : undefined;
  } catch {
    return undefined;
  }
}
