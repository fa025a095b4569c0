import type { QueryColumn } from "../schema/huntingSchema";
import type { BridgeColumn, BridgeElement, BridgeList, BridgeSymbol, BridgeType } from "./bridgeLanguage";
import { kindName } from "./languageService";

/** A node or a token of a query's syntax tree, without the parser's .NET objects. */
export class SyntaxNode {
  /** @param source the text that the parser read */
  constructor(
    private readonly element: BridgeElement,
    private readonly source: string,
  ) {}

  /** Kusto's name of the kind, such as `FilterOperator` or `IdentifierToken`. */
  get kind(): string {
    return kindName(this.element.Kind);
  }

  /** Position of the first character in the parsed text, from 0. */
  get start(): number {
    return this.element.TextStart;
  }

  get end(): number {
    return this.element.End;
  }

  get isToken(): boolean {
    return this.element.IsToken;
  }

  /** Whether the parser put the element in place of a missing one. */
  get isMissing(): boolean {
    return this.element.IsMissing;
  }

  /** The text, without white space and comments in front. */
  get text(): string {
    return this.source.slice(this.start, this.end);
  }

  /** White space and comments in front of a token. */
  get trivia(): string {
    return this.element.Trivia ?? "";
  }

  /** All children that are present, in the order of the text. */
  get children(): SyntaxNode[] {
    return Array.from({ length: this.element.ChildCount }, (_, index) => this.element.GetChild(index))
      .filter((child) => child !== null)
      .map((child) => new SyntaxNode(child, this.source));
  }

  /** The child of a name in the parser's grammar, such as `Condition`. */
  child(name: string): SyntaxNode | undefined {
    for (let index = 0; index < this.element.ChildCount; index++) {
      const child = this.element.GetName(index) === name ? this.element.GetChild(index) : null;
      if (child !== null) return new SyntaxNode(child, this.source);
    }
    return undefined;
  }

  /** The elements of a list, without the commas; empty if there is no such list. */
  elements(name: string): SyntaxNode[] {
    return (this.child(name)?.children ?? []).flatMap((element) =>
      element.kind === "SeparatedElement" ? element.children.filter(({ kind }) => !separators.has(kind)) : [element],
    );
  }

  /** Of the call of a function. */
  callArguments(): SyntaxNode[] {
    return this.child("ArgumentList")?.elements("Expressions") ?? [];
  }

  /** Name of a scalar result such as `long`; undefined for a table. */
  get scalarType(): string | undefined {
    const type = this.element.ResultType ?? undefined;
    return type?.Columns === undefined ? type?.Name : undefined;
  }

  /** Columns of a tabular result, or of an aggregate such as `arg_max` that has several; undefined for a scalar. */
  get columns(): OutputColumn[] | undefined {
    return outputColumns(this.element.ResultType ?? undefined, this.source);
  }

  /** Text of a token, without quotes and escapes. */
  get valueText(): string {
    return this.element.ValueText ?? this.text;
  }

  /** Name of the column, variable or function that the node refers to; undefined if it refers to none. */
  get referencedName(): string | undefined {
    return this.element.ReferencedSymbol?.Name;
  }

  /** Whether the node refers to a table of the schema. */
  refersTo(symbols: ReadonlySet<BridgeSymbol>): boolean {
    const symbol = this.element.ReferencedSymbol;
    return symbol !== null && symbol !== undefined && symbols.has(symbol);
  }

  /** Value of a literal, in .NET's types. */
  get literal(): unknown {
    return this.element.LiteralValue ?? undefined;
  }

  /** This node and all below it, in the order of the text. */
  all(): SyntaxNode[] {
    const nodes: SyntaxNode[] = [];
    this.collect(nodes);
    return nodes;
  }

  private collect(nodes: SyntaxNode[]): void {
    nodes.push(this);
    for (let index = 0; index < this.element.ChildCount; index++) {
      const child = this.element.GetChild(index);
      if (child !== null) new SyntaxNode(child, this.source).collect(nodes);
    }
  }
}

const separators: ReadonlySet<string> = new Set(["CommaToken", "SemicolonToken"]);

/** A column of a result, with its origin. */
export class OutputColumn implements QueryColumn {
  constructor(
    private readonly column: BridgeColumn,
    private readonly text: string,
  ) {}

  get name(): string {
    return this.column.Name;
  }

  get type(): string {
    return this.column.Type.Name;
  }

  /** Whether the column is one of these. */
  isOneOf(columns: ReadonlySet<BridgeSymbol>): boolean {
    return columns.has(this.column);
  }

  /** The columns that a join renamed or a union merged into this one. */
  get originals(): OutputColumn[] {
    return bridgeItems(this.column.OriginalColumns ?? undefined).map(
      (original) => new OutputColumn(original, this.text),
    );
  }

  /** The expression that computes the column. */
  get source(): SyntaxNode | undefined {
    return this.column.Source === null ? undefined : new SyntaxNode(this.column.Source, this.text);
  }
}

export function outputColumns(type: BridgeType | undefined, text: string): OutputColumn[] | undefined {
  return type?.Columns === undefined
    ? undefined
    : bridgeItems(type.Columns).map((column) => new OutputColumn(column, text));
}

export function bridgeItems<T>(items: BridgeList<T> | undefined): T[] {
  return Array.from({ length: items?.Count ?? 0 }, (_, index) => items?.getItem(index) as T);
}
