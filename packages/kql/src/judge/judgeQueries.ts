import { parseQuery, type ParsedQuery } from "../parser/parsedQuery";
import type { OutputColumn, SyntaxNode } from "../parser/syntaxNode";
import { defenderSchema } from "../schema/defenderSchema";
import type { HuntingSchema } from "../schema/huntingSchema";
import type { JudgedQuery, QueryFinding, QueryWord } from "./judgedQuery";

/**
 * Reads queries with Microsoft's parser and binds them against a schema. The first call loads the
 * parser: about two seconds of processor time, then 10 to 50 milliseconds a query. Judge all
 * queries of a run in one process.
 * @throws VisibleError if the parser can't be loaded
 */
export function judgeQueries(queries: readonly string[], schema: HuntingSchema = defenderSchema()): JudgedQuery[] {
  return queries.map((query) => judgeQuery(query, schema));
}

function judgeQuery(query: string, schema: HuntingSchema): JudgedQuery {
  const parsed = parseQuery(query, schema);
  const nodes = parsed.root.all();
  const findings = queryFindings(parsed);
  const isBound = findings.every(({ severity }) => severity !== "error");
  return {
    findings,
    columns: isBound ? parsed.columns.map(({ name, type }) => ({ name, type })) : [],
    tables: namesOnce(
      nodes.filter((node) => node.refersTo(parsed.globals.tables)).map((node) => node.referencedName ?? ""),
    ),
    unaltered: isBound ? unalteredColumns(parsed, selectedTogether(nodes)) : [],
    operators: words(parsed, nodes.filter(isOperator), operatorName),
    functions: words(
      parsed,
      nodes.filter(({ kind }) => kind === "FunctionCallExpression"),
      functionName,
    ),
    lets: words(
      parsed,
      nodes.filter(({ kind }) => kind === "LetStatement"),
      () => "let",
    ),
    comments: comments(parsed, nodes),
  };
}

function queryFindings(parsed: ParsedQuery): QueryFinding[] {
  const statements = statementFindings(parsed);
  const fromParser = parserFindings(parsed);
  if (statements.length === 0) return fromParser;
  return [...fromParser.filter(({ code, message }) => code !== "KS005" || !message.includes(";")), ...statements];
}

function parserFindings({ diagnostics }: ParsedQuery): QueryFinding[] {
  return diagnostics.flatMap(({ code, severity, message, line, column }): QueryFinding[] => {
    if (severity !== "Error" && severity !== "Warning") return [];
    const sentence = `${message}${advice(code)}`;
    return [{ code, severity: severity === "Error" ? "error" : "warning", message: sentence, line, column }];
  });
}

/** What to do about a diagnostic whose own words don't say it. */
function advice(code: string): string {
  if (code === "KS204" || code === "KS142") return " Names of tables and columns are case-sensitive.";
  return "";
}

function statementFindings({ root, text }: ParsedQuery): QueryFinding[] {
  const queries = root
    .elements("Statements")
    .filter(({ kind, isMissing }) => kind === "ExpressionStatement" && !isMissing);
  const [first, second] = queries;
  if (first === undefined || first.text === "") {
    const message = "The text holds no query. End it with a query that returns rows.";
    return [{ code: "KQL001", severity: "error", message, line: 1, column: 1 }];
  }
  if (second === undefined) return [];
  const message = "A second query begins here: a rule is one query. Put the other one in a rule of its own.";
  return [{ code: "KQL002", severity: "error", message, ...text.place(second.start) }];
}

function namesOnce(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** Functions that return one of the values that they read. */
const selectingAggregates: ReadonlySet<string> = new Set([
  "arg_max",
  "arg_min",
  "max",
  "min",
  "take_any",
  "any",
  "take_anyif",
]);

function unalteredColumns({ columns, globals }: ParsedQuery, together: ReadonlySet<string>): string[] {
  const isUnaltered = (column: OutputColumn, name: string): boolean => {
    if (column.name !== name) return false;
    if (column.isOneOf(globals.columns)) return true;
    const originals = column.originals;
    if (originals.length > 0) return originals.every((original) => isUnaltered(original, name));
    return column.source === undefined ? together.has(name) : selects(column.source, name);
  };
  return columns.filter((column) => isUnaltered(column, column.name)).map(({ name }) => name);
}

/** Names that `(A, B) = arg_max(A, B)` gives to the columns of the same names: the parser keeps no source of them. */
function selectedTogether(nodes: readonly SyntaxNode[]): ReadonlySet<string> {
  const compounds = nodes.filter(({ kind }) => kind === "CompoundNamedExpression");
  return new Set(
    compounds.flatMap((compound) => {
      const call = compound.child("Expression");
      if (call === undefined || !selectingAggregates.has(functionName(call))) return [];
      const selected = call.child("ArgumentList")?.elements("Expressions") ?? [];
      const names = compound.child("Names")?.elements("Names") ?? [];
      return names.map(({ text }) => text).filter((name, index) => selected[index]?.text === name);
    }),
  );
}

/** Whether an expression is the column itself, or an aggregate that returns one of its values. */
function selects(source: SyntaxNode, name: string): boolean {
  const expression = source.child("Expression") ?? source;
  if (expression.kind === "NameReference") return expression.text === name;
  if (expression.kind !== "FunctionCallExpression" || !selectingAggregates.has(functionName(expression))) return false;
  const columns = expression.child("ArgumentList")?.elements("Expressions") ?? [];
  return columns.some((argument) => argument.kind === "NameReference" && argument.text === name);
}

function words(parsed: ParsedQuery, nodes: readonly SyntaxNode[], name: (node: SyntaxNode) => string): QueryWord[] {
  return nodes.map((node) => ({ name: name(node), ...parsed.text.place(node.start) }));
}

const sourceOperators: ReadonlySet<string> = new Set([
  "DataTableExpression",
  "ExternalDataExpression",
  "MaterializeExpression",
]);

function isOperator({ kind }: SyntaxNode): boolean {
  return kind.endsWith("Operator") || sourceOperators.has(kind);
}

function operatorName(operator: SyntaxNode): string {
  const [keyword] = operator.all().filter(({ isToken }) => isToken);
  return keyword?.text ?? operator.kind;
}

function functionName(call: SyntaxNode): string {
  return call.child("Name")?.text ?? "";
}

function comments({ text }: ParsedQuery, nodes: readonly SyntaxNode[]): QueryWord[] {
  return nodes
    .filter(({ isToken }) => isToken)
    .flatMap((token) =>
      [...token.trivia.matchAll(/\/\/[^\r\n]*/g)].map(({ 0: comment, index }) => ({
        name: comment,
        ...text.place(token.start - token.trivia.length + index),
      })),
    );
}
