import { VisibleError } from "@defender-mssp/errors";
import type { TextPlace } from "../parser/queryText";

/**
 * The executor can't run a query: the query doesn't bind, or it uses what the executor doesn't have.
 * The message names the feature and its place.
 */
export class UnsupportedQuery extends VisibleError {
  override readonly name = "UnsupportedQuery";

  constructor(
    /** What can't run, such as `operator scan`. */
    readonly feature: string,
    /** Line and column in the text of the query, from 1. */
    readonly place: TextPlace,
    message = `The executor cannot run ${feature}`,
  ) {
    super(`${message} (line ${place.line}, column ${place.column}).`);
  }
}
