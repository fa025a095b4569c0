/**
 * The request limit that all processes of a fleet run share: this program's own calls of Graph and
 * Defender, in workers and in dynamic providers. The official provider plugins do not use it.
 */
import { createServer, type Server, type Socket } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { wait } from "./http";
import {
  limiterVariable,
  type LimiterMessage,
  type RequestLimiter,
  type RequestSource,
  type ThrottleScope,
} from "./requestLimiter";

/** Requests within a span of time. */
interface Rate {
  readonly requests: number;
  /** Milliseconds. */
  readonly within: number;
}

/**
 * Microsoft Graph's published limits (throttling-limits, "Identity and access service limits",
 * "Microsoft Graph service-specific limits"). For writes over all tenants, copies of the page
 * differ; this is the lowest value.
 */
export const graphLimits = {
  application: { all: { requests: 130_000, within: 10_000 }, writes: { requests: 35_000, within: 300_000 } },
  tenant: { writes: { requests: 3_000, within: 150_000 } },
} as const satisfies Record<string, Record<string, Rate>>;

/** Decides when a request may be made. Times are milliseconds of any clock. */
export class RequestLimits {
  readonly #spans = new Map<string, number[]>();
  /** End of the wait after a 429, by application or by application and tenant. */
  readonly #holds = new Map<string, number>();

  /** The wait of this request; 0: the request is made now, and counted. */
  take(source: RequestSource, now: number): number {
    const { application, tenant } = source;
    const rates: [string, Rate][] = [[`${application} all`, graphLimits.application.all]];
    if (source.write) {
      rates.push([`${application} writes`, graphLimits.application.writes]);
      rates.push([`${application} ${tenant} writes`, graphLimits.tenant.writes]);
    }
    const holds = [application, `${application} ${tenant}`].map((key) => (this.#holds.get(key) ?? 0) - now);
    const wait = Math.max(0, ...holds, ...rates.map(([key, rate]) => this.#waitOf(key, rate, now)));
    if (wait > 0) return wait;
    for (const [key] of rates) this.#spans.get(key)?.push(now);
    return 0;
  }

  /** After a 429, all requests in the throttled scope wait. */
  hold({ application, tenant }: RequestSource, scope: "application" | "tenant", milliseconds: number, now: number) {
    const key = scope === "application" ? application : `${application} ${tenant}`;
    this.#holds.set(key, Math.max(this.#holds.get(key) ?? 0, now + milliseconds));
  }

  #waitOf(key: string, { requests, within }: Rate, now: number): number {
    const times = this.#spans.get(key) ?? [];
    this.#spans.set(key, times);
    let old = 0;
    while (old < times.length && (times[old] ?? 0) <= now - within) old++;
    if (old > 0) times.splice(0, old);
    return times.length < requests ? 0 : (times[0] ?? now) + within - now;
  }
}

/** The limit of one process, asked without a socket. */
export class OwnLimiter implements RequestLimiter {
  readonly #limits = new RequestLimits();

  async permission(source: RequestSource, signal?: AbortSignal): Promise<void> {
    for (let pause = this.#limits.take(source, Date.now()); pause > 0; pause = this.#limits.take(source, Date.now())) {
      await wait(pause, signal);
    }
  }

  throttled(source: RequestSource, scope: ThrottleScope, milliseconds: number): void {
    this.#limits.hold(source, scope, milliseconds, Date.now());
  }
}

/** Serves a run's limit to processes with `variables` in their environment. */
export class Limiter {
  readonly #limits = new RequestLimits();
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Requests that waited, and reported 429 responses. */
  readonly counts = { asked: 0, waited: 0, throttled: 0 };

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    readonly variables: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<Limiter> {
    // A private folder: some systems ignore a socket's own mode.
    const folder = mkdtempSync(path.join(tmpdir(), "mssp-fleet-"));
    const address =
      process.platform === "win32" ? `\\\\.\\pipe\\${path.basename(folder)}` : path.join(folder, "limiter");
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(address, resolve);
    });
    const limiter = new Limiter(server, folder, { [limiterVariable]: address });
    server.on("connection", (socket) => limiter.#serve(socket));
    return limiter;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#receive(socket, JSON.parse(line) as LimiterMessage);
    });
  }

  #receive(socket: Socket, message: LimiterMessage): void {
    if (message.throttled !== undefined) {
      this.counts.throttled++;
      this.#limits.hold(message, message.scope ?? "application", message.throttled, Date.now());
    }
    if (message.ask === undefined) return;
    this.counts.asked++;
    this.#answer(socket, message, false);
  }

  #answer(socket: Socket, message: LimiterMessage, waited: boolean): void {
    const wait = this.#limits.take(message, Date.now());
    if (wait === 0) {
      socket.write(`${JSON.stringify({ go: message.ask })}\n`);
      return;
    }
    if (!waited) this.counts.waited++;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#answer(socket, message, true);
    }, wait);
    this.#timers.add(timer);
  }
}
