import { VisibleError, messageOf } from "@defender-mssp/errors";
import { parserVersion } from "../parser/languageService";
import { defenderSchema } from "../schema/defenderSchema";
import type { HuntingSchema } from "../schema/huntingSchema";
import type { JudgedQuery } from "./judgedQuery";
import { judgeQueries } from "./judgeQueries";

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

/** @throws VisibleError if the text is no such document */
export function judgeDocument(text: string): JudgeAnswer {
  const { queries, schema } = readRequest(text);
  const judged = judgeQueries(
    queries.map((query) => query.text),
    schema ?? defenderSchema(),
  );
  return {
    parser: parserVersion(),
    verdicts: judged.map((verdict, index) => ({ id: queries[index]?.id ?? "", ...verdict })),
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
