/** Reads the names that source files declare, for the rules about names in CONTRIBUTING.md. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A name that a file declares. */
export interface DeclaredName {
  readonly name: string;
  readonly kind: "type" | "function" | "variable" | "value";
  readonly isExported: boolean;
  readonly line: number;
}

export interface SourceNames {
  /** Path from the top of the checkout, with `/`. */
  readonly file: string;
  readonly names: readonly DeclaredName[];
}

/** Names of variables that say nothing about what they hold. */
export const vagueNames = ["one", "found", "there", "wanted", "kept", "known", "given"] as const;

/** Files whose name is a role, not the name of an export. */
const roleNames = ["index", "command", "main"];

/** Files named after what they are about: a resource of Graph; readers of JSON, times, escaping. */
const subjectFolders = /^packages\/(microsoft\/src\/graph|errors\/src)\//;

/** The names of every source file of the product and its packages, without tests. */
export function sourceNames(checkout: string): SourceNames[] {
  const output = execFileSync("git", ["ls-files", "-z", "--", "*.ts", "*.tsx"], { cwd: checkout, encoding: "utf8" });
  return output
    .split("\0")
    .filter((file) => file !== "" && !/(^|\/)test\/|\.d\.ts$|^(examples|templates)\//.test(file))
    .filter((file) => existsSync(path.join(checkout, file)))
    .map((file) => ({ file, names: declaredNames(file, readFileSync(path.join(checkout, file), "utf8")) }));
}

export function declaredNames(file: string, text: string): DeclaredName[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const names: DeclaredName[] = [];
  const add = (name: ts.Node, kind: DeclaredName["kind"], isExported: boolean) => {
    if (!ts.isIdentifier(name)) return;
    const { line } = source.getLineAndCharacterOfPosition(name.getStart(source));
    names.push({ name: name.text, kind, isExported, line: line + 1 });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) add(node.name, "type", isExported(node));
    else if ((ts.isClassDeclaration(node) || ts.isEnumDeclaration(node)) && node.name !== undefined)
      add(node.name, "type", isExported(node));
    else if (ts.isFunctionDeclaration(node) && node.name !== undefined) add(node.name, "function", isExported(node));
    else if (ts.isMethodDeclaration(node)) add(node.name, "function", false);
    else if (ts.isVariableDeclaration(node)) addVariable(node, add);
    else if (ts.isParameter(node) || ts.isBindingElement(node)) add(node.name, "variable", false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

function addVariable(
  node: ts.VariableDeclaration,
  add: (name: ts.Node, kind: DeclaredName["kind"], isExported: boolean) => void,
): void {
  const { initializer } = node;
  const isFunction =
    initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));
  const statement = node.parent.parent;
  const exported = ts.isVariableStatement(statement) && isExported(statement);
  add(node.name, isFunction ? "function" : exported ? "value" : "variable", exported);
}

function isExported(node: ts.HasModifiers): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
}

/** Exported types that more than one file declares: the files by the type's name. */
export function repeatedTypes(sources: readonly SourceNames[]): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, Set<string>>();
  for (const { file, names } of sources)
    for (const { name, kind, isExported: exported } of names)
      if (exported && kind === "type") files.set(name, (files.get(name) ?? new Set()).add(file));
  return new Map(
    [...files].filter(([, declaring]) => declaring.size > 1).map(([name, set]) => [name, [...set].sort()]),
  );
}

/** A name against a rule, and its place. */
export interface NamePlace {
  readonly file: string;
  readonly line: number;
  readonly name: string;
}

/** Rules whose number of exceptions may only fall, by their key in ratchet.json. */
export const countedRules = {
  functionsNamedOf: (sources: readonly SourceNames[]) =>
    places(sources, ({ kind, name }) => kind === "function" && /[a-z0-9]Of$/.test(name)),
  vagueVariables: (sources: readonly SourceNames[]) =>
    places(
      sources,
      ({ kind, name }) => (kind === "variable" || kind === "value") && vagueNames.some((vague) => vague === name),
    ),
  filesNamedOtherwise: (sources: readonly SourceNames[]) =>
    sources.flatMap(({ file, names }) => {
      const base = path.basename(file).replace(/\.tsx?$/, "");
      const [first, ...others] = names.filter(({ isExported: exported }) => exported);
      if (first === undefined || roleNames.includes(base) || subjectFolders.test(file)) return [];
      const isNamed = [first, ...others].some(({ name }) => name.toLowerCase() === base.toLowerCase());
      return isNamed ? [] : [{ file, line: first.line, name: base }];
    }),
} satisfies Readonly<Record<string, (sources: readonly SourceNames[]) => NamePlace[]>>;

function places(sources: readonly SourceNames[], isCounted: (name: DeclaredName) => boolean): NamePlace[] {
  return sources.flatMap(({ file, names }) => names.filter(isCounted).map(({ name, line }) => ({ file, line, name })));
}
