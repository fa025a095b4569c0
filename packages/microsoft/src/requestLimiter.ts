/**
 * A limit on requests that several processes share. Graph throttles an application over all of its
 * tenants, and an application within a tenant: processes that know nothing of each other meet 429
 * in turn. The owner of the limit (`mssp fleet`) listens on a local socket whose address is in
 * `MSSP_REQUEST_LIMITER`; `request()` asks it before each try and tells it of each 429. Without the
 * variable nothing is asked.
 *
 * JSON lines. To the owner: `{"ask":1,"application":…,"tenant":…,"write":true}`,
 * `{"throttled":30000,"scope":"application"|"tenant",…}`. From it: `{"go":1}`. Application and
 * tenant are IDs; no token, no address and no body is sent.
 */
import type { Socket } from "node:net";
import { optionalText, recordOf, tokenClaims } from "@defender-mssp/errors/json";

/** Address of the socket: a path, or a named pipe on Windows. */
export const limiterVariable = "MSSP_REQUEST_LIMITER";

/** Whom a request is counted for. */
export interface RequestSource {
  /** Client ID; empty if unknown. */
  readonly application: string;
  /** Tenant ID; empty if unknown. */
  readonly tenant: string;
  /** Anything but GET and HEAD. */
  readonly write: boolean;
}

/** What a 429 is about. Microsoft Graph names it in the header `x-ms-throttle-scope`. */
export type ThrottleScope = "application" | "tenant";

/** Decides when the requests of one process may be made, in place of the owner of a shared limit. */
export interface RequestLimiter {
  /** Waits until this request may be made. @throws the signal's reason */
  permission(source: RequestSource, signal?: AbortSignal): Promise<void>;
  /** Learns of a 429. */
  throttled(source: RequestSource, scope: ThrottleScope, milliseconds: number): void;
}

export interface LimiterMessage extends RequestSource {
  readonly ask?: number;
  /** Milliseconds. */
  readonly throttled?: number;
  readonly scope?: ThrottleScope;
}

/**
 * Waits until this request may be made. Returns at once where nobody limits, also where the owner
 * has gone.
 */
export async function permission(source: RequestSource, signal?: AbortSignal): Promise<void> {
  const client = await connected();
  await client?.ask(source, signal);
}

/** Tells the others of a 429. */
export async function tellThrottled(source: RequestSource, scope: ThrottleScope, milliseconds: number): Promise<void> {
  const client = await connected();
  client?.send({ ...source, throttled: milliseconds, scope });
}

/**
 * By the token's claims, or a token request's address and form: what the caller knows already, so
 * that no caller has to say it.
 */
export function sourceOf(
  url: string,
  { method, token, form }: { method: string; token?: string; form?: Readonly<Record<string, string>> },
): RequestSource {
  const write = !["GET", "HEAD"].includes(method);
  if (token !== undefined) {
    const { appid, azp, tid } = claimsOf(token);
    return { application: appid ?? azp ?? "", tenant: tid ?? "", write };
  }
  const [, tenant = ""] = /^https?:\/\/[^/]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//i.exec(url) ?? [];
  // A token is no change of a directory.
  return { application: form?.["client_id"] ?? "", tenant, write: false };
}

/**
 * Without the header, all tenants of the application count as throttled: the milder guess would
 * meet the next 429.
 */
export function throttleScope(headers: Headers): ThrottleScope {
  return /^tenant/i.test(headers.get("x-ms-throttle-scope") ?? "") ? "tenant" : "application";
}

function claimsOf(token: string): { appid?: string; azp?: string; tid?: string } {
  const { appid, azp, tid } = recordOf(tokenClaims(token));
  return { appid: optionalText(appid), azp: optionalText(azp), tid: optionalText(tid) };
}

let client: { readonly address: string; readonly connection: Promise<LimiterClient | undefined> } | undefined;

function connected(): Promise<LimiterClient | undefined> {
  const address = process.env[limiterVariable];
  if (address === undefined || address === "") return Promise.resolve(undefined);
  if (client?.address !== address) client = { address, connection: connect(address) };
  return client.connection;
}

async function connect(address: string): Promise<LimiterClient | undefined> {
  const { createConnection } = await import("node:net");
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once("error", () => resolve(undefined));
    socket.once("connect", () => resolve(new LimiterClient(socket)));
  });
}

class LimiterClient {
  readonly #waiting = new Map<number, () => void>();
  #last = 0;
  #rest = "";
  #closed = false;

  constructor(private readonly socket: Socket) {
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#receive(text));
    // The owner has gone: its run is over, and so is its limit.
    for (const event of ["error", "close"]) {
      socket.on(event, () => {
        this.#closed = true;
        for (const resolve of this.#waiting.values()) resolve();
        this.#waiting.clear();
      });
    }
    socket.unref();
  }

  send(message: LimiterMessage): void {
    if (!this.#closed) this.socket.write(`${JSON.stringify(message)}\n`);
  }

  async ask(source: RequestSource, signal?: AbortSignal): Promise<void> {
    if (this.#closed) return;
    const ask = ++this.#last;
    this.socket.ref();
    const stop = () => this.#waiting.get(ask)?.();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#waiting.set(ask, resolve);
        this.send({ ...source, ask });
      });
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#waiting.delete(ask);
      if (this.#waiting.size === 0) this.socket.unref();
    }
    signal?.throwIfAborted();
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const { go } = JSON.parse(line) as { go: number };
      this.#waiting.get(go)?.();
    }
  }
}
