/** What the judge of a rule needs to know of a query beside its operators. */
import type { ParsedQuery } from "../parser/parsedQuery";
import type { ParserGlobals } from "../parser/parserGlobals";
import type { OutputColumn, SyntaxNode } from "../parser/syntaxNode";
import { KustoTimespan } from "../executor/values/kustoValue";
import { literalValue } from "../executor/values/literalValue";
import type { QueryLookback } from "./judgedQuery";

const timeColumns: ReadonlySet<string> = new Set(["Timestamp", "TimeGenerated"]);

export function callName(call: SyntaxNode): string {
  return call.child("Name")?.text ?? "";
}

/** `Timestamp > ago(30d)`, `now() - 30d` or `datetime_add(…)`, also by a `let` name: where the query looks how far back. */
export function lookbacks({ text }: ParsedQuery, nodes: readonly SyntaxNode[]): QueryLookback[] {
  const spans = new Map(
    nodes.flatMap((node) => {
      const [name, value] = node.kind === "LetStatement" ? [node.child("Name"), node.child("Expression")] : [];
      return name === undefined || value === undefined ? [] : [[name.text, value] as const];
    }),
  );
  return nodes.flatMap((node) => {
    if (!/^(?:GreaterThan(?:OrEqual)?|Between)Expression$/.test(node.kind)) return [];
    const right = node.child("Right");
    const moment = right?.child("First") ?? right;
    if (moment === undefined || !timeColumns.has(node.child("Left")?.text ?? "")) return [];
    const hours = hoursBack(moment, (value) => spans.get(value.text) ?? value);
    return hours === undefined ? [] : [{ name: moment.text, hours, ...text.region(moment.start, moment.end) }];
  });
}

/** Hours of the parts that have a fixed length. */
const partHours: Readonly<Record<string, number>> = { week: 168, day: 24, hour: 1, minute: 1 / 60 };

/** @param named the value of a `let` name; another expression as it is */
function hoursBack(moment: SyntaxNode, named: (node: SyntaxNode) => SyntaxNode): number | undefined {
  const value = named(moment);
  const [first, amount, base] = value.callArguments();
  if (callName(value) === "datetime_add") {
    const hours = (partHours[String(first?.literal)] ?? NaN) * -Number(amount && named(amount).text);
    return base !== undefined && callName(named(base)) === "now" && hours > 0 ? hours : undefined;
  }
  const isBeforeNow = value.kind === "SubtractExpression" && callName(value.child("Left") ?? value) === "now";
  const span = callName(value) === "ago" ? first : isBeforeNow ? value.child("Right") : undefined;
  const literal = span && literalValue(named(span));
  return literal instanceof KustoTimespan ? Number(literal.ticks) / 36e9 : undefined;
}

/** Columns of EmailEvents that change after the event. */
const laterColumns: ReadonlySet<string> = new Set(["LatestDeliveryAction", "LatestDeliveryLocation"]);

/** What a stream of events doesn't have: columns that change later, and the text of a dynamic value. */
export function notStreamed(nodes: readonly SyntaxNode[]): SyntaxNode[] {
  return nodes.filter((node) => {
    if (node.kind === "NameReference") return laterColumns.has(node.referencedName ?? "");
    return (
      node.kind === "FunctionCallExpression" &&
      callName(node) === "tostring" &&
      node.callArguments()[0]?.scalarType === "dynamic"
    );
  });
}

/** Functions of the rows before and after, which have an order only behind `sort`, `top`, `range` and `serialize`. */
const orderedFunctions: ReadonlySet<string> = new Set([
  "row_number",
  "row_cumsum",
  "row_rank_dense",
  "row_rank_min",
  "row_window_session",
  "prev",
  "next",
]);

/**
 * Calls of these functions on rows without an order.
 * https://learn.microsoft.com/kusto/query/window-functions
 */
export function unorderedCalls({ globals }: ParsedQuery, nodes: readonly SyntaxNode[]): SyntaxNode[] {
  return nodes.flatMap((node) => {
    const [input, operator] = node.kind === "PipeExpression" ? [node.child("Expression"), node.child("Operator")] : [];
    if (input === undefined || operator === undefined || hasOrder(input, globals)) return [];
    if (!/^(?:Extend|Project|Filter|Summarize)Operator$/.test(operator.kind)) return [];
    return callsIn(operator).filter((call) => orderedFunctions.has(callName(call)));
  });
}

/** Whether rows have an order, or may have one. */
function hasOrder(table: SyntaxNode, globals: ParserGlobals): boolean {
  const inner = table.child("Expression");
  const kind = table.kind === "PipeExpression" ? (table.child("Operator")?.kind ?? "") : table.kind;
  if (/^(?:Extend|Filter|MvExpand|MvApply|Parse|ParseWhere|Project\w*|Take|As|Invoke)Operator$/.test(kind))
    return inner === undefined || hasOrder(inner, globals);
  if (kind === "ParenthesizedExpression" || kind === "MaterializeExpression")
    return inner === undefined || hasOrder(inner, globals);
  // Another name is that of a `let` statement, which may have an order.
  if (kind === "NameReference") return !table.refersTo(globals.tables);
  return !/^(?:Summarize|Join|Union|Distinct|Count|Lookup)Operator$/.test(kind);
}

/** Calls below a node, without those of queries in parentheses. */
function callsIn(node: SyntaxNode): SyntaxNode[] {
  if (node.kind === "PipeExpression") return [];
  const below = node.children.flatMap(callsIn);
  return node.kind === "FunctionCallExpression" ? [node, ...below] : below;
}

/** Aggregates that take a value of any row, each of another one. */
const singleAggregates = /^(?:max|min|any|take_any)(?:_?if)?$/;

/** The aggregate that the result's ReportId, or a Sentinel table's time, comes from alone: perhaps of another event. */
export function mixedEvent(columns: readonly OutputColumn[], nodes: readonly SyntaxNode[]): SyntaxNode | undefined {
  const summaries = nodes.filter(({ kind }) => kind === "SummarizeOperator");
  // The parser takes what take_any returns for the table's own column.
  const kept = summaries.length === 1 ? summaries.flatMap(callsIn).filter((call) => callName(call) === "take_any") : [];
  const isOf = (call: SyntaxNode, name: string) =>
    call
      .child("ArgumentList")
      ?.elements("Expressions")
      .some(({ text }) => text === name) === true;
  const [time, event] = [timeColumns, new Set(["ReportId", "ObservationId"])].map(
    (names) =>
      columns
        .filter(({ name }) => names.has(name))
        .map((column) => aggregateCall(column) ?? kept.find((call) => isOf(call, column.name)))[0],
  );
  if (event === undefined) return time !== undefined && isOf(time, "TimeGenerated") ? time : undefined;
  return time === undefined || time.text === event.text ? undefined : event;
}

function aggregateCall(column: OutputColumn): SyntaxNode | undefined {
  const [original] = column.originals;
  if (original !== undefined) return aggregateCall(original);
  const source = column.source?.child("Expression") ?? column.source;
  return source !== undefined && singleAggregates.test(callName(source)) ? source : undefined;
}
