/**
 * The sandbox's faults: rare failures of a real cloud, here in one of ten requests, by a seed. They
 * are applied between the connection and the routes. The control routes and the pages have none.
 */
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { parsedJson } from "@defender-mssp/errors/json";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isBatch, isInBatch } from "../../graph/batch";
import { isGraphPath } from "../../graph/entities";
import { graphLikeError } from "../../cloud/graphLikeError";
import type { Clock } from "../../cloud/clock";
import { clockSkew, Draws, faultKinds, type Drawn, type FaultKind } from "./draw";
import { isOwnPage } from "../requestLog";

export { faultKinds, type FaultKind } from "./draw";

/**
 * How the connection of `resetBefore` and `resetAfter` ends: `reset` by RST, `closed` by FIN, which
 * Go's HTTP client reports as EOF.
 */
export const cutKinds = ["reset", "closed"] as const;

export type CutKind = (typeof cutKinds)[number];

export interface FaultOptions {
  /** A whole number. The same seed and requests give the same faults. */
  readonly seed: number;
  /** How many of 100 requests get a fault. @default 10 */
  readonly percent?: number;
  /** @default all */
  readonly kinds?: readonly FaultKind[];
  /** @default both, by the seed */
  readonly cuts?: readonly CutKind[];
  /**
   * Factor of all times: 1 is as in the real cloud, at most 30 seconds.
   * @default 1
   */
  readonly timeScale?: number;
}

/** The visible effects of the kinds, in their order, each counted when it happens. */
export const sights = [
  "429, seconds",
  "429, date",
  "500",
  "502",
  "503",
  "504",
  "cut before",
  "cut after a read",
  "cut after a write",
  "half a body of a read",
  "half a body of a write",
  "late",
  "new object unseen",
  "short token",
  "token ended",
  "clock off",
] as const;

export type Sight = (typeof sights)[number];

/**
 * Longest wait for a late answer, for a new object to be seen, of Retry-After, and life of a short
 * token: seconds.
 */
const longest = { slow: 30, lag: 30, retryAfter: 10, token: 30 };

const statuses = [500, 502, 503, 504] as const;

/** Faults of the connection, which the requests in a batch share. */
const ofConnection: ReadonlySet<FaultKind> = new Set(["resetBefore", "resetAfter", "halfBody"]);
/**
 * Faults that the requests in a batch have one by one; the batch is answered with 200:
 * https://learn.microsoft.com/graph/throttling#throttling-and-batching
 */
const inBatches: ReadonlySet<FaultKind> = new Set(["throttled", "failed", "lag"]);

/** The fault of a request, and the part that applies to its answer. */
const drawn = new WeakMap<FastifyRequest, Drawn>();
/** The fault that each request has got. */
const given = new WeakMap<FastifyRequest, FaultKind>();

export class Faults {
  readonly #draws: Draws;
  readonly #kinds: readonly FaultKind[];
  readonly #cuts: readonly CutKind[];
  readonly #scale: number;
  /** Expiry of each short token, in milliseconds of this machine's clock. */
  readonly #tokenEnds = new Map<string, number>();
  readonly #counts = new Map<FaultKind, number>();
  readonly #seen = new Map<Sight, number>();
  readonly #lostAnswers: string[] = [];
  /** How many of 100 requests get a fault; 0 for none. */
  percent: number;

  constructor(
    options: FaultOptions,
    private readonly clock: Clock,
  ) {
    this.#draws = new Draws(options.seed);
    this.#kinds = options.kinds ?? faultKinds;
    this.#cuts = options.cuts ?? cutKinds;
    this.#scale = options.timeScale ?? 1;
    this.percent = options.percent ?? 10;
    this.skew = clockSkew(options.seed);
    clock.advance(this.skew);
    if (this.skew !== 0) this.#see("clock off");
  }

  /** How far the server's clock is off, in milliseconds. */
  readonly skew: number;

  get mayLag(): boolean {
    return this.#kinds.includes("lag");
  }

  /** How many faults of each kind there have been. */
  get counts(): ReadonlyMap<FaultKind, number> {
    return this.#counts;
  }

