/**
 * Compares two dumps of `npx mssp sandbox dump`. Two runs of one program differ in object IDs,
 * secrets, times, and the order of resources that are created in parallel: these differences are
 * ignored, all others are reported.
 */
import { createHash } from "node:crypto";
import { dayMs } from "@defender-mssp/errors/time";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A dump, and the start of the program that made its objects. */
export interface Dump {
  /** What `npx mssp sandbox dump` printed. */
  text: string;
  /** When the program began: times are compared as days after it. */
  startedAt: Date;
}

/** Lines that only one dump has. Both lists are empty if the dumps are equal. */
export interface DumpDifference {
  onlyLeft: string[];
  onlyRight: string[];
}

export function compareDumps(left: Dump, right: Dump): DumpDifference {
  const [leftFacts, rightFacts] = normalisedFacts(left, right);
  return { onlyLeft: without(leftFacts, rightFacts), onlyRight: without(rightFacts, leftFacts) };
}

/**
 * One line `path = value` for each value of a dump, with names in place of values that differ
 * between runs.
 */
export function normalisedFacts(left: Dump, right: Dump): [string[], string[]] {
  const facts = [left, right].map((dump) =>
    factsOf(JSON.parse(dump.text.replace(stackId, "#‹stack›")) as Json, []).map((fact) =>
      fact.replace(randomEnd, "-‹random›"),
    ),
  );
  const known = common(facts.map(idsIn));
  const times = common(facts.map((list) => matches(list, timePattern)));
  const [leftFacts = [], rightFacts = []] = [left, right].map((dump, index) => {
    const timed = (facts[index] ?? []).map((fact) => withoutTimes(fact, dump.startedAt, times));
    return named(timed, known);
  });
  return [leftFacts, rightFacts];
}

const uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** IDs of grants and assignments: 43 or more characters of URL-safe base64, or joined UUIDs. */
const linkIdPattern = /(?<=["/])[A-Za-z0-9_-]{40,90}(?=["/ ])/g;
const timePattern = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** Random values that are not IDs. */
const opaqueProperties: ReadonlySet<string> = new Set(["hint", "securityIdentifier", "customKeyIdentifier"]);
/** The azuread provider generates a group's mail nickname: the first ten characters of a UUID. */
const madeUpNickname = /^[0-9a-f]{8}-[0-9a-f]$/i;

