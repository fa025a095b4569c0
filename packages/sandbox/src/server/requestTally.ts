/**
 * How many requests each tenant has got since the sandbox started: for what a fleet of customers
 * costs. Ours; nothing of Microsoft's.
 */
import { optionalText, recordOf, tokenClaims } from "@defender-mssp/errors/json";
import type { FastifyInstance, FastifyRequest } from "fastify";

export interface TallyCounts {
  /** GET and HEAD. */
  readonly reads: number;
  /** Every other request with a token. */
  readonly writes: number;
  /** Requests for a token. */
  readonly tokens: number;
}

const none: TallyCounts = { reads: 0, writes: 0, tokens: 0 };

export class RequestTally {
  readonly #counts = new Map<string, TallyCounts>();

  addTo(app: FastifyInstance): void {
    app.addHook("onRequest", (request, _reply, done) => {
      this.#count(request);
      done();
    });
  }

  of(tenantId: string): TallyCounts {
    return this.#counts.get(tenantId) ?? none;
  }

  #count(request: FastifyRequest): void {
    const tenant = tenantOfRequest(request);
    if (tenant === undefined) return;
    const before = this.of(tenant);
    const isForToken = tenantOfPath(request.url) !== undefined;
    const kind = isForToken ? "tokens" : ["GET", "HEAD"].includes(request.method) ? "reads" : "writes";
    this.#counts.set(tenant, { ...before, [kind]: before[kind] + 1 });
  }
}

/** The tenant that a request is for, by the path of a sign-in or the token; lower case. */
export function tenantOfRequest({ url, headers }: FastifyRequest): string | undefined {
  return (tenantOfPath(url) ?? tenantOfToken(headers.authorization))?.toLowerCase();
}

function tenantOfPath(url: string): string | undefined {
  return /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/oauth2\//i.exec(url)?.[1];
}

function tenantOfToken(authorization: string | undefined): string | undefined {
  return optionalText(claimsOf(authorization)["tid"]);
}

/** What a token says, unproven: nobody is let in by it. */
export function claimsOf(authorization = ""): Readonly<Record<string, unknown>> {
  return recordOf(tokenClaims(/^bearer (.*)/i.exec(authorization)?.[1] ?? ""));
}