  /** Counts of the visible effects; those that did not occur are omitted. */
  get seen(): ReadonlyMap<Sight, number> {
    return this.#seen;
  }

  /** Writes with an effect whose answers were lost, such as `POST /v1.0/applications`, in order. */
  get lostAnswers(): readonly string[] {
    return this.#lostAnswers;
  }

  /** The fault that a request has got, if any. */
  kindOf(request: FastifyRequest): FaultKind | undefined {
    return given.get(request);
  }

  get injected(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /**
   * Adds the faults to the server; after the hook that waits until an answer's changes are on disk.
   */
  addTo(app: FastifyInstance): void {
    app.addHook("onRequest", (request, reply) => this.#before(request, reply));
    app.addHook("onSend", (request, reply, payload) => this.#after(request, reply, payload));
  }

  async #before(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (isOwnPage(request.url)) return undefined;
    void reply.header("date", this.clock.now().toUTCString());
    if (this.#isEnded(request)) {
      this.#see("token ended");
      return reply
        .code(401)
        .send(graphLikeError("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."));
    }
    const fault = this.#draws.next(request.method, request.url, this.percent, this.#kindsFor(request));
    if (fault === undefined) return undefined;
    given.set(request, fault.kind);
    switch (fault.kind) {
      case "throttled":
        this.#count(fault.kind);
        return reply
          .code(429)
          .header("retry-after", this.#retryAfter(fault))
          .send(graphLikeError("TooManyRequests", "Too many requests. Please try again later."));
      case "failed": {
        this.#count(fault.kind);
        const status = statuses[Math.floor((fault.numbers[0] ?? 0) * statuses.length)] ?? 503;
        this.#see(`${status}`);
        return reply.code(status).send(graphLikeError("UnknownError", "The service failed."));
      }
      case "resetBefore":
        this.#count(fault.kind);
        this.#see("cut before");
        reply.hijack();
        cut(request, this.#cut(fault));
        return reply;
      default:
        drawn.set(request, fault);
        return undefined;
    }
  }

  /** The possible faults of a request, so that each chosen fault happens. */
  #kindsFor(request: FastifyRequest): readonly FaultKind[] {
    const isToken = isTokenRequest(request);
    const isCreate = request.method === "POST" && isGraphPath(request.url);
    const impossible = isInBatch() ? ofConnection : isBatchRequest(request) ? inBatches : undefined;
    return this.#kinds.flatMap((kind) => {
      if (impossible?.has(kind) === true) return [];
      // Rare requests are three times as likely to fail: otherwise whole runs would have no such
      // fault.
      if (kind === "lag") return isCreate ? [kind, kind, kind] : [];
      if (kind === "shortToken") return isToken ? [kind, kind, kind] : [];
      return [kind];
    });
  }

  /** How long a request's new object is unseen, in milliseconds. */
  lagOf(request: FastifyRequest): number | undefined {
    const fault = drawn.get(request);
    return fault?.kind === "lag" ? this.#time(longest.lag, fault) : undefined;
  }

  async #after(request: FastifyRequest, reply: FastifyReply, answer: unknown): Promise<unknown> {
    if (isOwnPage(request.url)) return answer;
    const fault = drawn.get(request);
    if (fault === undefined) return answer;
    drawn.delete(request);
    switch (fault.kind) {
      case "slow":
        this.#count(fault.kind);
        this.#see("late");
        await pause(this.#time(longest.slow, fault), undefined, { ref: false });
        return answer;
      case "lag":
        if (reply.statusCode !== 201) return answer;
        this.#count(fault.kind);
        this.#see("new object unseen");
        return answer;
      case "shortToken":
        return this.#shortened(answer, fault);
      case "halfBody":
        this.#count(fault.kind);
        this.#lose(request, reply, "half a body of");
        isTheAnswer(reply);
        sendHalf(request, reply);
        return answer;
      default:
        this.#count(fault.kind);
        this.#lose(request, reply, "cut after");
        isTheAnswer(reply);
        cut(request, this.#cut(fault));
        return answer;
    }
  }

  #lose(request: FastifyRequest, { statusCode }: FastifyReply, how: "cut after" | "half a body of"): void {
    if (request.method === "GET" || isTokenRequest(request)) {
      this.#see(`${how} a read`);
      return;
    }
    this.#see(`${how} a write`);
    if (statusCode < 300) this.#lostAnswers.push(`${request.method} ${request.url.split("?", 1)[0] ?? ""}`);
  }

  /** The token ends before its `exp` claim, which only the service reads; `expires_in` is right. */
  #shortened(payload: unknown, fault: Drawn): unknown {
    const answer = parsed(payload) as { access_token?: unknown; expires_in?: unknown } | undefined;
    if (typeof answer?.access_token !== "string") return payload;
    this.#count(fault.kind);
    this.#see("short token");
    const life = this.#time(longest.token, fault);
    this.#tokenEnds.set(answer.access_token, Date.now() + life);
    const seconds = Math.floor(life / 1000);
    return JSON.stringify({ ...answer, expires_in: typeof answer.expires_in === "string" ? String(seconds) : seconds });
  }

