/**
 * The catalogue of ways. `npm run docs:check` refuses an entity set of Graph, a write route of the sandbox
 * and a type of Azure without a row, and a kind of access that no row names.
 */
import { kindKeys } from "../kindKey";
import { givesNothing } from "./givesNothing";
import { lookedAt } from "./lookedAt";
import { notLookedAt } from "./notLookedAt";
import { covers, type UnlookedWay, type Way } from "./way";

/** In the order in which people read of them. */
export const ways: readonly Way[] = [...lookedAt, ...notLookedAt, ...givesNothing];

/** What no command looks at, always. */
export const notLookedWays: readonly (UnlookedWay & { readonly way: string })[] = ways.flatMap(({ id, is }) =>
  "notLooked" in is ? [{ way: id, ...is.notLooked }] : [],
);

/** What the report leaves to a person besides: its identity signs in to the customer's tenant only. */
export const unlookedInReport: typeof notLookedWays = [
  {
    way: "gdapRelationship",
    what: "granular delegated admin privileges (GDAP) of the MSSP",
    why: "Microsoft Graph shows a relationship in the MSSP's tenant only",
    look: "Microsoft 365 admin center > Settings > Partner relationships.",
  },
];

/** The rows that answer for a place that can be counted. */
export function findWays(place: string): readonly Way[] {
  return ways.filter((way) => way.covers.some((row) => covers(row, place)));
}

/** What is wrong with the catalogue: places without a row, kinds that no row names, IDs of two rows. */
export function catalogueProblems(places: readonly string[]): string[] {
  const named = new Set(ways.flatMap(({ is }) => ("kinds" in is ? is.kinds : [])));
  const ids = ways.map(({ id }) => id);
  return [
    ...places
      .filter((place) => findWays(place).length === 0)
      .map((place) => `packages/tenant/src/ways: no row covers ${place}`),
    ...kindKeys.filter((key) => !named.has(key)).map((key) => `packages/tenant/src/ways: no row names the kind ${key}`),
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((id) => `packages/tenant/src/ways: two rows have the ID ${id}`),
  ];
}
