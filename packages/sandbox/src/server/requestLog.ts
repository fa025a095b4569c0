/**
 * The last requests to the emulated services, in memory, for the pages: method, path, status, who.
 * No header, body, token or code; the control routes and the pages themselves are left out.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { decodeSegment } from "../graph/match";
import type { EmulatedCloud } from "../cloud/cloud";
import { tenantOfRequest } from "./requestTally";

export interface LoggedRequest {
  /** By the server's clock. */
  readonly at: Date;
  readonly method: string;
  /** Path and query, without values that could give access. */
  readonly url: string;
  readonly tenantId?: string;
  /** Application (client) ID, for a request with a valid token. */
  applicationId?: string;
  /** `undefined` while it runs, and for an answer that was never sent. */
  status?: number;
  /** Until the answer is ready. */
  milliseconds?: number;
  /** The injected fault. */
  fault?: string;
}

const kept = 200;

/** Longest path and query that is kept. */
const longestUrl = 500;

export class RequestLog {
  readonly #requests: LoggedRequest[] = [];
  readonly #running = new WeakMap<FastifyRequest, LoggedRequest>();
  #total = 0;

  /** Added before the faults, so that a refused request is in the log, too. */
  addTo(app: FastifyInstance, cloud: EmulatedCloud, faultOf: (request: FastifyRequest) => string | undefined): void {
    app.addHook("onRequest", (request, _reply, done) => {
      if (!isOwnPage(request.url)) this.#begin(request, cloud.now());
      done();
    });
    app.addHook("onSend", (request, reply, payload, done) => {
      const logged = this.#running.get(request);
      if (logged !== undefined) {
        const applicationId = cloud.callerOf(request)?.applicationId;
        logged.status = reply.statusCode;
        logged.milliseconds = Math.round(reply.elapsedTime);
        if (applicationId !== undefined) logged.applicationId = applicationId;
      }
      done(null, payload);
    });
    app.addHook("onResponse", (request, _reply, done) => {
      const logged = this.#running.get(request);
      const fault = faultOf(request);
      if (logged !== undefined && fault !== undefined) logged.fault = fault;
      done();
    });
  }

  /** Newest first; those of a tenant if one is named. */
  latest(tenantId?: string): LoggedRequest[] {
    return this.#requests.filter((request) => tenantId === undefined || request.tenantId === tenantId).reverse();
  }

  /** Number of requests since the server started. */
  get total(): number {
    return this.#total;
  }

  #begin(request: FastifyRequest, at: Date): void {
    const tenantId = tenantOfRequest(request);
    const logged: LoggedRequest = {
      at,
      method: request.method,
      url: loggedUrl(request.url),
      ...(tenantId === undefined ? {} : { tenantId }),
    };
    this.#running.set(request, logged);
    this.#requests.push(logged);
    this.#total++;
    if (this.#requests.length > kept) this.#requests.shift();
  }
}

/** The pages and the control routes, which are no services of the emulated cloud. */
export function isOwnPage(url: string): boolean {
  return /^\/($|\?|sandbox\/|pages\/)/.test(url);
}

const secretNames = /token|secret|password|code|key|assertion|credential|nonce|^(sig|state)$/i;

/**
 * The path and query of a request as it may be shown. Sign-in queries carry codes and states: only
 * those of Graph and Defender are kept, without values of parameters that could give access.
 */
export function loggedUrl(url: string): string {
  const [path = "", query] = url.split("?", 2);
  const isApi = /^\/(v1\.0|beta|api|metadata)\//.test(path);
  if (query === undefined || !isApi) return shortened(path);
  const parameters = query.split("&").map((parameter) => {
    const [name = ""] = parameter.split("=", 1);
    return secretNames.test(decodeSegment(name)) && !/^\$?skiptoken$/i.test(decodeSegment(name))
      ? `${name}=…`
      : parameter;
  });
  return shortened(`${path}?${parameters.join("&")}`);
}

function shortened(url: string): string {
  return url.length > longestUrl ? `${url.slice(0, longestUrl)}…` : url;
}
