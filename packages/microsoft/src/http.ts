/**
 * One HTTP call with retries after throttling, transient faults and cut connections. Errors are for
 * people and contain no secret. Uses Node's `fetch`, which honours NODE_EXTRA_CA_CERTS.
 */

import { ServiceError } from "@defender-mssp/errors";
import { isRecord, textOf } from "@defender-mssp/errors/json";
import { permission, sourceOf, tellThrottled, throttleScope, type RequestLimiter } from "./requestLimiter";

/** How often one call is tried at most, the first try included. */
export const maximumTries = 5;

/**
 * How long one try may take, until its last byte has arrived, in milliseconds. Graph answers after
 * 30 seconds at times.
 */
export const defaultTimeout = 60_000;

/**
 * The longest wait that is accepted from a server's Retry-After, in milliseconds; a longer one ends
 * the call at once.
 */
export const maximumRetryAfter = 120_000;

/**
 * The first wait where the server names none, in milliseconds; doubled each time, with up to a
 * quarter more at random.
 */
export const firstBackoff = 500;

/** The longest answer that is read, in bytes. A page of Graph's is at most a few megabytes. */
export const maximumAnswer = 64 * 1024 * 1024;

export interface RequestOptions {
  /** Default: GET. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  form?: Readonly<Record<string, string>>;
  json?: unknown;
  /** Sent as it is; `headers` say what it is. */
  text?: string | Uint8Array;
  /** A bearer token for the Authorization header. */
  token?: string;
  /**
   * Statuses of 300 and above that are answers, not errors: such as 404 of a thing that may be
   * gone.
   */
  accept?: readonly number[];
  /**
   * Whether the call may be repeated when it is unknown if it arrived (cut connection, no answer in
   * time). Default: by its method, as RFC 9110 has it: not for POST and PATCH. An explicit false also
   * ends the call at an answer 500, 502 or 504, after which it may have taken effect.
   */
  idempotent?: boolean;
  /**
   * Whether the body of an answer below 300 is whole. One that isn't (half a page, a gateway's
   * page) is a passing fault: tried again.
   */
  isWhole?: (body: unknown, answer: Pick<Answer, "status" | "headers">) => boolean;
  /** How long one try may take, in milliseconds. Default: `defaultTimeout`. */
  timeout?: number;
  /** How often it is tried at most. Default: `maximumTries`. */
  tries?: number;
  /** Ends the call, and its waiting, with the signal's reason. */
  signal?: AbortSignal;
  /** Default: the owner of the limit that the environment names, if there is one. */
  limiter?: RequestLimiter;
  /** Waits; for tests. */
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The body as text. Empty for 204. */
  text: string;
  /** The body parsed from JSON; undefined where it is none. */
  body: unknown;
  /** How many tries it took. */
  tries: number;
}

/**
 * Makes one HTTP call. Tried again, at most `maximumTries` times in all, after 408, 429 and 5xx
 * except 501 (waiting as long as Retry-After says, in seconds or as a date), and after a failed
 * connection or an answer that isn't whole where the call is idempotent.
 * @throws ServiceError when the service answers with an error, or not at all.
 */
export async function request(url: string, options: RequestOptions = {}): Promise<Answer> {
  const method = (options.method ?? "GET").toUpperCase();
  const idempotent = options.idempotent ?? !["POST", "PATCH"].includes(method);
  const sleep = options.sleep ?? wait;
  const source = sourceOf(url, { ...options, method });
  for (let tries = 1; ; tries++) {
    options.signal?.throwIfAborted();
    await (options.limiter?.permission(source, options.signal) ?? permission(source, options.signal));
    const outcome = checked(await attempt(url, method, options), url, method, options);
    const last = tries >= (options.tries ?? maximumTries);
    if (outcome instanceof ServiceError) {
      if (!idempotent || last || isFinal(outcome)) throw outcome;
      await sleep(backoff(tries), options.signal);
      continue;
    }
    if (outcome.status < 300 || options.accept?.includes(outcome.status)) return { ...outcome, tries };
    const failure = errorOf(outcome, url, method, options);
    const pause = retryAfter(outcome.headers) ?? backoff(tries);
    if (outcome.status === 429) {
      const scope = throttleScope(outcome.headers);
      if (options.limiter === undefined) await tellThrottled(source, scope, pause);
      else options.limiter.throttled(source, scope, pause);
    }
    if (!isRetried(outcome.status, options) || last) throw failure;
    if (pause > maximumRetryAfter) throw failure;
    await sleep(pause, options.signal);
  }
}

