/**
 * The JSON schema (draft 2020-12) of a rule file: an editor completes its keys, describes them and
 * underlines mistakes. `parseRule` refuses more: a schema can't compare keys with each other.
 */
import * as z from "zod/mini";
import { ruleFileSchema } from "./ruleFileSchema";

export function ruleFileJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(ruleFileSchema) as unknown as Readonly<Record<string, unknown>>;
  return { $schema, title: "Custom detection rule (detections/<set>/<rule>.yaml)", ...schema };
}
