/** What `mssp adopt` looks for, kind by kind. */
import { isNotApplicable, type AccessKind } from "./kinds/accessKind";
import type { KindsWith } from "./kinds/kinds";

/** Kinds whose objects are in the plan, each with a line of its own. */
export type ListedKey = KindsWith<"adoption", { readonly search: "listed" }>;

/** Why nobody looks for a kind; undefined where somebody does, or where there is nothing to look for. */
export function unsearchedReason({ adoption }: AccessKind, hasDefenderEndpoint: boolean): string | undefined {
  if (isNotApplicable(adoption) || adoption.search === "listed") return undefined;
  if (adoption.search === "none") return adoption.why;
  return hasDefenderEndpoint ? undefined : adoption.withoutDefenderEndpoint;
}

/** Whether a kind's objects are looked for. */
export function isSearched({ adoption }: AccessKind): boolean {
  return !isNotApplicable(adoption) && adoption.search !== "none";
}
