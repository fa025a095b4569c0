/** Reading of stored objects, whose values are plain JSON. */
import { listOf, textOf } from "@defender-mssp/errors/json";
import type { Json, StoredObject, Tenant } from "@defender-mssp/sandbox/internals";
import type { ChainObject } from "./chain";

export function asList(value: Json | undefined): readonly Json[] {
  return listOf(value) as readonly Json[];
}

/** A property inside of objects: `inner(policy, "conditions", "users")`. */
export function inner(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let at = value;
  for (const name of names) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    at = at[name];
  }
  return at;
}

export function all(tenant: Tenant, collection: string): StoredObject[] {
  return [...tenant.objects(collection).values()];
}

/** Where links of this name that lead to `id` start. */
export function linkStarts(tenant: Tenant, link: string, id: string): string[] {
  return [...tenant.links(link)].filter(([, to]) => to.includes(id)).map(([from]) => from);
}

export function named(type: string, object: StoredObject | undefined, id = object?.id ?? ""): ChainObject {
  const texts = ["displayName", "name", "mail", "userPrincipalName", "appId"].map((key) => textOf(object?.[key]));
  return { type, id, name: texts.find((text) => text !== "") ?? id };
}

export function directoryObject(tenant: Tenant, id: string): ChainObject | undefined {
  for (const type of ["users", "groups", "servicePrincipals", "applications"]) {
    const object = tenant.objects(type).get(id);
    if (object !== undefined) return named(type, object);
  }
  return undefined;
}

/** Whether a schedule or a credential has ended. */
export function isOver(end: Json | undefined, now: Date): boolean {
  return textOf(end) !== "" && Date.parse(textOf(end)) <= now.getTime();
}

export function scheduleEnd(schedule: StoredObject): Json | undefined {
  return inner(schedule["scheduleInfo"], "expiration", "endDateTime");
}
