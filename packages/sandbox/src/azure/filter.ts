/**
 * `$filter` of the resource manager's lists. Each list takes few forms, and refuses the others: no
 * list is answered unfiltered to a client that asked for a part of it.
 */
import type { EmulatedServiceError } from "../cloud/serviceError";
import { armErrors } from "./armErrors";

/** One condition: `name eq 'value'`, or a function such as `atScope()`. */
export interface Condition {
  /** As the list's handler spells it: `roleName`, `atScope()`. */
  readonly name: string;
  readonly value: string;
}

/** What a list's `$filter` may ask, and its error for everything else. */
export interface FilterRules {
  /** Names of properties, and of functions with `()`. */
  readonly names: readonly string[];
  /** Sets of names that may be joined by `and`. */
  readonly together?: readonly (readonly string[])[];
  /** Whether an empty one is taken: `az resource list` sends it. Default: no. */
  readonly emptyIsNone?: boolean;
  readonly refuse?: (filter: string) => EmulatedServiceError;
}

const condition = /^(?:(?<property>[a-zA-Z/]+) eq '(?<text>(?:[^']|'')*)'|(?<call>[a-zA-Z]+)\((?:'(?<of>[^']*)')?\))$/i;

/**
 * The conditions of a filter, all of which must hold.
 * @throws EmulatedServiceError 400 for any form that the list doesn't take.
 */
export function conditionsOf(filter: string, { names, together = [], refuse = unsupported }: FilterRules): Condition[] {
  const conditions = filter
    .trim()
    // Apart at each `and` outside of a text.
    .split(/ and (?=(?:[^']*'[^']*')*[^']*$)/i)
    .map((part) => {
      const { property, text, call, of } = condition.exec(part.trim())?.groups ?? {};
      const asked = (call === undefined ? property : `${call}()`)?.toLowerCase();
      const name = names.find((known) => known.toLowerCase() === asked);
      if (name === undefined) throw refuse(filter);
      return { name, value: (text ?? of ?? "").replaceAll("''", "'") };
    });
  const isAllowed =
    conditions.length === 1 || together.some((allowed) => conditions.every(({ name }) => allowed.includes(name)));
  if (!isAllowed || new Set(conditions.map(({ name }) => name)).size < conditions.length) throw refuse(filter);
  return conditions;
}

/** The sandbox's words: lists without public reports of their errors. */
function unsupported(filter: string): EmulatedServiceError {
  return armErrors.badRequest(
    "InvalidFilterInQueryString",
    `Invalid $filter '${filter}' specified in the query string.`,
  );
}