/** Waits. @throws the signal's reason, if it comes before the time is over. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * A URL as errors may show it: user information and the values of the query are left out, OData's
 * and api-version's kept.
 */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url.split(/[?#]/)[0] ?? "";
  const parsed = new URL(url);
  const query = [...parsed.searchParams].map(([name, value]) =>
    name.startsWith("$") || name === "api-version" ? `${name}=${value}` : `${name}=…`,
  );
  return `${parsed.origin}${parsed.pathname}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/**
 * A name as a part of an address's path. Dots alone would mean another folder, however they are
 * escaped (WHATWG URL, "double-dot path segment").
 * @throws RangeError for "", "." and ".."; URIError for half a character
 */
export function pathSegment(name: string): string {
  if (/^\.{0,2}$/.test(name)) throw new RangeError(`"${name}" can't be a name in an address`);
  return encodeURIComponent(name);
}

/** Whether secrets may go to this address: TLS, or this very machine. */
export function isSecureAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** Whether a host name is this very machine's. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

type Reply = Omit<Answer, "tries">;

/** `cause` of the error for an answer that ends in the middle. */
export const halvedAnswer = "HALVED_ANSWER";

function checked(
  outcome: Reply | ServiceError,
  url: string,
  method: string,
  { isWhole }: RequestOptions,
): Reply | ServiceError {
  if (
    outcome instanceof ServiceError ||
    outcome.status >= 300 ||
    isWhole === undefined ||
    isWhole(outcome.body, outcome)
  )
    return outcome;
  const { status, headers } = outcome;
  const message = "the answer is not whole, or is something else";
  return new ServiceError({ status, message, requestId: requestIdOf(headers), method, url: withoutSecrets(url) });
}

/**
 * One try. A ServiceError is returned, not thrown, when no answer came: the caller decides about
 * another try.
 */
async function attempt(url: string, method: string, options: RequestOptions): Promise<Reply | ServiceError> {
  // Not AbortSignal.timeout and .any: those are kept, with the call's answer, until the time is
  // over, however early the call has ended.
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const timer = setTimeout(stop, options.timeout ?? defaultTimeout);
  options.signal?.addEventListener("abort", stop, { once: true });
  let hasBegun = false;
  try {
    const response = await fetch(url, {
      method,
      headers: headersOf(options),
      body: bodyOf(options),
      signal: controller.signal,
      redirect: "manual", // a token is for the host that it was meant for
    });
    hasBegun = true;
    const text = await textWithin(response);
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason = controller.signal.aborted
      ? `no answer within ${(options.timeout ?? defaultTimeout) / 1000} seconds`
      : redacted(reasonOf(cause), options);
    const isHalved = hasBegun && !controller.signal.aborted && !(cause instanceof AnswerTooLong);
    const code = isHalved ? halvedAnswer : codeOf(cause);
    return new ServiceError({ status: 0, message: reason, method, url: withoutSecrets(url), cause: code });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
  }
}

const answerTooLong = "ANSWER_TOO_LONG";

/** The answer has no end in sight. Another try would read as much. */
class AnswerTooLong extends Error {
  override readonly cause = Object.assign(new Error(`the answer is longer than ${maximumAnswer / 1024 ** 2} MiB`), {
    code: answerTooLong,
  });
}

/** @throws AnswerTooLong as soon as it has more than `maximumAnswer` bytes */
async function textWithin({ body }: Response): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maximumAnswer) throw new AnswerTooLong();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function headersOf(options: RequestOptions): Record<string, string> {
  return {
    accept: "application/json",
    ...(options.json === undefined ? {} : { "content-type": "application/json" }),
    ...(options.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    ...options.headers,
  };
}

function bodyOf(options: RequestOptions): string | Uint8Array | undefined {
  if (options.json !== undefined) return JSON.stringify(options.json);
  if (options.text !== undefined) return options.text;
  return options.form === undefined ? undefined : new URLSearchParams(options.form).toString();
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined; // Proxies and gateways answer with pages.
  }
}

