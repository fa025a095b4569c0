/**
 * What the logic of all dynamic resources shares; each resource is a module of its own beside this one.
 *
 * A resource is an object with the methods of a Pulumi dynamic provider (`check`, `diff`, `create`, `read`, `update`, `delete`), with every
 * parameter of Pulumi's: the code in a state calls it by name and passes all of them. Each method but `check` and `diff` takes a
 * `CallContext` besides, for tests, and runs inside `visible`:
 *
 *     check(_olds, news) {
 *       const inputs = { ...news };
 *       return { inputs, failures: [...checkUuid(inputs, "tenantId"), ...checkText(inputs, "displayName")] };
 *     },
 *     diff(_id, olds, news) { return differences(olds, news, { compared: ["tenantId", "displayName"], replaces: ["tenantId"] }); },
 *     create(news, context = {}) { return visible("The thing's create", async () => …, advice); },
 *
 * Properties arrive as the engine has them: any may be `unknown` in a preview; undefined can't be written to a state (`withoutUndefined`).
 */
import { isDeepStrictEqual } from "node:util";
import { discoverEndpoints, type Endpoints, type Environment } from "../endpoints";
import { ServiceError, VisibleError } from "../errors";
import { isSecureAddress, request, type Answer, type RequestOptions } from "../http";
import { requestToken, type AccessToken } from "../token";

/** Pulumi's marker of a value that isn't known yet; a dynamic provider sees it in previews. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Property values as the engine hands them over: in a preview some may be `unknown`. */
export type Properties = Readonly<Record<string, unknown>>;

/** Where a call runs; tests set it, the dynamic provider doesn't. */
export interface CallContext extends Pick<RequestOptions, "sleep" | "signal"> {
  /** Default: `process.env`, read at each call. */
  environment?: Environment;
  /** Default: discovered from the environment. */
  endpoints?: Endpoints;
}

/** Of a property that is named the engine prints the value: leave the name empty where that may be a secret. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** A UUID, which is written back in lower case, so that a difference in case is none. */
export function checkUuid(inputs: Record<string, unknown>, name: string): CheckFailure[] {
  const value = inputs[name];
  if (value === unknown) return [];
  const text = typeof value === "string" ? value.toLowerCase() : "";
  if (!isUuid(text)) return [{ property: name, reason: `"${shown(value)}" is not a UUID` }];
  inputs[name] = text;
  return [];
}

/** Whether a text is a UUID, in lower case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** A text that isn't empty. */
export function checkText(inputs: Properties, name: string): CheckFailure[] {
  const value = inputs[name];
  if (value === unknown || (typeof value === "string" && value.trim() !== "")) return [];
  return [{ property: name, reason: "it must be a text that is not empty" }];
}

/** One of a closed set of texts. */
export function checkOneOf(inputs: Properties, name: string, allowed: readonly string[]): CheckFailure[] {
  const value = inputs[name];
  if (value === unknown || allowed.includes(value as string)) return [];
  return [{ property: name, reason: `"${shown(value)}" is none of ${allowed.map((one) => `"${one}"`).join(", ")}` }];
}

/** true or false. */
export function checkBoolean(inputs: Properties, name: string): CheckFailure[] {
  const value = inputs[name];
  return value === unknown || typeof value === "boolean"
    ? []
    : [{ property: name, reason: "it must be true or false" }];
}

/** A list of texts, at least `least` of them, none empty; sorted and without repeats, so that their order makes no difference. */
export function checkTexts(
  inputs: Record<string, unknown>,
  name: string,
  { least = 0, allowed }: { least?: number; allowed?: readonly string[] } = {},
): CheckFailure[] {
  if (inputs[name] === unknown) return [];
  if (!Array.isArray(inputs[name])) return [{ property: name, reason: "it must be a list" }];
  const value: readonly unknown[] = inputs[name];
  if (value.includes(unknown)) return [];
  const wrong = value.find((item) => typeof item !== "string" || item.trim() === "");
  if (wrong !== undefined) return [{ property: name, reason: `"${shown(wrong)}" is not a text` }];
  if (value.length < least) return [{ property: name, reason: `it must have at least ${least}` }];
  const texts = value as string[];
  const strange = allowed && texts.find((text) => !allowed.includes(text));
  if (strange !== undefined) {
    return [{ property: name, reason: `"${strange}" is none of ${allowed?.map((one) => `"${one}"`).join(", ")}` }];
  }
  inputs[name] = [...new Set(texts)].sort();
  return [];
}

