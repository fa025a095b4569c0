import { VisibleError, messageOf } from "@defender-mssp/errors";
import { createRequire } from "node:module";
import path from "node:path";
import type { BridgeGlobals, BridgeLanguage, BridgeSymbols } from "./bridgeLanguage";

/** Microsoft's parser, loaded. */
export interface LanguageService {
  readonly kusto: BridgeLanguage;
  /** Names of the kinds of syntax elements, by number. */
  readonly kinds: ReadonlyMap<number, string>;
}

const parserName = "@kusto/language-service-next";

let service: LanguageService | undefined;

/**
 * Loads Microsoft's parser at the first call: about half a second and 150 MB. It sets the globals
 * `Bridge`, `Kusto` and `System`.
 * @throws VisibleError if the parser is missing, or is not the version that this package knows
 */
export function languageService(): LanguageService {
  service ??= checkedService(loadParser());
  return service;
}

/** The parser's name of a kind of syntax element, such as `FilterOperator`. */
export function kindName(kind: number): string {
  return languageService().kinds.get(kind) ?? String(kind);
}

/** The version of the installed parser, read without loading it. */
export function parserVersion(): string {
  return (createRequire(__filename)(`${parserName}/package.json`) as { version: string }).version;
}

function loadParser(): BridgeLanguage {
  const requireFrom = createRequire(__filename);
  try {
    const folder = path.dirname(requireFrom.resolve(`${parserName}/package.json`));
    for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) requireFrom(path.join(folder, file));
  } catch (error) {
    throw new VisibleError(`${parserName} cannot be loaded: ${messageOf(error)}. Run npm install ${parserName}@12.4.1`);
  }
  return (globalThis as unknown as { Kusto: { Language: BridgeLanguage } }).Kusto.Language;
}

/**
 * Calls each overload that this package uses and compares what it makes: a number that means another
 * overload in another version would otherwise judge queries wrongly.
 * @throws VisibleError with the names of the overloads that differ
 */
export function checkedService(kusto: BridgeLanguage): LanguageService {
  const problems = overloadChecks.filter(({ holds }) => !isTrue(() => holds(kusto))).map(({ name }) => name);
  if (problems.length > 0) {
    throw new VisibleError(
      `${parserName} is not version 12.4.1, which this package needs: ${problems.join(", ")} differ. Install that version.`,
    );
  }
  const kinds = Object.entries(kusto.Syntax.SyntaxKind).filter(([, value]) => typeof value === "number");
  return { kusto, kinds: new Map(kinds.map(([name, value]) => [value as number, name])) };
}

interface OverloadCheck {
  readonly name: string;
  readonly holds: (kusto: BridgeLanguage) => boolean;
}

export const overloadChecks: readonly OverloadCheck[] = [
  { name: "ColumnSymbol", holds: (kusto) => stringColumn(kusto.Symbols, "A").Type.Name === "string" },
  { name: "TableSymbol.$ctor4", holds: (kusto) => smallTable(kusto.Symbols).Columns?.getItem(0).Name === "A" },
  { name: "FunctionSymbol.$ctor16", holds: (kusto) => boundColumns(kusto, "T | invoke F('A')") === "A string, B int" },
  { name: "DatabaseSymbol.ctor", holds: (kusto) => smallGlobals(kusto) !== kusto.GlobalState.Default },
  { name: "KustoCode.Parse", holds: (kusto) => kusto.KustoCode.Parse("T").Syntax.ChildCount > 0 },
  { name: "KustoCode.ParseAndAnalyze", holds: (kusto) => boundColumns(kusto, "T | project C = 1") === "C long" },
  { name: "KustoCode.GetDiagnostics", holds: (kusto) => firstCode(kusto, "Missing | take 1") === "KS204 Error 0 7" },
];

function isTrue(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function stringColumn(symbols: BridgeSymbols, name: string) {
  return new symbols.ColumnSymbol(name, symbols.ScalarTypes.String ?? { Name: "" }, null, null, null, null);
}

function smallTable(symbols: BridgeSymbols) {
  return new symbols.TableSymbol.$ctor4("T", [stringColumn(symbols, "A")]);
}

function smallGlobals({ Symbols, GlobalState }: BridgeLanguage): BridgeGlobals {
  const body = "{ T | extend B = int(null) }";
  const addsColumn = new Symbols.FunctionSymbol.$ctor16("F", "(T:(*), x:string='A')", body, null);
  return GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("db", [smallTable(Symbols), addsColumn]));
}

function boundColumns(kusto: BridgeLanguage, text: string): string {
  const columns = kusto.KustoCode.ParseAndAnalyze(text, smallGlobals(kusto)).ResultType?.Columns;
  return Array.from({ length: columns?.Count ?? 0 }, (_, index) => columns?.getItem(index))
    .map((column) => `${column?.Name} ${column?.Type.Name}`)
    .join(", ");
}

function firstCode(kusto: BridgeLanguage, text: string): string {
  const diagnostic = kusto.KustoCode.ParseAndAnalyze(text, smallGlobals(kusto)).GetDiagnostics().getItem(0);
  return [diagnostic.Code, diagnostic.Severity, diagnostic.Start, diagnostic.Length].join(" ");
}
