/** A rule's tests, `<rule>.test.yaml` beside the rule: rows of tables in, hits expected. */
import * as z from "zod/mini";
import { described } from "../ruleFile/ruleFileSchema";

const row = z.record(z.string(), z.unknown(), { error: "a row: a map of columns" });
const rows = z.array(row, { error: "a list of rows" });
const timeError = "a time in UTC such as 2027-03-01T12:00:00Z";
const time = z
  .string({ error: timeError })
  .check(
    z.refine(
      (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/.test(value) && !Number.isNaN(Date.parse(value)),
      { error: timeError },
    ),
  );
const tables = z.record(z.string(), rows, { error: "a map of tables" });
const parameters = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]),
);
const stubs = z.record(z.string(), z.record(z.string(), z.unknown()));

const testCase = z.strictObject({
  name: described(
    z.string({ error: "the name of the case" }).check(z.regex(/\S/, { error: "the name of the case" })),
    "What the case shows.",
  ),
  now: described(z.optional(time), "Clock of `now()` and `ago()`, UTC."),
  tables: described(tables, "Rows of the tables that the query reads. A table that is not named is empty."),
  hits: described(
    z.array(row, { error: "a list of rows; [] for a near miss" }),
    "The rows that the query must return, in any order, each by the columns that matter. [] for a near miss.",
  ),
  parameters: described(z.optional(parameters), "Values of the rule's parameters. Default: those of the rule."),
  stubs: described(
    z.optional(stubs),
    "Answers of functions that only the service knows, by name and first argument, such as FileProfile.",
  ),
});

export const ruleTestSchema = z.strictObject({
  now: described(z.optional(time), "Clock of the cases that have none. Default: 2027-01-01T12:00:00Z."),
  defaults: described(
    z.optional(z.record(z.string(), row)),
    "Columns that each row of a table has unless it says otherwise, by table.",
  ),
  cases: described(
    z.array(testCase, { error: "a list of cases" }).check(z.minLength(1, { error: "at least one case" })),
    "The cases.",
  ),
});

export type RuleTestFile = z.infer<typeof ruleTestSchema>;

export type RuleTestCase = RuleTestFile["cases"][number];

/** The JSON schema (draft 2020-12) of a test file, for editors. */
export function ruleTestJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(ruleTestSchema, { unrepresentable: "any" }) as unknown as Readonly<
    Record<string, unknown>
  >;
  return { $schema, title: "Tests of a custom detection rule (detections/<set>/<rule>.test.yaml)", ...schema };
}
