/**
 * JSON Schemas of the documents that `--json` prints. The shape of a document is the type of what
 * the command hands to `writeJson`, so that no second description of it can differ.
 */
import path from "node:path";
import { commandOfDocument, jsonKey } from "@defender-mssp/terminal/jsonDocument";
import ts from "typescript";
import { buildGenerator, type Definition, type JsonSchemaGenerator } from "typescript-json-schema";
import { root } from "./files";

/** Functions that write a document, and which of their arguments are the command and the content. */
const writers: Readonly<Record<string, { readonly command: number; readonly content: number }>> = {
  writeJson: { command: 1, content: 2 },
  writeJsonLine: { command: 1, content: 2 },
  jsonDocument: { command: 0, content: 1 },
};

/** The generator with the two members by which it makes a schema of a type that has no name. */
interface TypeGenerator {
  getTypeDefinition(type: ts.Type, asRef: boolean): Definition;
  readonly ReffedDefinitions: Record<string, Definition>;
}

interface WrittenContent {
  readonly command: string;
  readonly type: ts.Type;
}

/** The schemas by the commands' names, such as `fleet list`. */
export function jsonSchemas(): ReadonlyMap<string, Definition> {
  const program = sourceProgram();
  const checker = program.getTypeChecker();
  const sources = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName));
  for (const source of sources) markAbsentProperties(source, checker);
  const contents = sources
    .filter(({ fileName }) => isSource(fileName))
    .flatMap((file) => writtenContents(file, checker));
  const generator = quietly(() =>
    buildGenerator(program as never, {
      ref: true,
      required: true,
      strictNullChecks: true,
      ignoreErrors: true,
    }),
  ) as unknown as (JsonSchemaGenerator & TypeGenerator) | null;
  if (generator === null) throw new Error("typescript-json-schema made no generator");
  const commands = [...new Set(contents.map(({ command }) => command))].sort();
  return new Map(
    commands.map((command) => {
      const types = contents.filter((content) => content.command === command).map(({ type }) => type);
      return [command, quietly(() => documentSchema(command, types, generator, checker))];
    }),
  );
}

/** The generator warns of each property whose value it can't take for a default. None is wanted. */
function quietly<Result>(make: () => Result): Result {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}

function documentSchema(
  command: string,
  types: readonly ts.Type[],
  generator: TypeGenerator,
  checker: ts.TypeChecker,
): Definition {
  const key: Definition = {
    type: "object",
    properties: { [jsonKey(command)]: { const: 1 } },
    required: [jsonKey(command)],
  };
  const results = types.map((type): Definition => {
    const content = generator.getTypeDefinition(type, true);
    return namesItself(type, checker) ? content : { allOf: [key, content] };
  });
  const failure: Definition = {
    description: "A failure: nothing of the result.",
    type: "object",
    properties: {
      [jsonKey(command)]: { const: 1 },
      error: { type: "object", properties: { message: { type: "string" } }, required: ["message"] },
      exitCode: { type: "integer", minimum: 1 },
    },
    required: [jsonKey(command), "error", "exitCode"],
  };
  const anyOf = [...unique(results), failure];
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `npx mssp ${commandOfDocument(command)} --json`,
    anyOf,
    definitions: definitionsIn(anyOf, generator.ReffedDefinitions),
  };
  // A value at the place of the call is no default.
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === "default" ? undefined : value)),
  ) as Definition;
}

/** The definitions that the schemas name, and those that these name. */
function definitionsIn(
  schemas: readonly Definition[],
  all: Readonly<Record<string, Definition>>,
): Record<string, Definition> {
  const named = new Set<string>();
  const follow = (schema: unknown): void => {
    for (const [, name = ""] of JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
      const decoded = decodeURIComponent(name);
      if (named.has(decoded)) continue;
      named.add(decoded);
      follow(all[decoded]);
    }
  };
  follow(schemas);
  return Object.fromEntries([...named].sort().map((name) => [name, all[name] ?? {}]));
}

/** Content such as a report, whose own key names the document. */
function namesItself(type: ts.Type, checker: ts.TypeChecker): boolean {
  const parts = type.isUnion() ? type.types : [type];
  return parts.every((part) => checker.getPropertiesOfType(part).some(({ name }) => /^mssp[A-Z]\w*$/.test(name)));
}

function writtenContents(file: ts.SourceFile, checker: ts.TypeChecker): WrittenContent[] {
  const contents: WrittenContent[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
    const writer = writers[node.expression.text];
    const command = writer && node.arguments[writer.command];
    const content = writer && node.arguments[writer.content];
    if (command === undefined || content === undefined) return;
    const type = checker.getTypeAtLocation(content);
    contents.push(...textsAt(command, checker).map((name) => ({ command: name, type })));
  };
  visit(file);
  return contents;
}

/** The texts that an argument can be: a literal, or a template with one part of a closed set. */
function textsAt(node: ts.Expression, checker: ts.TypeChecker): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  const span = ts.isTemplateExpression(node) ? node.templateSpans[0] : undefined;
  if (!ts.isTemplateExpression(node) || span === undefined) throw new Error(`${node.getText()} names no command`);
  const type = checker.getTypeAtLocation(span.expression);
  return (type.isUnion() ? type.types : [type]).map((part) => {
    if (!part.isStringLiteral()) throw new Error(`${node.getText()} is no closed set of commands`);
    return `${node.head.text}${part.value}${span.literal.text}`;
  });
}

/** The sources of the commands, with the packages' sources in place of what was built of them. */
function sourceProgram(): ts.Program {
  const config = path.join(root, "tsconfig.check.json");
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
    { noEmit: true },
    config,
  );
  return ts.createProgram({ rootNames: fileNames.filter(isSource), options });
}

function isSource(file: string): boolean {
  const place = path.relative(root, file).split(path.sep).join("/");
  return /^(?:cli|packages\/siem\/src)\//.test(place);
}

function isOwn(file: string): boolean {
  return file.startsWith(`${root}/`) && !file.includes("/node_modules/");
}

/**
 * Marks declared properties that may be undefined as optional: JSON leaves them out. The generator
 * looks for them where this version of TypeScript does not keep them.
 */
function markAbsentProperties(source: ts.SourceFile, checker: ts.TypeChecker): void {
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isPropertySignature(node)) return;
    const type = checker.getTypeAtLocation(node);
    const symbol = checker.getSymbolAtLocation(node.name);
    const canBeUndefined = type.isUnion() && type.types.some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0);
    if (symbol !== undefined && canBeUndefined) symbol.flags |= ts.SymbolFlags.Optional;
  };
  visit(source);
}

function unique(schemas: readonly Definition[]): readonly Definition[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}
