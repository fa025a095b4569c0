/** How Microsoft Graph is called in one tenant: the token, the call, every page of a list. */
import { discoverEndpoints, type Endpoints, type Environment } from "../endpoints";
import { requestToken, type AccessToken } from "../entra/token";
import { optionalText, tokenClaims } from "@defender-mssp/errors/json";
import { ServiceError } from "@defender-mssp/errors";
import { request, type Answer, type RequestOptions } from "../http";
import type { Collection } from "./types";

/** Where a call runs. Tests set it; the dynamic provider sets only `say`. */
export interface CallContext extends Pick<RequestOptions, "sleep" | "signal"> {
  /** Tells the person at the terminal why a call waits, and until when. Default: tells nobody. */
  say?: ((text: string) => void) | undefined;
  /** Default: `process.env`, read at each call. */
  environment?: Environment;
  /** Default: discovered from the environment. */
  endpoints?: Endpoints;
  /**
   * Keeps these outputs in the state although the create or update fails: `landing` calls it. Set by `replicated`.
   */
  keep?: (id: string, outs: object) => void;
}

/**
 * Calls Microsoft Graph in one tenant. The path starts with the version, such as
 * `/beta/roleManagement/defender/roleDefinitions`.
 */
export type GraphCall = (
  path: string,
  options?: Pick<RequestOptions, "method" | "json" | "accept" | "idempotent">,
) => Promise<Answer>;

/**
 * Gets a token for Graph in this tenant and answers the call that uses it. Credentials are read
 * from the environment for this purpose and stored nowhere.
 * @throws EnvironmentError, ServiceError
 */
export async function graphCall(tenantId: string, context: CallContext = {}): Promise<GraphCall> {
  return (await signInToGraph(tenantId, context)).call;
}

/** A sign-in to Graph in one tenant. */
export interface GraphSignIn {
  readonly call: GraphCall;
  /** The token of the sign-in, for its claims: `call` renews it. */
  readonly accessToken: string;
}

/** `graphCall`, for a caller that also reads the token's claims: one request of a token serves both. */
export async function signInToGraph(tenantId: string, context: CallContext = {}): Promise<GraphSignIn> {
  const environment = context.environment ?? process.env;
  const endpoints = context.endpoints ?? (await discoverEndpoints(environment, context));
  const audience = endpoints.graphEndpoint;
  let accessToken = "";
  const run = await withFreshToken(async () => {
    const token = await requestToken({ tenantId, audience, environment, endpoints, ...context });
    ({ accessToken } = token);
    return token;
  });
  const { sleep, signal } = context;
  const call: GraphCall = (path, options = {}) =>
    run((token) => request(`${endpoints.graphEndpoint}${path}`, { ...options, token, sleep, signal }));
  return { call, accessToken };
}

/**
 * The object ID of a token's identity. Only comparisons depend on it: the service validates the token.
 */
export function objectIdIn(accessToken: string): string | undefined {
  return optionalText(tokenClaims(accessToken)?.["oid"]);
}

/**
 * Runs calls with one token, and once more with a new token after a 401: an operation that waits
 * for the directory may outlive its token, and the service may revoke one. A 401 changed nothing.
 */
export async function withFreshToken(
  ask: () => Promise<AccessToken>,
): Promise<<Result>(call: (token: string) => Promise<Result>) => Promise<Result>> {
  let { accessToken } = await ask();
  return async (call) => {
    const used = accessToken;
    try {
      return await call(used);
    } catch (failure) {
      if (!(failure instanceof ServiceError) || failure.status !== 401) throw failure;
      if (accessToken === used) ({ accessToken } = await ask());
      return call(accessToken);
    }
  };
}

/**
 * Every item of a list, from all of its pages.
 * @throws ServiceError if a link to the next page cannot be used, or the pages have no end: a list
 * without its end is no list.
 */
export async function graphList<T = Record<string, unknown>>(call: GraphCall, path: string): Promise<T[]> {
  const items: T[] = [];
  const pages = new ListPages(path);
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body } = await call(next);
    const page = (body ?? {}) as Partial<Collection<T>>;
    const value = page.value ?? [];
    items.push(...value);
    next = nextPage(page["@odata.nextLink"], { status, url: path });
    pages.add(value, next, status);
  }
  return items;
}

/** Pages in a row without a new item that a list may have: a filter of Graph's leaves pages empty. */
const barrenPages = 50;

/** Whether the pages of a list come to an end. */
export class ListPages {
  readonly #links: Set<string>;
  readonly #ids = new Set<string>();
  #barren = 0;

  constructor(private readonly path: string) {
    this.#links = new Set([path]);
  }

  /**
   * A page, and where the next one is.
   * @throws ServiceError if the next one was read, or the last 50 had no new ID
   */
  add(items: readonly unknown[], next: string | undefined, status: number): void {
    if (next === undefined) return;
    if (this.#links.has(next)) throw this.#endless(status, "its pages link to each other in a circle");
    this.#links.add(next);
    const known = this.#ids.size;
    for (const item of items) this.#ids.add(idOf(item));
    this.#barren = this.#ids.size > known ? 0 : this.#barren + 1;
    if (this.#barren >= barrenPages)
      throw this.#endless(status, `${barrenPages} pages in a row have nothing new, and a link to another page`);
  }

  #endless(status: number, message: string): ServiceError {
    return new ServiceError({ status, message, method: "GET", url: this.path });
  }
}

function idOf(item: unknown): string {
  const { id } = (item ?? {}) as { readonly id?: unknown };
  return typeof id === "string" ? id : JSON.stringify(item);
}

/** `property eq 'value'`, as the value of `$filter`. */
export function equals(property: string, value: string): string {
  return encodeURIComponent(`${property} eq '${value.replaceAll("'", "''")}'`);
}

/**
 * Path and query of the next page, without the host: a token goes to Graph and nowhere else.
 * @throws ServiceError if the link is not an http address. The path of `x:.evil.example` would
 * continue Graph's own host name.
 */
export function nextPage(
  link: string | undefined,
  { status, url }: { readonly status: number; readonly url: string },
): string | undefined {
  if (link === undefined) return undefined;
  const parsed = URL.canParse(link) ? new URL(link) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return `${parsed.pathname}${parsed.search}`;
  throw new ServiceError({ status, message: "its @odata.nextLink is no address", method: "GET", url });
}
