import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { EmulatedGraphError } from "../../../src/graph/graphErrors";
import {
  formatFilter,
  parseFilter,
  quoted,
  type ComparisonOperator,
  type Filter,
  type Literal,
} from "../../../src/graph/odata/filterSyntax";

/** Words that mean something else where a property's name could stand. */
const reserved = new Set(["not", "and", "or", "any", "in", "true", "false", "null"]);

const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/).filter((word) => !reserved.has(word.toLowerCase()));
const propertyPath = fc.array(name, { minLength: 1, maxLength: 3 });
const literal: fc.Arbitrary<Literal> = fc.oneof(
  fc.string({ unit: "binary" }).map((text): Literal => ({ kind: "string", text })),
  fc.uuid().map((text): Literal => ({ kind: "bare", text })),
  fc.integer().map((number): Literal => ({ kind: "bare", text: String(number) })),
  fc
    .date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("2199-01-01T00:00:00Z"), noInvalidDate: true })
    .map((date): Literal => ({ kind: "bare", text: date.toISOString() })),
  fc.boolean().map((value): Literal => ({ kind: "boolean", value })),
  fc.constant<Literal>({ kind: "null" }),
);
const operator = fc.constantFrom<ComparisonOperator>("eq", "ne", "gt", "ge", "lt", "le");

const { filter } = fc.letrec<{ filter: Filter; condition: Filter }>((tie) => ({
  condition: fc.oneof(
    fc.record({ kind: fc.constant("comparison" as const), path: propertyPath, operator, value: literal }),
    fc.record({
      kind: fc.constantFrom("startsWith" as const, "endsWith" as const),
      path: propertyPath,
      value: fc.string({ unit: "binary" }),
    }),
    fc.record({
      kind: fc.constant("in" as const),
      path: propertyPath,
      values: fc.array(literal, { minLength: 1 }),
    }),
    fc.record({ kind: fc.constant("any" as const), path: propertyPath, variable: name, condition: tie("filter") }),
    propertyPath.map((path): Filter => ({ kind: "any", path, variable: "", condition: undefined })),
  ),
  filter: fc.oneof(
    { maxDepth: 4 },
    tie("condition"),
    fc.record({ kind: fc.constantFrom("and" as const, "or" as const), left: tie("filter"), right: tie("filter") }),
    fc.record({ kind: fc.constant("not" as const), operand: tie("filter") }),
  ),
}));

describe("parseFilter", () => {
  it("parser: reads each filter that the generator writes", () => {
    assertProperty(100, filter, (tree) => assert.deepEqual(asJson(parseFilter(formatFilter(tree))), asJson(tree)));
  });

  it("parser: keeps quoted text unchanged", () => {
    assertProperty(100, fc.string({ unit: "binary" }), (text) => {
      const wanted: Filter = {
        kind: "comparison",
        path: ["displayName"],
        operator: "eq",
        value: { kind: "string", text },
      };
      assert.deepEqual(parseFilter(`displayName eq ${quoted(text)}`), wanted);
    });
  });

  it("parser: any other text is refused with the service's 400", () => {
    assertProperty(100, fc.string({ unit: "grapheme" }), (text) => {
      try {
        parseFilter(text);
      } catch (error) {
        assert.ok(error instanceof EmulatedGraphError);
        assert.equal(error.status, 400);
      }
    });
  });

  it("parser: precedence is `not`, `and`, `or`", () => {
    const spelled = formatFilter(parseFilter("a eq 1 or not b eq 2 and c eq 3"));
    assert.equal(spelled, "(a eq 1 or (not (b eq 2) and c eq 3))");
  });

  for (const [text, message] of [
    ["displayName eq", /Syntax error at position 14/],
    ["displayName eq 'open", /unterminated string literal/],
    ["contains(displayName,'x')", /An unknown function with name 'contains'/],
    ["displayName is 'x'", /Syntax error/],
    ["(displayName eq 'x'", /Syntax error/],
    ["displayName eq 'x' displayName", /Syntax error/],
    ["", /Syntax error at position 0/],
    [`${"(".repeat(9000)}a eq 1${")".repeat(9000)}`, /Recursion depth exceeded/],
    ["not ".repeat(4000), /Recursion depth exceeded/],
  ] as const) {
    it(`parser: ${JSON.stringify(text.slice(0, 40))} is refused`, () =>
      assert.throws(() => parseFilter(text), message));
  }
});

/** Without the prototypes that fast-check varies. */
function asJson(tree: Filter): unknown {
  return JSON.parse(JSON.stringify(tree));
}
