/** What the service finds out about a rule's query before it stores the rule. */

export interface SavedQueryVerdict {
  /** The service's text of the 400; undefined: the query is accepted. */
  readonly problem?: string;
  /** Names of the output columns; undefined: nobody has analysed the query. */
  readonly columns?: readonly string[];
}

/** Judges a rule's query. Without a parser of KQL, only a query without text is refused. */
export function validateQuery(queryText: string): Promise<SavedQueryVerdict> {
  return Promise.resolve(queryText.trim() === "" ? { problem: "The query is empty." } : {});
}
