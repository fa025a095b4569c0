/**
 * What the logic of all dynamic resources shares; each resource is a module of its own beside this
 * one.
 *
 * A resource is an object with the methods of a Pulumi dynamic provider (`check`, `diff`, `create`,
 * `read`, `update`, `delete`), with every parameter of Pulumi's: the code in a state calls it by
 * name and passes all of them. Each method but `check` and `diff` takes a `CallContext` besides,
 * for tests; `replicated` names the step in its errors:
 *
 *     check(_olds, news) {
 *       const inputs = { ...news };
 *       return { inputs, failures: [...checkUuid(inputs, "tenantId"), ...checkText(inputs, "displayName")] };
 *     },
 *     diff(_id, olds, news) { return differences(olds, news, { compared: ["tenantId", "displayName"], replaces: ["tenantId"] }); },
 *     async create(news, context = {}) { … },
 *
 * Properties arrive as the engine has them: any may be `unknown` in a preview; undefined can't be
 * written to a state (`withoutUndefined`).
 */
import { isDeepStrictEqual } from "node:util";
import { withoutUndefined } from "@defender-mssp/errors";
import { isSecureAddress } from "../http";
import { isUuid } from "../uuid";

/** Pulumi's marker of a value that isn't known yet; a dynamic provider sees it in previews. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Property values as the engine hands them over: in a preview some may be `unknown`. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * Of a property that is named the engine prints the value: leave the name empty where that may be a
 * secret.
 */
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

/**
 * A list of texts, at least `least` of them, none empty; sorted and without repeats, so that their
 * order makes no difference.
 */
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

/**
 * The base URL of a server that gets a token and is written to the state: safe for the one, and
 * without a secret for the other.
 */
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

/**
 * Compares values as they were with those to be. What isn't known yet counts as different: its
 * marker is no value's.
 */
export function differences(
  olds: Properties,
  news: Properties,
  { compared, replaces }: { compared: readonly string[]; replaces: readonly string[] },
): Difference {
  const differs = (name: string) => !isDeepStrictEqual(olds[name], news[name]);
  // What is made anew often carries the same mark or name: made first and deleted then, the delete
  // would take away the new one.
  return { changes: compared.some(differs), replaces: replaces.filter(differs), deleteBeforeReplace: true };
}

/** The properties of these names alone, without those that are undefined. */
export function picked(props: Properties, names: readonly string[]): Record<string, unknown> {
  return withoutUndefined(Object.fromEntries(names.map((name) => [name, props[name]])));
}

/** A value in a message. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