/** Key Vault's times are seconds since 1970. */
const epochProperties: ReadonlySet<string> = new Set(["created", "expires", "notBefore", "updated"]);
/** Key Vault names a version of a secret by 32 random digits. */
const secretVersion = /^[0-9a-f]{32}$/;
/** A stack's mark ends with the stack's random ID. */
const stackId = /#[0-9a-f]{16}(?![0-9a-f])/g;
/** Names that must be unique in Azure end with eight random digits: `siem-handover-0123abcd`. */
const randomEnd = /-[0-9a-f]{8}(?=["/ .]|$)/g;

function factsOf(value: Json, path: string[]): string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${path.join("/")} = []`];
    return value.flatMap((item) => {
      const id = idOf(item);
      return id === undefined ? [`${path.join("/")} has ${canonical(item)}`] : factsOf(item, [...path, id]);
    });
  }
  if (value === null || typeof value !== "object") {
    return [`${path.join("/")} = ${JSON.stringify(masked(path.at(-1) ?? "", value))}`];
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [`${path.join("/")} = {}`];
  return entries.flatMap(([key, inner]) => factsOf(isNoRelayState(key, inner) ? null : inner, [...path, key]));
}

/**
 * The azuread provider writes a missing relay state of a service principal as null first, after a
 * read as an empty string.
 */
function isNoRelayState(key: string, value: Json): boolean {
  return key === "samlSingleSignOnSettings" && /^\{"relayState":(""|null)\}$/.test(JSON.stringify(value));
}

function idOf(value: Json): string | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  for (const key of ["id", "keyId"]) if (typeof value[key] === "string") return value[key];
  return undefined;
}

function masked(key: string, value: Json): Json {
  if (value === null) return null;
  if (opaqueProperties.has(key)) return "‹opaque›";
  if (typeof value === "number" && epochProperties.has(key)) return new Date(value * 1000).toISOString();
  if (key === "version" && typeof value === "string" && secretVersion.test(value)) return "‹opaque›";
  if (key === "mailNickname" && typeof value === "string" && madeUpNickname.test(value)) return "‹made up›";
  return value;
}

/** The same text for the same value, whatever the order of its keys and of its lists. */
function canonical(value: Json, key = ""): string {
  if (Array.isArray(value))
    return `[${value
      .map((item) => canonical(item))
      .sort()
      .join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(masked(key, value));
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner, name)}`).join(",")}}`;
}

function withoutTimes(fact: string, startedAt: Date, known: ReadonlySet<string>): string {
  return fact.replace(timePattern, (time) => {
    // The second in which two objects were created differs by chance.
    if (known.has(time) && Date.parse(time) < startedAt.getTime() - 1000) return time;
    const days = Math.round((Date.parse(time) - startedAt.getTime()) / dayMs);
    return days === 0 ? "‹during the run›" : `‹${String(days)} days after the run›`;
  });
}

/**
 * Replaces each ID that is not `known` by a name. An object's own name is used if it is unique;
 * otherwise its properties, in which other objects have their names, distinguish it after a few
 * rounds.
 */
function named(facts: string[], known: ReadonlySet<string>): string[] {
  const ids = [...idsIn(facts)].filter((id) => !known.has(id));
  const about = new Map(ids.map((id) => [id, facts.filter((fact) => fact.includes(id))]));
  let names = new Map(ids.map((id) => [id, firstName(id, about.get(id) ?? [])]));
  for (let round = 0; round < 6; round++) {
    const shared = sharedNames(names);
    if (shared.size === 0) break;
    names = new Map(
      [...names].map(([id, name]) => {
        if (!shared.has(name)) return [id, name];
        const said = (about.get(id) ?? []).map((fact) => replaceIds(fact, names, id)).sort();
        return [id, `${name.split("#")[0] ?? name}#${digest(said.join("\n"))}`];
      }),
    );
  }
  return facts.map((fact) => replaceIds(fact, names)).sort();
}

function firstName(id: string, facts: string[]): string {
  const own = facts.filter((fact) => fact.includes(`/${id}/`));
  for (const property of ["displayName", "userPrincipalName"]) {
    const line = own.find((fact) => fact.includes(`/${id}/${property} = "`));
    if (line !== undefined) return `${collectionOf(line, id)} ${line.slice(line.indexOf(" = ") + 3)}`;
  }
  const first = own[0];
  if (first !== undefined) return collectionOf(first, id);
  const uses = facts.map((fact) => fact.slice(0, fact.indexOf(" ")).split("/").at(-1) ?? "");
  return [...new Set(uses)].sort().join("+");
}

/** The path segment before the ID: the collection or property that the object is in. */
function collectionOf(fact: string, id: string): string {
  return (
    fact
      .slice(0, fact.indexOf(`/${id}/`))
      .split("/")
      .at(-1) ?? ""
  );
}

function sharedNames(names: ReadonlyMap<string, string>): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const name of names.values()) (seen.has(name) ? shared : seen).add(name);
  return shared;
}

/** An ID that is joined from others counts as one ID, also if one of those is `itself`. */
function replaceIds(fact: string, names: ReadonlyMap<string, string>, itself?: string): string {
  const replace = (id: string): string => {
    if (id === itself) return "‹this›";
    const name = names.get(id);
    return name === undefined ? id : `‹${name}›`;
  };
  return fact.replace(linkIdPattern, replace).replace(uuidPattern, replace);
}

function idsIn(facts: string[]): Set<string> {
  return new Set([...matches(facts, uuidPattern), ...matches(facts, linkIdPattern)]);
}

function matches(facts: string[], pattern: RegExp): Set<string> {
  return new Set(facts.flatMap((fact) => fact.match(pattern) ?? []));
}

function common(sets: Set<string>[]): Set<string> {
  const [first = new Set<string>(), ...others] = sets;
  return new Set([...first].filter((item) => others.every((other) => other.has(item))));
}

function without(facts: string[], others: string[]): string[] {
  const left = new Map<string, number>();
  for (const fact of others) left.set(fact, (left.get(fact) ?? 0) + 1);
  return facts.filter((fact) => {
    const count = left.get(fact) ?? 0;
    left.set(fact, count - 1);
    return count <= 0;
  });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
