/** What the service finds out about a rule's query before it stores the rule. */
import { judgedQuery } from "../customDetections/queryResult";

export interface SavedQueryVerdict {
  /** The service's text of the 400; undefined: the query is accepted. */
  readonly problem?: string;
  /** Names of the output columns; undefined: nobody has analysed the query. */
  readonly columns?: readonly string[];
}

/** Verdicts of this process by the query: a create that is enabled by a second call is judged once. */
const verdicts = new Map<string, Promise<SavedQueryVerdict>>();
const mostVerdicts = 1000;

/**
 * Judges a rule's query by the package `@defender-mssp/kql`, which loads Microsoft's parser at the first query. Where it
 * isn't installed, only a query without text is refused.
 */
export async function validateQuery(queryText: string): Promise<SavedQueryVerdict> {
  if (queryText.trim() === "") return { problem: "The query is empty." };
  const known = verdicts.get(queryText);
  if (known !== undefined) return known;
  const verdict = savedVerdict(queryText);
  if (verdicts.size >= mostVerdicts) verdicts.clear();
  verdicts.set(queryText, verdict);
  verdict.catch(() => verdicts.delete(queryText));
  return verdict;
}

async function savedVerdict(queryText: string): Promise<SavedQueryVerdict> {
  const judged = await judgedQuery(queryText);
  if (judged === undefined) return {};
  const error = judged.findings.find(({ severity, code }) => severity === "error" || code === newerNameCode);
  if (error !== undefined) return { problem: problemText(error) };
  return { columns: judged.columns.map(({ name }) => name) };
}

/** Diagnostics of Microsoft's parser about the text; the others are about names and types. */
export const syntaxCode = /^(KS0\d\d|KS176|KS198|KQL\d+)$/;

/** A name that may be newer than the schema, by the judge. The emulated tenant has the schema's names and no others. */
const newerNameCode = "KQL007";

/** The frame of a text is the service's, what it says of the query the parser's. */
function problemText({ code, message }: { readonly code: string; readonly message: string }): string {
  const newer = code === newerNameCode ? /^The name '[^']+'/.exec(message)?.[0] : undefined;
  if (newer !== undefined)
    return `The query has a semantic error: ${newer} does not refer to any known table, tabular variable or function. Fix semantic errors in your query.`;
  if (syntaxCode.test(code)) return `The query contains syntax errors: ${message}`;
  const unknownFunction = /^The name '([^']+)' does not refer to any known function/.exec(message)?.[1];
  const semantic =
    unknownFunction === undefined ? message.replace(/\.$/, "") : `Unknown function: '${unknownFunction}'`;
  return `The query has a semantic error: ${semantic}. Fix semantic errors in your query.`;
}
