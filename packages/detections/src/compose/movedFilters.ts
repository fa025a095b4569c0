/** Filters of exceptions that change what an operator counts. */
import type { ComposedRule, RuleException } from "./composeRule";

/** A filter that stands before an operator that counts, groups or limits rows. */
export interface MovedFilter {
  readonly exception: RuleException;
  /** What is wrong. A sentence without a full stop at its end. */
  readonly what: string;
  /** What to do. A sentence without a full stop at its end. */
  readonly remedy: string;
}

/** A filter before one of them changes what it returns. */
const groupingOperators = new Set([
  "summarize",
  "distinct",
  "top",
  "take",
  "limit",
  "count",
  "make-series",
  "join",
  "lookup",
]);

export function movedFilters({ exceptions }: ComposedRule): readonly MovedFilter[] {
  return exceptions.flatMap(({ exception, before }) => {
    if (before === undefined || !groupingOperators.has(before)) return [];
    const what = `a column of the filter does not reach the end of the query: it stands before ${before}`;
    return [{ exception, what, remedy: "Look at the result, or filter by a column of the output" }];
  });
}