  #isEnded(request: FastifyRequest): boolean {
    const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
    return (this.#tokenEnds.get(token) ?? Infinity) <= Date.now();
  }

  /** Whole seconds, or a date of the server's clock: every other one. */
  #retryAfter(fault: Drawn): string {
    const seconds = Math.ceil(this.#time(longest.retryAfter, fault) / 1000);
    const isDate = (fault.numbers[1] ?? 0) < 0.5;
    this.#see(isDate ? "429, date" : "429, seconds");
    return isDate ? new Date(this.clock.now().getTime() + seconds * 1000).toUTCString() : String(seconds);
  }

  #cut({ numbers }: Drawn): CutKind {
    return this.#cuts[Math.floor((numbers[2] ?? 0) * this.#cuts.length)] ?? "closed";
  }

  /** From a third of the longest time to all of it, in milliseconds. */
  #time(seconds: number, { numbers }: Drawn): number {
    return seconds * 1000 * this.#scale * (1 / 3 + ((numbers[0] ?? 0) * 2) / 3);
  }

  #see(sight: Sight): void {
    this.#seen.set(sight, (this.#seen.get(sight) ?? 0) + 1);
  }

  #count(kind: FaultKind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}

function isBatchRequest(request: FastifyRequest): boolean {
  return isGraphPath(request.url) && isBatch(request.url.split("?", 1)[0] ?? "");
}

function isTokenRequest({ method, url }: FastifyRequest): boolean {
  return method === "POST" && /\/oauth2\/(v2\.0\/)?token(\?|$)/.test(url);
}

/** Ends the connection without an answer. */
function cut(request: FastifyRequest, kind: CutKind): void {
  const { socket } = request.raw;
  if (kind === "closed") socket.destroy();
  else tcpSocket(socket).resetAndDestroy();
}

/** Below TLS: a TLS socket has no handle of its own to reset. */
function tcpSocket(socket: Socket): Socket {
  const { _parent: parent } = socket as Socket & { readonly _parent?: Socket | null };
  return parent ?? socket;
}

/**
 * Fastify waits for the answer's end, which a cut one does not have. Without this the request would
 * continue after a hook has refused it, and would be answered twice.
 */
function isTheAnswer(reply: FastifyReply): void {
  reply.hijack();
}

/** Ends the answer in the middle of its body, after headers with the full length. */
function sendHalf(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = reply;
  raw.end = (chunk?: unknown) => {
    const body = typeof chunk === "string" || Buffer.isBuffer(chunk) ? Buffer.from(chunk as string) : Buffer.alloc(0);
    if (body.length < 2) cut(request, "closed");
    else raw.write(body.subarray(0, body.length >> 1), () => request.raw.socket.destroy());
    return raw;
  };
}

function parsed(payload: unknown): unknown {
  return typeof payload === "string" || Buffer.isBuffer(payload) ? parsedJson(payload.toString()) : undefined;
}