/** The base URL of a server that gets a token and is written to the state: safe for the one, and without a secret for the other. */
export function checkEndpoint(endpoint: unknown): CheckFailure[] {
  if (endpoint === unknown || endpoint === undefined) return [];
  const reason = endpointFault(endpoint);
  // Of a property that is named the engine prints the value, and this one may hold a password.
  return reason === undefined ? [] : [{ property: "", reason: `endpoint can't be used: ${reason}` }];
}

/** What is wrong with the base URL of a server that gets a token; undefined where nothing is. */
export function endpointFault(endpoint: unknown): string | undefined {
  if (typeof endpoint !== "string" || !isSecureAddress(endpoint))
    return "it must be an https URL (http only on this machine)";
  const { username, password, search, hash } = new URL(endpoint);
  if (username || password) return "it must not hold a user name or a password";
  return search || hash ? "it must not have a query or a fragment" : undefined;
}

export interface Difference {
  changes: boolean;
  /** The properties that a replacement is due to. */
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** Compares values as they were with those to be. What isn't known yet counts as different: its marker is no value's. */
export function differences(
  olds: Properties,
  news: Properties,
  { compared, replaces }: { compared: readonly string[]; replaces: readonly string[] },
): Difference {
  const differs = (name: string) => !isDeepStrictEqual(olds[name], news[name]);
  // What is made anew often carries the same mark or name: made first and deleted then, the delete would take away the new one.
  return { changes: compared.some(differs), replaces: replaces.filter(differs), deleteBeforeReplace: true };
}

/** The engine can't write undefined to a state. */
export function withoutUndefined<T extends object>(properties: T): T {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as T;
}

/** The properties of these names alone, without those that are undefined. */
export function picked(props: Properties, names: readonly string[]): Record<string, unknown> {
  return withoutUndefined(Object.fromEntries(names.map((name) => [name, props[name]])));
}

/**
 * Runs a step of a resource's. Pulumi's dynamic provider prints the stack trace of what `read` and `delete` throw; what is no bug comes
 * without one here, says what was tried, and stays on one line.
 * @param what such as `The SIEM authorization's create`.
 * @param advice what to do about a service's error; a sentence, or empty.
 */
export async function visible<T>(
  what: string,
  run: () => Promise<T>,
  advice: (failure: ServiceError) => string = () => "",
): Promise<T> {
  try {
    return await run();
  } catch (failure) {
    if (!(failure instanceof VisibleError)) throw failure;
    const hint = failure instanceof ServiceError ? advice(failure) : "";
    const error = new VisibleError(`${what} failed. ${failure.message}${hint === "" ? "" : ` ${hint}`}`);
    throw Object.assign(error, { name: "", stack: "" });
  }
}

/** Calls Microsoft Graph in one tenant: the path from the version on, such as `/beta/roleManagement/defender/roleDefinitions`. */
export type GraphCall = (
  path: string,
  options?: Pick<RequestOptions, "method" | "json" | "accept" | "idempotent">,
) => Promise<Answer>;

/** A token for Graph in this tenant, and the call with it. Credentials are read from the environment here and kept nowhere. */
export async function graphCall(tenantId: string, context: CallContext = {}): Promise<GraphCall> {
  const environment = context.environment ?? process.env;
  const endpoints = context.endpoints ?? (await discoverEndpoints(environment, context));
  const audience = endpoints.graphEndpoint;
  const run = await withFreshToken(() => requestToken({ tenantId, audience, environment, endpoints, ...context }));
  return (path, options = {}) =>
    run((token) =>
      request(`${endpoints.graphEndpoint}${path}`, { ...options, token, sleep: context.sleep, signal: context.signal }),
    );
}

/**
 * Runs calls with a token that is asked for now, and anew when a call is refused because the token has ended: an operation that waits for
 * the directory may outlive its token, and the service may revoke one. What was answered with 401 wasn't done, so it is tried again, once.
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

/** Every page of a list that Graph answers. */
export async function graphList(call: GraphCall, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { body } = await call(next);
    const page = (body ?? {}) as { value?: Record<string, unknown>[]; "@odata.nextLink"?: string };
    items.push(...(page.value ?? []));
    next = pathOfLink(page["@odata.nextLink"]);
  }
  return items;
}

/** The token is for the host that it was meant for: of a link to the next page only the path is taken. */
function pathOfLink(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const { pathname, search } = new URL(link);
  return pathname + search;
}

/** A value in a message. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
