/**
 * A server of alerts_v2 with every behaviour that the API's documents and reports allow, all of
 * them at once if need be.
 */
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { TokenSource } from "@defender-mssp/microsoft";

export interface ServedAlert {
  readonly id: string;
  /** Milliseconds; in the service's time. */
  readonly created: number;
  updated: number;
  severity: string | null;
}

export type Fault = 429 | 503 | "cut" | "half" | "partial" | undefined;

export interface Behaviour {
  /** `$top` is lowered to this without a word. */
  readonly cap: number;
  readonly links: "none" | "good" | "stale" | "circle" | "otherHost" | "otherPath" | "noAddress";
  /** A larger `$skip` is refused. */
  readonly largestSkip: number;
  /** What "the most recent first" means. */
  readonly order: "created" | "updated" | "arbitrary";
  /** The service's time minus this machine's, in milliseconds. */
  readonly ahead: number;
  readonly sendsDate: boolean;
  /** What happens instead of an answer, by the number of the request; never five times in a row. */
  readonly faults: readonly Fault[];
  /** Called before each answer, with the number of the request. */
  readonly meanwhile?: (request: number) => void;
}

export const wellBehaved: Behaviour = {
  cap: 1000,
  links: "good",
  largestSkip: Infinity,
  order: "created",
  ahead: 0,
  sendsDate: true,
  faults: [],
};

/** Takes the place of Microsoft Graph. `elsewhere` is another host, which must never be asked. */
export class AlertServer {
  alerts: ServedAlert[] = [];
  behaviour = wellBehaved;
  requests = 0;
  requestsElsewhere = 0;
  readonly #server = http.createServer((request, response) => this.#answer(request, response));
  readonly #elsewhere = http.createServer((_request, response) => {
    this.requestsElsewhere++;
    response.end('{"value":[]}');
  });

  static async start(): Promise<AlertServer> {
    const server = new AlertServer();
    for (const one of [server.#server, server.#elsewhere]) {
      await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
    }
    return server;
  }

  async stop(): Promise<void> {
    for (const one of [this.#server, this.#elsewhere]) {
      one.closeAllConnections();
      await new Promise((resolve) => one.close(resolve));
    }
  }

  reset(behaviour: Partial<Behaviour>): void {
    this.behaviour = { ...wellBehaved, ...behaviour };
    [this.alerts, this.requests, this.requestsElsewhere] = [[], 0, 0];
  }

  get origin(): string {
    return originOf(this.#server);
  }

  /** The service's time, in milliseconds. */
  now(): number {
    return Date.now() + this.behaviour.ahead;
  }

  add(id: string, created: number, severity: string | null = "high"): void {
    this.alerts.push({ id, created, updated: created, severity });
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { faults, meanwhile, sendsDate } = this.behaviour;
    const fault = faults[this.requests];
    meanwhile?.(this.requests);
    this.requests++;
    response.sendDate = false;
    if (sendsDate) response.setHeader("date", new Date(this.now()).toUTCString());
    response.setHeader("content-type", "application/json");
    if (typeof fault === "number") {
      response.writeHead(fault, fault === 429 ? { "retry-after": "0" } : {}).end("{}");
      return;
    }
    const { status, body } = this.#page(new URL(request.url ?? "", this.origin));
    const text = JSON.stringify(body);
    if (fault === "cut") {
      response.writeHead(status, { "content-length": text.length });
      response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
    } else if (fault === "half") response.end(text.slice(0, text.length / 2));
    else if (fault === "partial") {
      response.writeHead(206, { warning: '199 - "Microsoft/Provider/504/10000"' }).end('{"value":[]}');
    } else response.writeHead(status).end(text);
  }

  #page({ searchParams: query }: URL): { status: number; body: object } {
    const { cap, largestSkip, links } = this.behaviour;
    const top = Math.min(cap, Number(query.get("$top") ?? 100));
    const [skip, token] = [Number(query.get("$skip") ?? 0), query.get("$skiptoken")];
    if (skip > largestSkip) return { status: 400, body: { error: { message: `$skip=${skip} cannot exceed 500` } } };
    if (token !== null && links === "stale")
      return { status: 400, body: { error: { message: "Invalid $skiptoken." } } };
    const from = token === null ? skip : Number(token);
    const matching = this.#matching(query.get("$filter") ?? "");
    const value = matching.slice(from, from + top).map(asServed);
    const link = from + top < matching.length ? this.#link(query, from + top) : undefined;
    return { status: 200, body: { value, ...(link === undefined ? {} : { "@odata.nextLink": link }) } };
  }

  #matching(filter: string): ServedAlert[] {
    const since = Date.parse(/createdDateTime ge (\S+)/.exec(filter)?.[1] ?? "");
    const until = Date.parse(/createdDateTime lt (\S+)/.exec(filter)?.[1] ?? "");
    const severities = [...filter.matchAll(/severity eq '(\w+)'/g)].map(([, name]) => name);
    const now = this.now();
    const matching = this.alerts.filter(
      ({ created, severity }) =>
        created <= now &&
        !(created < since) &&
        !(created >= until) &&
        (severities.length === 0 || severities.some((name) => name === severity)),
    );
    const { order } = this.behaviour;
    if (order === "arbitrary") return matching.sort((a, b) => (a.id < b.id ? -1 : 1));
    return matching.sort((a, b) => b[order] - a[order] || (a.id < b.id ? -1 : 1));
  }

  #link(query: URLSearchParams, next: number): string | undefined {
    const link = (origin: string, path: string, token: number) =>
      `${origin}${path}?${new URLSearchParams([...query, ["$skiptoken", String(token)]]).toString()}`;
    const path = "/v1.0/security/alerts_v2";
    switch (this.behaviour.links) {
      case "none":
        return undefined;
      case "good":
      case "stale":
        return link(this.origin, path, next);
      case "circle":
        return link(this.origin, path, 0);
      case "otherHost":
        return link(originOf(this.#elsewhere), path, next);
      case "otherPath":
        return link(this.origin, "/v1.0/users", next);
      case "noAddress":
        return "x:.evil.example/c";
    }
  }
}

/** Everything but the key and what is filtered by is null or missing, as Microsoft's metadata allows. */
function asServed({ id, created, updated, severity }: ServedAlert): object {
  const lastUpdateDateTime = new Date(updated).toISOString();
  const times = { createdDateTime: new Date(created).toISOString(), lastUpdateDateTime };
  return {
    id,
    ...times,
    severity,
    productName: null,
    serviceSource: null,
    title: null,
    evidence: [null],
    status: null,
  };
}

function originOf(server: http.Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Tokens that are always good. */
export const tokens = { use: (call: (token: string) => unknown) => call("token") } as unknown as TokenSource;
