/**
 * The objects of Microsoft's parser that this package uses. The parser is C# that Bridge.NET
 * translated to JavaScript, so its names are those of .NET. Only this folder knows them.
 */

/** An `IReadOnlyList` of .NET. */
export interface BridgeList<T> {
  readonly Count: number;
  getItem(index: number): T;
}

export interface BridgeSymbol {
  readonly Name: string;
}

export interface BridgeColumn extends BridgeSymbol {
  readonly Type: BridgeSymbol;
  /** The columns that a join renamed or a union merged into this one. */
  readonly OriginalColumns: BridgeList<BridgeColumn> | null;
  /** The expression that computes the column. */
  readonly Source: BridgeElement | null;
}

/** A scalar type has no `Columns`. */
export interface BridgeType extends BridgeSymbol {
  readonly Columns?: BridgeList<BridgeColumn>;
}

/** A node or a token of the syntax tree. */
export interface BridgeElement {
  readonly Kind: number;
  readonly IsToken: boolean;
  readonly IsMissing: boolean;
  readonly ChildCount: number;
  readonly TextStart: number;
  readonly Width: number;
  readonly End: number;
  /** Of a token: without quotes and escapes. */
  readonly ValueText?: string;
  /** White space and comments in front of a token. */
  readonly Trivia?: string;
  readonly ReferencedSymbol?: BridgeSymbol | null;
  readonly ResultType?: BridgeType | null;
  readonly LiteralValue?: unknown;
  GetChild(index: number): BridgeElement | null;
  GetName(index: number): string | null;
}

export interface BridgeDiagnostic {
  readonly Code: string;
  readonly Severity: string;
  readonly Start: number;
  readonly Length: number;
  readonly Message: string;
}

export interface BridgeCode {
  readonly Syntax: BridgeElement;
  readonly ResultType: BridgeType | null;
  GetDiagnostics(): BridgeList<BridgeDiagnostic>;
}

export interface BridgeGlobals {
  WithDatabase(database: BridgeSymbol): BridgeGlobals;
}

type Constructor<Arguments extends readonly unknown[], Result> = new (...args: Arguments) => Result;

/** Overloads of constructors have numbers, which change with the version of the parser. */
export interface BridgeSymbols {
  readonly ScalarTypes: Readonly<Record<string, BridgeSymbol | undefined>>;
  readonly ColumnSymbol: Constructor<[string, BridgeSymbol, null, null, null, null], BridgeColumn>;
  readonly TableSymbol: { readonly $ctor4: Constructor<[string, BridgeColumn[]], BridgeType> };
  readonly FunctionSymbol: { readonly $ctor16: Constructor<[string, string, string, null], BridgeSymbol> };
  readonly DatabaseSymbol: { readonly ctor: Constructor<[string, BridgeSymbol[]], BridgeSymbol> };
}

export interface BridgeLanguage {
  readonly Symbols: BridgeSymbols;
  readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, unknown>> };
  readonly GlobalState: { readonly Default: BridgeGlobals };
  readonly KustoCode: {
    Parse(text: string): BridgeCode;
    ParseAndAnalyze(text: string, globals: BridgeGlobals): BridgeCode;
  };
}
