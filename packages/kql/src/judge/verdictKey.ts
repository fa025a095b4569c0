import { createHash } from "node:crypto";
import { parserVersion } from "../parser/languageService";
import { defenderSchema } from "../schema/defenderSchema";
import type { HuntingSchema } from "../schema/huntingSchema";

/** Rises when the judge says something else of the same query. */
const judgeRevision = 6;

const schemaHashes = new WeakMap<HuntingSchema, string>();

/**
 * Key of a kept verdict: the hash of the query, the schema, the parser's version and the judge's.
 * Doesn't load the parser.
 */
export function verdictKey(query: string, schema: HuntingSchema = defenderSchema()): string {
  return sha256(JSON.stringify([judgeRevision, parserVersion(), schemaHash(schema), query]));
}

function schemaHash(schema: HuntingSchema): string {
  const hash = schemaHashes.get(schema) ?? sha256(JSON.stringify(schema));
  schemaHashes.set(schema, hash);
  return hash;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
