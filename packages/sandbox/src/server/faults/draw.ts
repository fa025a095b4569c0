/**
 * Chooses the fault of a request by the seed, the request's method and path, and the number of
 * equal requests before it, so that other requests make no difference. IDs differ between runs and
 * count as equal.
 */
import { decodeSegment } from "../../graph/match";
import { fractions } from "../../cloud/fractions";

/** The possible faults of a request. */
export const faultKinds = [
  /** 429 with Retry-After, in seconds or as a date. */
  "throttled",
  /** 500, 502, 503 or 504; the request has no effect. */
  "failed",
  /** The connection is cut; the request has no effect. */
  "resetBefore",
  /** The connection is cut; the request has its effect. */
  "resetAfter",
  /** Half of the answer's body, then the connection is cut; the request has its effect. */
  "halfBody",
  /** The answer is delayed. */
  "slow",
  /** A new object is hidden for a while, by its ID and in lists. */
  "lag",
  /** A token with a short lifetime, which `expires_in` states. */
  "shortToken",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** A fault with random numbers (0 to below 1) for its details. */
export interface Drawn {
  readonly kind: FaultKind;
  readonly numbers: readonly number[];
}

export class Draws {
  readonly #seen = new Map<string, number>();

  constructor(private readonly seed: number) {}

  /**
   * The fault of the next request of that method and path; undefined for none. `kinds`: the
   * possible ones for this request.
   */
  next(method: string, path: string, percent: number, kinds: readonly FaultKind[]): Drawn | undefined {
    const [chance = 1, which = 0, ...numbers] = this.numbers(method, path);
    const kind = kinds[Math.floor(which * kinds.length)];
    return chance * 100 < percent && kind !== undefined ? { kind, numbers } : undefined;
  }

  /** Eight numbers (0 to below 1) for the next request of that method and path. */
  numbers(method: string, path: string): number[] {
    const name = `${method} ${withoutIds(path)}`;
    const before = this.#seen.get(name) ?? 0;
    this.#seen.set(name, before + 1);
    return fractions(`${this.seed}\n${name}\n${before}`);
  }
}

/** The error of the server's clock by the seed, in milliseconds: at most ten minutes. */
export function clockSkew(seed: number): number {
  const [fraction = 0] = fractions(`${seed}\nclock`);
  return Math.round((fraction * 2 - 1) * 600_000);
}

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** IDs of grants and assignments, and page tokens. */
const otherId = /(?<=[/='(])[\w-]{22,}(?=$|[/'&)])/g;

function withoutIds(path: string): string {
  return decodeSegment(path).replace(uuid, "{id}").replace(otherId, "{id}");
}
