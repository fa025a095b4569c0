/**
 * A way in which a tenant or a subscription gives somebody a right. A row of the catalogue says which
 * kind of access it is, that it gives nothing, or that nobody looks and where a person does.
 */
import type { KindKey } from "../kindKey";

/** A way that no command looks at. */
export interface UnlookedWay {
  /** Plural, in the middle of a sentence, for the customer. */
  readonly what: string;
  /** Why no command looks: a clause. */
  readonly why: string;
  /** Where a person looks: the clicks, one sentence. */
  readonly look: string;
}

export interface Way {
  /** Names the way in code, results and JSON. None changes. */
  readonly id: string;
  /**
   * Places that the row answers for: a path of Graph without its version, a path of Entra's or Defender's own
   * after `entra:` or `defender:`, a resource type of Azure after `azure:`, or a type token of azure-native.
   * `/**` at the end stands for everything below; `{…}` for any name.
   */
  readonly covers: readonly string[];
  readonly is:
    /** Looked at with these kinds. */
    | { readonly kinds: readonly KindKey[] }
    /** Gives nobody a right, because of this: a clause. */
    | { readonly nothing: string }
    | { readonly notLooked: UnlookedWay };
}

/** A type token of the provider azure-native. */
export function azureNative(name: string): string {
  return `azure-native:${name}`;
}

/** @param places separated by spaces, as in each row of the catalogue. */
export function looked(id: string, kinds: readonly KindKey[], places = ""): Way {
  return { id, covers: listed(places), is: { kinds } };
}

export function nothing(id: string, why: string, places: string): Way {
  return { id, covers: listed(places), is: { nothing: why } };
}

export function notLooked(id: string, what: string, why: string, look: string, places = ""): Way {
  return { id, covers: listed(places), is: { notLooked: { what, why, look } } };
}

function listed(places: string): string[] {
  return places.split(" ").filter((place) => place !== "");
}

/** Whether a row's place answers for a place that can be counted. */
export function covers(place: string, counted: string): boolean {
  const [row, asked] = [segments(place), segments(counted)];
  const isSubtree = row.at(-1) === "**";
  const names = isSubtree ? row.slice(0, -1) : row;
  if (isSubtree ? asked.length < names.length : asked.length !== names.length) return false;
  return names.every((name, index) => name === asked[index]);
}

function segments(place: string): string[] {
  return place
    .toLowerCase()
    .split(/[/:]/)
    .map((name) => (/^\{.*\}$/.test(name) ? "{}" : name));
}
