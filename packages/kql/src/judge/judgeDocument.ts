import { VisibleError, messageOf } from "@defender-mssp/errors";
import { BoundedProcess, BoundPassed, type Bounds } from "../bounds/boundedProcess";
import { parserVersion } from "../parser/languageService";
import type { HuntingSchema } from "../schema/huntingSchema";
import { textStart, type JudgedQuery } from "./judgedQuery";
import type { JudgeProcessRequest } from "./judgeProcessMain";

/** The document that the judge's process reads. */
export interface JudgeRequest {
  readonly queries: readonly { readonly id: string; readonly text: string }[];
  /** Microsoft's tables if it is missing. */
  readonly schema?: HuntingSchema;
}

export interface JudgeVerdict extends JudgedQuery {
  readonly id: string;
}

/** The document that the judge's process prints. */
export interface JudgeAnswer {
  /** Version of the parser. */
  readonly parser: string;
  /** In the order of the queries. */
  readonly verdicts: readonly JudgeVerdict[];
}

/** A query of people takes 10 to 50 milliseconds. */
const judgeBounds: Bounds = { seconds: 10, megabytes: 512 };

/**
 * Judges the queries of a document, those of a stranger's pull request: one after the other, in a
 * process of its own. A query that passes a bound has a finding that says so, and no other.
 * @throws VisibleError if the text is no such document
 */
export async function judgeDocument(text: string, bounds = judgeBounds): Promise<JudgeAnswer> {
  const { queries, schema } = readRequest(text);
  const schemaText = schema === undefined ? undefined : JSON.stringify(schema);
  const judge = new BoundedProcess<JudgeProcessRequest, JudgedQuery>("judgeQuery.js", bounds);
  const verdicts: JudgeVerdict[] = [];
  try {
    for (const { id, text: query } of queries) verdicts.push({ id, ...(await verdict(judge, { query, schemaText })) });
  } finally {
    await judge.end();
  }
  return { parser: parserVersion(), verdicts };
}

async function verdict(
  judge: BoundedProcess<JudgeProcessRequest, JudgedQuery>,
  request: JudgeProcessRequest,
): Promise<JudgedQuery> {
  try {
    return await judge.ask(request);
  } catch (error) {
    if (error instanceof BoundPassed) return unjudged(error.message);
    throw error;
  }
}

function unjudged(bound: string): JudgedQuery {
  const message = `The parser needs more than ${bound} for the query. Write it with fewer or less nested expressions.`;
  return {
    findings: [{ code: "KQL006", severity: "error", message, ...textStart }],
    columns: [],
    tables: [],
    unaltered: [],
    operators: [],
    functions: [],
    lets: [],
    comments: [],
    clientStatements: [],
    lookbacks: [],
    notStreamed: [],
    mixedEvents: [],
  };
}

function readRequest(text: string): JudgeRequest {
  const request = parseJson(text) as Partial<JudgeRequest> | null;
  const isQuery = (query: unknown) =>
    typeof query === "object" && query !== null && "id" in query && "text" in query && typeof query.text === "string";
  if (!Array.isArray(request?.queries) || !request.queries.every(isQuery)) {
    throw new VisibleError('Standard input is not a document of the judge: {"queries": [{"id": "…", "text": "…"}]}');
  }
  return request as JudgeRequest;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new VisibleError(`Standard input is not JSON: ${messageOf(error)}`);
  }
}
