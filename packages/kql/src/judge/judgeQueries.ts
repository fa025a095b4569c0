import { isQuery, parseQuery, type ParsedQuery } from "../parser/parsedQuery";
import type { OutputColumn, SyntaxNode } from "../parser/syntaxNode";
import { defenderSchema } from "../schema/defenderSchema";
import type { HuntingSchema, HuntingTable } from "../schema/huntingSchema";
import type { JudgedQuery, QueryFinding, QueryWord } from "./judgedQuery";
import { patternFindings } from "./patternFindings";
import { newerNames, unknownName, unknownNameCode } from "./unknownNames";
import { callName, lookbacks, mixedEvent, notStreamed, unorderedCalls } from "./ruleFacts";

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
  const tables = tablesRead(parsed, nodes, schema);
  const findings = queryFindings(parsed, nodes, tables, schema);
  const isBound = findings.every(({ severity, code }) => severity !== "error" && code !== unknownNameCode);
  const mixed = isBound ? mixedEvent(parsed.columns, nodes) : undefined;
  return {
    findings,
    columns: isBound ? parsed.columns.map(({ name, type }) => ({ name, type })) : [],
    tables,
    unaltered: isBound ? unalteredColumns(parsed, selectedTogether(nodes)) : [],
    operators: words(parsed, nodes.filter(isOperator), operatorName),
    functions: words(
      parsed,
      nodes.filter(({ kind }) => kind === "FunctionCallExpression"),
      callName,
    ),
    lets: words(
      parsed,
      nodes.filter(({ kind }) => kind === "LetStatement"),
      () => "let",
    ),
    comments: comments(parsed, nodes),
    clientStatements: words(
      parsed,
      nodes.filter(({ kind }) => /^(?:SetOption|QueryParameters)Statement$/.test(kind)),
      ({ kind }) => (kind === "SetOptionStatement" ? "set" : "declare query_parameters"),
    ),
    lookbacks: lookbacks(parsed, nodes),
    notStreamed: words(parsed, notStreamed(nodes), ({ text }) => text),
    mixedEvents: words(parsed, mixed === undefined ? [] : [mixed], ({ text }) => text),
  };
}

/** Names of the tables that the query reads, once each: also those that a name with `*` stands for. */
function tablesRead(
  { globals }: ParsedQuery,
  nodes: readonly SyntaxNode[],
  { tables }: HuntingSchema,
): readonly string[] {
  const named = nodes.filter((node) => node.refersTo(globals.tables)).map((node) => node.referencedName ?? "");
  const patterns = wildcards(nodes).map(({ text }) => new RegExp(`^${text.replaceAll("*", ".*")}$`));
  const matched = tables.filter(({ name }) => patterns.some((pattern) => pattern.test(name))).map(({ name }) => name);
  return [...new Set([...named, ...matched])];
}

function wildcards(nodes: readonly SyntaxNode[]): SyntaxNode[] {
  return nodes
    .filter(({ kind }) => kind === "UnionOperator" || kind === "FindInClause")
    .flatMap((sources) => sources.elements("Expressions"))
    .filter(({ kind, text }) => kind === "NameReference" && text.includes("*"));
}

function wildcardFinding(parsed: ParsedQuery, { text, start, end }: SyntaxNode): QueryFinding {
  const message = `${text} reads every table of such a name, also one that Microsoft adds later. Name the tables.`;
  return { code: "KQL008", severity: "warning", message, ...parsed.text.region(start, end) };
}

/** A text with two queries has one finding, whatever else the parser says of it. */
function queryFindings(
  parsed: ParsedQuery,
  nodes: readonly SyntaxNode[],
  tables: readonly string[],
  schema: HuntingSchema,
): QueryFinding[] {
  const statements = statementFindings(parsed);
  if (statements.length > 0) return statements;
  const unordered = unorderedCalls(parsed, nodes).map((call): QueryFinding => {
    const message = `${callName(call)}() needs rows in an order. Put sort or serialize in front of it.`;
    return { code: "KQL005", severity: "error", message, ...parsed.text.region(call.start, call.end) };
  });
  const wide = wildcards(nodes).map((node) => wildcardFinding(parsed, node));
  return [...parserFindings(parsed, nodes, tables, schema), ...unordered, ...patternFindings(parsed, nodes), ...wide];
}

/** The parser binds no names of a query with a chain of some hundred operators. The service has no such limit in a document. */
const tooDeep = "KS245";

