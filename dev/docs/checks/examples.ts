/** Each `@example` of the components compiles against what `components/index.ts` exports. */
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/**
 * An example in a docstring: one of a class or function is a program, one of a property is a value.
 */
interface Example {
  readonly file: string;
  readonly line: number;
  /** Name of the class or function. */
  readonly of: string;
  readonly code: string;
}

/** The compiler's errors in the examples. */
export function brokenExamples(root: string): readonly string[] {
  const options = compilerOptions(root);
  const entry = path.posix.join(root, "components", "index.ts");
  const components = ts.createProgram([entry], options);
  const exported = exportsOf(components, entry);
  const examples = programExamples(root).filter(({ of }) => exported.includes(of));
  if (examples.length === 0) return ["no @example was found in components/"];
  const sources = new Map(
    examples.map((example, index) => [
      path.posix.join(root, `example${index + 1}.mts`),
      { example, text: programOf(example, exported) },
    ]),
  );
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.getSourceFile = (file, target, ...rest) => {
    const source = sources.get(file);
    return source === undefined
      ? onDisk.getSourceFile(file, target, ...rest)
      : ts.createSourceFile(file, source.text, target);
  };
  host.fileExists = (file) => sources.has(file) || onDisk.fileExists(file);
  host.readFile = (file) => sources.get(file)?.text ?? onDisk.readFile(file);
  const program = ts.createProgram([...sources.keys()], options, host, components);
  return [...sources].flatMap(([file, { example }]) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) =>
        `${example.file}:${example.line}: the @example doesn't compile: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}

export function exampleCount(root: string): number {
  return programExamples(root).length;
}

function programExamples(root: string): readonly Example[] {
  const folder = path.join(root, "components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.sort().flatMap((file) => examplesOf(path.join(folder, file), path.posix.join("components", file)));
}

function examplesOf(path_: string, file: string): readonly Example[] {
  const source = ts.createSourceFile(file, readFileSync(path_, "utf8"), ts.ScriptTarget.ES2022, true);
  return source.statements.flatMap((statement) =>
    ts
      .getJSDocTags(statement)
      .filter((tag) => tag.tagName.text === "example")
      .map((tag) => ({
        file,
        line: source.getLineAndCharacterOfPosition(tag.getStart()).line + 1,
        of: nameOf(statement),
        code: (ts.getTextOfJSDocComment(tag.comment) ?? "").replace(/^```\w*\n|\n```$/g, ""),
      })),
  );
}

/** What an example may use without declaring it: the reader's own resources and identifiers. */
const surroundings: Readonly<Record<string, string>> = {
  azuread: 'import * as azuread from "@pulumi/azuread";',
  pulumi: 'import * as pulumi from "@pulumi/pulumi";',
  tenantId: "declare const tenantId: string;",
  msspTenantId: "declare const msspTenantId: string;",
  customerTenantId: "declare const customerTenantId: string;",
  subscriptionId: "declare const subscriptionId: string;",
  groupObjectId: "declare const groupObjectId: string;",
  provider: 'declare const provider: import("@pulumi/azuread").Provider;',
  connector:
    'declare const connector: Required<Pick<import("./components/index.js").SiemConnector, ' +
    '"applicationId" | "clientId" | "clientSecret" | "clientSecretExpiresOn">>;',
};

/**
 * The example as a module of its own: with imports of what it uses, unless it has imports itself.
 */
function programOf({ code }: Example, exported: readonly string[]): string {
  const uses = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
  const declares = (name: string) => new RegExp(`\\b(?:const|class|as)\\s+${name}\\b`).test(code);
  const needed = Object.entries(surroundings).filter(([name]) => uses(name) && !declares(name));
  const imported = code.includes("import ") ? [] : exported.filter(uses);
  return [
    ...(imported.length === 0 ? [] : [`import { ${imported.join(", ")} } from "./components/index.js";`]),
    ...needed.map(([, declaration]) => declaration),
    code.replace(/from "defender-mssp[^"]*"/g, 'from "./components/index.js"'),
    "export {};",
  ].join("\n");
}

function exportsOf(program: ts.Program, entry: string): readonly string[] {
  const source = program.getSourceFile(entry);
  const symbol = source && program.getTypeChecker().getSymbolAtLocation(source);
  return symbol === undefined
    ? []
    : program
        .getTypeChecker()
        .getExportsOfModule(symbol)
        .map(({ name }) => name);
}

function compilerOptions(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.check.json"), (file) => ts.sys.readFile(file)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
}

function nameOf(statement: ts.Statement): string {
  const isNamed = ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement);
  return isNamed ? (statement.name?.text ?? "") : "";
}
