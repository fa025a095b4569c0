import { answerRequests } from "../bounds/answerRequests";
import type { HuntingSchema } from "../schema/huntingSchema";
import type { JudgedQuery } from "./judgedQuery";
import { judgeQueries } from "./judgeQueries";

export interface JudgeProcessRequest {
  readonly query: string;
  /** Microsoft's tables if it is missing. */
  readonly schemaText?: string | undefined;
}

// Loads the parser, which is no query's time.
judgeQueries(["print 1"]);

/** The parser's tables are made anew for each schema. */
let latest: { readonly text: string; readonly schema: HuntingSchema } | undefined;

function schemaIn(text: string): HuntingSchema {
  if (latest?.text !== text) latest = { text, schema: JSON.parse(text) as HuntingSchema };
  return latest.schema;
}

answerRequests(({ query, schemaText }: JudgeProcessRequest): JudgedQuery | undefined => {
  const [judged] = judgeQueries([query], schemaText === undefined ? undefined : schemaIn(schemaText));
  return judged;
});