function parserFindings(
  parsed: ParsedQuery,
  nodes: readonly SyntaxNode[],
  read: readonly string[],
  schema: HuntingSchema,
): QueryFinding[] {
  const { diagnostics } = parsed;
  const { tables, asOf = "" } = schema;
  const newer = newerNames(parsed, nodes, schema);
  const [firstNewer] = newer;
  const ofQuery = tables.filter(({ name }) => read.includes(name));
  return diagnostics.flatMap(({ code, severity, message, start, ...region }): QueryFinding[] => {
    if (severity !== "Error" && severity !== "Warning") return [];
    if (newer.some((diagnostic) => diagnostic.start === start && diagnostic.code === code)) {
      const name = unknownName(message) ?? "";
      const sentence = `The name '${name}' is not in Microsoft's tables and functions of ${asOf}. If it is newer, judge with the tenant's own: --hunting-schema.`;
      return [{ ...region, code: unknownNameCode, severity: "warning", message: sentence }];
    }
    const sentence = `${message}${advice(code, message, tables, ofQuery)}`;
    // What follows a table or function that nobody knows has columns that nobody knows.
    const isAfterNewer = code === "KS142" && firstNewer !== undefined && firstNewer.start < start;
    const isError = severity === "Error" && code !== tooDeep && !isAfterNewer;
    return [{ ...region, code, severity: isError ? "error" : "warning", message: sentence }];
  });
}

/** What to do about a diagnostic whose own words don't say it. */
function advice(
  code: string,
  message: string,
  tables: readonly HuntingTable[],
  ofQuery: readonly HuntingTable[],
): string {
  if (code === "KS204" || code === "KS142") {
    const written = /'([^']+)'/.exec(message)?.[1] ?? "";
    // A column of a table that the query does not read is no advice.
    const sources = ofQuery.length > 0 ? ofQuery : tables;
    const names = [...tables, ...sources.flatMap(({ columns }) => columns)].map(({ name }) => name);
    // A name that a table has was projected away.
    const isOwn = names.includes(written);
    const meant = isOwn ? undefined : names.find((name) => name.toLowerCase() === written.toLowerCase());
    const sentinel = meant === "AccountUpn" ? ", which Sentinel's IdentityInfo has as AccountUPN" : "";
    return `${meant === undefined ? "" : ` Did you mean ${meant}${sentinel}?`} Names of tables and columns are case-sensitive.`;
  }
  if (code === tooDeep)
    return " Names and types were not judged. Write in (…) or has_any (…) in place of a long chain of or.";
  return "";
}

function statementFindings({ root, text, diagnostics }: ParsedQuery): QueryFinding[] {
  const queries = root
    .elements("Statements")
    .filter(({ kind, isMissing }) => kind === "ExpressionStatement" && !isMissing);
  const [first, second] = queries;
  if (first === undefined || first.text === "") {
    const message = "The text holds no query. End it with a query that returns rows.";
    return [{ code: "KQL001", severity: "error", message, ...text.region(0, 0) }];
  }
  const isFaulty = diagnostics.some(({ severity }) => severity === "Error");
  const start = second?.start ?? (isFaulty ? secondStart(text.text) : undefined);
  if (start === undefined) return [];
  const message = "A second query begins here: a rule is one query. Put the other one in a rule of its own.";
  return [{ code: "KQL002", severity: "error", message, ...text.region(start, second?.end ?? text.text.length) }];
}

/** Most blank lines at which a faulty text is cut. */
const cuts = 20;

/** Where the parser reads two queries as one with an error, as behind the list of `project`: a blank line with a query on both sides. */
function secondStart(text: string): number | undefined {
  const blank = [...text.matchAll(/\n[ \t\r]*\n(?:\s|\/\/[^\n]*)*(?=[A-Za-z_(])/g)].slice(0, cuts);
  return blank
    .map(({ 0: gap, index }) => index + gap.length)
    .find((start) => isQuery(text.slice(0, start)) && isQuery(text.slice(start)));
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
      if (call === undefined || !selectingAggregates.has(callName(call))) return [];
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
  if (expression.kind !== "FunctionCallExpression" || !selectingAggregates.has(callName(expression))) return false;
  const columns = expression.child("ArgumentList")?.elements("Expressions") ?? [];
  return columns.some((argument) => argument.kind === "NameReference" && argument.text === name);
}

function words(parsed: ParsedQuery, nodes: readonly SyntaxNode[], name: (node: SyntaxNode) => string): QueryWord[] {
  return nodes.map((node) => ({ name: name(node), ...parsed.text.region(node.start, node.end) }));
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

function comments({ text }: ParsedQuery, nodes: readonly SyntaxNode[]): QueryWord[] {
  return nodes
    .filter(({ isToken }) => isToken)
    .flatMap((token) =>
      [...token.trivia.matchAll(/\/\/[^\r\n]*/g)].map(({ 0: comment, index }) => ({
        name: comment,
        ...text.region(
          token.start - token.trivia.length + index,
          token.start - token.trivia.length + index + comment.length,
        ),
      })),
    );
}
