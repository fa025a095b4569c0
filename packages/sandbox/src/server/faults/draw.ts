/**
 * Which request gets which fault. Drawn from the seed, the request's method and path, and how many
 * of the same came before: so what other requests do at the same time changes nothing. IDs differ
 * from run to run and count as one.
 */
import { createHash } from "node:crypto";

/** What may happen to one request. */
export const faultKinds = [
  /** 429 with Retry-After, in seconds or as a date. */
  "throttled",
  /** 500, 502, 503 or 504; nothing was done. */
  "failed",
  /** The connection is cut; nothing was done. */
  "resetBefore",
  /** The connection is cut; it was done. */
  "resetAfter",
  /** Half of the answer's body, then the connection is cut; it was done. */
  "halfBody",
  /** The answer comes late. */
  "slow",
  /** A new object is not there for a while, by its ID and in lists. */
  "lag",
  /** A token that ends soon, and says so. */
  "shortToken",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** A fault, and numbers from 0 to below 1 for what is particular to it. */
export interface Drawn {
  readonly kind: FaultKind;
  readonly numbers: readonly number[];
}

export class Draws {
  readonly #seen = new Map<string, number>();

  constructor(private readonly seed: number) {}

  /**
   * The fault of the next request of that method and path; undefined for none. `kinds`: those that
   * such a request can have.
   */
  next(method: string, path: string, percent: number, kinds: readonly FaultKind[]): Drawn | undefined {
    const name = `${method} ${withoutIds(path)}`;
    const before = this.#seen.get(name) ?? 0;
    this.#seen.set(name, before + 1);
    const [chance = 1, which = 0, ...numbers] = fractions(`${this.seed}\n${name}\n${before}`);
    const kind = kinds[Math.floor(which * kinds.length)];
    return chance * 100 < percent && kind !== undefined ? { kind, numbers } : undefined;
  }
}

/**
 * How far the server's clock is off, in milliseconds: up to ten minutes, either way. The same seed,
 * the same clock.
 */
export function clockSkew(seed: number): number {
  const [fraction = 0] = fractions(`${seed}\nclock`);
  return Math.round((fraction * 2 - 1) * 600_000);
}

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** IDs of grants and assignments, and page tokens. */
const otherId = /(?<=[/='(])[\w-]{22,}(?=$|[/'&)])/g;

function withoutIds(path: string): string {
  return decoded(path).replace(uuid, "{id}").replace(otherId, "{id}");
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Eight numbers from 0 to below 1 that follow from a text. */
function fractions(text: string): number[] {
  const digest = createHash("sha256").update(text).digest();
  return Array.from({ length: 8 }, (_value, index) => digest.readUInt32BE(index * 4) / 2 ** 32);
}
