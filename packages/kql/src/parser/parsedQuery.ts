import type { HuntingSchema } from "../schema/huntingSchema";
import { languageService } from "./languageService";
import { parserGlobals, takesTable, type ParserGlobals } from "./parserGlobals";
import { QueryText, type TextRegion } from "./queryText";
import { bridgeItems, outputColumns, SyntaxNode, type OutputColumn } from "./syntaxNode";

export interface ParserDiagnostic extends TextRegion {
  readonly code: string;
  /** `Error`, `Warning`, `Information` or `Suggestion`. */
  readonly severity: string;
  readonly message: string;
  /** Position in the text that the parser read, from 0. */
  readonly start: number;
}

/** A query that Microsoft's parser has read and bound against a schema. */
export interface ParsedQuery {
  readonly root: SyntaxNode;
  readonly columns: readonly OutputColumn[];
  readonly diagnostics: readonly ParserDiagnostic[];
  readonly globals: ParserGlobals;
  readonly text: QueryText;
}

export function parseQuery(query: string, schema: HuntingSchema): ParsedQuery {
  const { kusto } = languageService();
  const globals = parserGlobals(schema);
  const text = textForParser(query, schema);
  const code = kusto.KustoCode.ParseAndAnalyze(text.text, globals.globals);
  const diagnostics = bridgeItems(code.GetDiagnostics()).map(({ Code, Severity, Start, Length, Message }) => ({
    code: Code,
    severity: Severity,
    message: Message,
    start: Start,
    ...text.region(Start, Start + Length),
  }));
  const columns = outputColumns(code.ResultType ?? undefined, text.text) ?? [];
  return { root: new SyntaxNode(code.Syntax, text.text), columns, diagnostics, globals, text };
}

/** Whether a text alone is one query without errors of syntax. */
export function isQuery(text: string): boolean {
  const { kusto } = languageService();
  const code = kusto.KustoCode.Parse(text);
  const statements = new SyntaxNode(code.Syntax, text).elements("Statements").filter(({ isMissing }) => !isMissing);
  const queries = statements.filter(({ kind, text: source }) => kind === "ExpressionStatement" && source !== "");
  return queries.length === 1 && bridgeItems(code.GetDiagnostics()).every(({ Severity }) => Severity !== "Error");
}

/**
 * Quotes the bare column that Defender allows as an argument: `invoke FileProfile(SHA1, 1000)`. The
 * parser knows no such argument.
 */
function textForParser(query: string, schema: HuntingSchema): QueryText {
  const text = new QueryText(query);
  if (!/\binvoke\b/.test(text.text)) return text;
  const names = new Set(schema.functions.filter(({ parameters }) => takesTable(parameters)).map(({ name }) => name));
  const root = new SyntaxNode(languageService().kusto.KustoCode.Parse(text.text).Syntax, text.text);
  const columns = root.all().flatMap((node) => (node.kind === "InvokeOperator" ? bareColumn(node, names) : []));
  const insertions = columns.flatMap(({ start, end }) => [
    { at: start, text: '"' },
    { at: end, text: '"' },
  ]);
  return new QueryText(query, insertions);
}

function bareColumn(invoke: SyntaxNode, names: ReadonlySet<string>): SyntaxNode[] {
  const call = invoke.child("Function");
  if (call === undefined || !names.has(call.child("Name")?.text ?? "")) return [];
  const [first] = call.child("ArgumentList")?.elements("Expressions") ?? [];
  return first?.kind === "NameReference" ? [first] : [];
}