/** The server's time, by its Date header; undefined if it sends none. */
export function serverTime(headers: Headers): Date | undefined {
  const time = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}

function isRetried(status: number, { idempotent }: RequestOptions): boolean {
  if (idempotent === false && [500, 502, 504].includes(status)) return false;
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/**
 * Milliseconds that the server asks to wait, from seconds (fractions are seen in practice) or from
 * an HTTP date. The date is by the server's clock, which its Date header tells: this machine's may
 * be minutes off.
 */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - (serverTime(headers)?.getTime() ?? Date.now()));
}

function backoff(tries: number): number {
  return firstBackoff * 2 ** (tries - 1) * (1 + Math.random() / 4);
}

/**
 * Reads the three envelopes that are about: Graph's and Defender's `error: {code, message}`,
 * Entra's, and none.
 */
function errorOf(reply: Reply, url: string, method: string, options: RequestOptions): ServiceError {
  const body = isRecord(reply.body) ? reply.body : {};
  const error = isRecord(body.error) ? body.error : {};
  const description = textOf(body.error_description);
  const entraCode = /^AADSTS\d+/.exec(description)?.[0] ?? textOf(body.error);
  const pause = retryAfter(reply.headers);
  const wish =
    reply.status === 429 && pause !== undefined && pause > maximumRetryAfter
      ? ` (it asks to wait ${Math.ceil(pause / 1000)} seconds)`
      : "";
  const message = textOf(error.message) || withoutTrace(description) || reasonPhrase(reply.status);
  return new ServiceError({
    status: reply.status,
    serviceCode: redacted(textOf(error.code) || entraCode, options),
    message: redacted(message, options) + wish,
    requestId: requestIdOf(reply.headers) ?? textOf(body.trace_id),
    retryAfter: pause,
    method,
    url: withoutSecrets(url),
  });
}

/** Entra appends trace and time to its description, on the same line or each on its own. */
function withoutTrace(description: string): string {
  const [first = ""] = description.split(/\r?\n/);
  return first.replace(/ (- )?(Trace|Correlation) ID: .*$/, "");
}

function requestIdOf(headers: Headers): string | undefined {
  return headers.get("request-id") ?? headers.get("x-ms-request-id") ?? undefined;
}

/**
 * A service may echo what it was sent; the form's secret fields and the token never get into a
 * message.
 */
function redacted(message: string, options: RequestOptions): string {
  const secrets = [
    options.token,
    ...Object.entries(options.form ?? {})
      .filter(([name]) => /secret|assertion|password|token|code/.test(name) && !name.endsWith("_type"))
      .map(([, value]) => value),
  ];
  return secrets.reduce<string>((text, secret) => (secret ? text.replaceAll(secret, "…") : text), message);
}

/** `fetch failed` says nothing; what happened is in its cause. */
function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const { cause } = failure;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  if (!(cause instanceof Error)) return failure.message;
  const { code } = cause as NodeJS.ErrnoException;
  return cause.message || code || failure.message;
}

/** Node's code of what went wrong, such as `ECONNREFUSED` or `DEPTH_ZERO_SELF_SIGNED_CERT`. */
function codeOf(failure: unknown): string | undefined {
  const cause = failure instanceof Error ? failure.cause : undefined;
  return cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
}

/** A certificate that isn't trusted now won't be in a second, and an answer without an end has none. */
function isFinal({ cause }: ServiceError): boolean {
  return typeof cause === "string" && (cause === answerTooLong || /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_/.test(cause));
}

function reasonPhrase(status: number): string {
  const phrases: Record<number, string> = {
    400: "bad request",
    401: "the token was refused",
    403: "not allowed",
    404: "not found",
    409: "conflict",
    429: "too many requests",
    500: "internal error",
    502: "bad gateway",
    503: "not available",
    504: "the gateway got no answer",
  };
  if (status < 400) return "it points to another address, which is not followed";
  return phrases[status] ?? `HTTP status ${status}`;
}
