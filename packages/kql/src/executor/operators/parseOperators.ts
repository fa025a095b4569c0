/** `parse` and `parse-where`: columns out of a text by a pattern. */
import type { SyntaxNode } from "../../parser/syntaxNode";
import type { QueryColumn } from "../../schema/huntingSchema";
import { eachRow, type OperatorRun, type OperatorStep } from "../evaluator";
import { convert, toText } from "../values/convert";
import { engineExpression, type RegularExpression } from "../values/regularExpression";
import { emptyValue, type KustoRow, type KustoValue } from "../values/kustoValue";
import { namedParameters } from "./namedParameters";

interface ParsePattern {
  readonly expression: RegularExpression;
  readonly columns: readonly QueryColumn[];
}

const typePatterns: Readonly<Partial<Record<string, string>>> = {
  long: "\\s*[+-]?\\d+",
  int: "\\s*[+-]?\\d+",
  real: "\\s*[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?",
};

/** In `relaxed` a value that isn't of its type is null; in `simple` the row then matches nothing. */
function parseRows(step: OperatorStep): {
  readonly columns: readonly QueryColumn[];
  readonly values: (KustoValue[] | undefined)[];
} {
  const { node, input, scope, evaluator } = step;
  const kind = namedParameters(node, ["kind"], evaluator).get("kind") ?? "simple";
  const source = node.child("Expression");
  if (source === undefined || !/^(simple|relaxed)$/.test(kind)) throw evaluator.unsupported(node, `parse kind=${kind}`);
  const { expression, columns } = parsePattern(node.elements("Patterns"), step, kind === "relaxed");
  const texts = eachRow(input.rows, evaluator.expression(source, scope.over(input.columns)));
  const values = texts.map((text) =>
    expression
      .first(toText(text))
      ?.groups.slice(1)
      .map((part, index) => convert(part, columns[index]?.type ?? "string")),
  );
  return { columns, values };
}

function parsePattern(parts: readonly SyntaxNode[], step: OperatorStep, isRelaxed: boolean): ParsePattern {
  const columns: QueryColumn[] = [];
  let source = "^";
  for (const [index, part] of parts.entries()) {
    if (part.kind === "StarExpression") {
      source += index === parts.length - 1 ? anything : `${anything}?`;
      continue;
    }
    const column = patternColumn(part);
    if (column === undefined) source += literalPattern(part, step);
    else {
      columns.push(column);
      const typed = isRelaxed ? undefined : typePatterns[column.type];
      source += `(${typed ?? (index === parts.length - 1 ? anything : `${anything}?`)})`;
    }
  }
  return { expression: engineExpression(`${source}$`), columns };
}

const anything = "(?s:.)*";

function patternColumn(part: SyntaxNode): QueryColumn | undefined {
  if (part.kind === "NameDeclaration") return { name: part.referencedName ?? part.text, type: "string" };
  if (part.kind !== "NameAndTypeDeclaration") return undefined;
  const name = part.child("Name");
  return { name: name?.referencedName ?? name?.text ?? "", type: part.child("Type")?.text ?? "string" };
}

function literalPattern(part: SyntaxNode, { scope, evaluator }: OperatorStep): string {
  return toText(evaluator.constant(part, scope)).replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** A row that doesn't match gets empty columns. */
const parse: OperatorRun = (step) => {
  const { columns, values } = parseRows(step);
  return withColumns(step, columns, values, step.input.rows);
};

/** Only rows that match stay. */
const parseWhere: OperatorRun = (step) => {
  const { columns, values } = parseRows(step);
  const isMatch = (_: unknown, index: number) => values[index] !== undefined;
  return withColumns(
    step,
    columns,
    values.filter((row) => row !== undefined),
    step.input.rows.filter(isMatch),
  );
};

function withColumns(
  { input }: OperatorStep,
  parsed: readonly QueryColumn[],
  values: readonly (KustoValue[] | undefined)[],
  rows: readonly KustoRow[],
) {
  const added = parsed.filter(({ name }) => !input.columns.some((column) => column.name === name));
  const types = new Map(parsed.map(({ name, type }) => [name, type]));
  const columns = [...input.columns.map(({ name, type }) => ({ name, type: types.get(name) ?? type })), ...added];
  return {
    columns,
    rows: rows.map((row, index) =>
      columns.map(({ name, type }, position) => {
        const at = parsed.findIndex((column) => column.name === name);
        return at < 0 ? (row[position] ?? null) : (values[index]?.[at] ?? emptyValue(type));
      }),
    ),
  };
}

export const parseOperators = {
  ParseOperator: parse,
  ParseWhereOperator: parseWhere,
} satisfies Readonly<Record<string, OperatorRun>>;
