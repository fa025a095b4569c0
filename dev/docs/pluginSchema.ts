/**
 * `plugin/schema.json`: what the components look like to programs in other languages. Names, types
 * and descriptions are those of the TypeScript declarations, so the two cannot differ. `npm run
 * docs` writes it, `npm run docs:check` compares it.
 *
 * A closed set of strings becomes an enum, a union of objects a `oneOf`, `readonly` nothing. An
 * argument that is no `Input` is `plain`: its value must be known in a preview. Of a type that mixes
 * both, no property is plain, nor is a property that refers to it: plugin/mustBeKnown.ts. Functions, and resources as arguments, have no counterpart and are omitted.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { parse, stringify } from "yaml";
import {
  argumentsMadeByPlugin,
  exposedComponents,
  exposedResources,
  preparedComponentNames,
} from "../../plugin/exposed";
import { exposedFunctions } from "../../plugin/exposedFunctions";
import { mustBeKnown } from "../../plugin/mustBeKnown";
import type { FunctionSchema, PackageSchema, PropertySchema, ResourceSchema, TypeSchema } from "../../plugin/schema";
import { root } from "./files";

/** The schema as JSON. Made once: it takes the compiler some seconds. */
export function pluginSchema(): string {
  made ??= JSON.stringify(new SchemaOfComponents().schema(), undefined, 2);
  return made;
}

let made: string | undefined;

class SchemaOfComponents {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #exports: ReadonlyMap<string, ts.Symbol>;
  /** Types that are only for other languages. */
  readonly #exposed: ReadonlyMap<string, ts.Symbol>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #types: Record<string, TypeSchema> = {};
  /** Property names of each type, by its name. */
  readonly #keys = new Map<string, string>();

  constructor() {
    const entry = path.join(root, "components", "index.ts");
    const exposed = ["exposedArguments.ts", "exposedFunctions.ts"].map((file) => path.join(root, "plugin", file));
    const { config } = ts.readConfigFile(path.join(root, "tsconfig.check.json"), (file) => ts.sys.readFile(file)) as {
      config: object;
    };
    this.#program = ts.createProgram([entry, ...exposed], ts.parseJsonConfigFileContent(config, ts.sys, root).options);
    this.#checker = this.#program.getTypeChecker();
    this.#exports = this.#exportsFrom(entry);
    this.#exposed = new Map(exposed.flatMap((file) => [...this.#exportsFrom(file)]));
    this.#names = this.#namesOfUnions();
  }

  #exportsFrom(file: string): ReadonlyMap<string, ts.Symbol> {
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(file) as ts.Node);
    const exported = module === undefined ? [] : this.#checker.getExportsOfModule(module);
    return new Map(exported.map((symbol) => [symbol.name, this.#resolved(symbol)]));
  }

  schema(): PackageSchema {
    const names = [...Object.keys(exposedComponents), ...preparedComponentNames, ...exposedResources].sort();
    const resources = Object.fromEntries(names.map((name) => [`defender-mssp:index:${name}`, this.#resource(name)]));
    const functions = Object.fromEntries(
      Object.keys(exposedFunctions).map((name) => [`defender-mssp:index:${name}`, this.#function(name)]),
    );
    const types = Object.fromEntries(Object.entries(this.#types).sort(([a], [b]) => (a < b ? -1 : 1)));
    return withoutMixedTypes({
      ...aboutPackage(),
      meta: { moduleFormat: "(.*)" },
      language: languages,
      types,
      resources,
      functions,
    });
  }

  /** A function of plugin/exposedFunctions.ts, by its parameter and its result. */
  #function(name: string): FunctionSchema {
    const symbol = this.#exposed.get("exposedFunctions");
    const functions = symbol && this.#checker.getTypeOfSymbol(symbol);
    const property = functions?.getProperty(name);
    const [signature] = property === undefined ? [] : this.#checker.getTypeOfSymbol(property).getCallSignatures();
    const parameter = signature?.parameters[0];
    const result = signature && this.#unwrapped(signature.getReturnType());
    if (signature === undefined || parameter === undefined || result === undefined) {
      throw new Error(`${name} is no function with a parameter and a promise.`);
    }
    const context = `${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`;
    return {
      description: ts.displayPartsToString(signature.getDocumentationComment(this.#checker)),
      inputs: this.#properties(this.#checker.getTypeOfSymbol(parameter), context, false),
      outputs: this.#properties(result, `${context}Result`, false),
    };
  }

  #resource(name: string): ResourceSchema {
    const symbol = this.#exports.get(name);
    const declaration = symbol?.valueDeclaration;
    if (symbol === undefined || declaration === undefined) throw new Error(`components/index.ts exports no ${name}.`);
    const inputs = this.#properties(this.#argumentsOf(name, symbol, declaration), `${name}Args`, true);
    const outputs = this.#outputs(symbol, name);
    const isExposed = (preparedComponentNames as readonly string[]).includes(name);
    const isComponent = !(exposedResources as readonly string[]).includes(name);
    return {
      description: `${withoutFunctions(this.#docs(symbol))}${exampleText(name, inputs)}`,
      ...(isComponent ? { isComponent } : {}),
      // Those of an `Omit` are in no order that lasts.
      inputProperties: {
        ...(isExposed ? sorted(inputs.properties) : inputs.properties),
        ...(isComponent ? { stackIdentity: this.#stackIdentity() } : {}),
      },
      requiredInputs: inputs.required,
      properties: outputs.properties,
      required: outputs.required,
    };
  }

  #argumentsOf(name: string, symbol: ts.Symbol, declaration: ts.Declaration): ts.Type {
    const exposed = this.#member("ExposedArguments", name);
    if (exposed !== undefined) return exposed;
    const [signature] = this.#checker.getTypeOfSymbolAtLocation(symbol, declaration).getConstructSignatures();
    const parameter = signature?.parameters[1];
    if (parameter === undefined) throw new Error(`${name} takes no arguments.`);
    return this.#checker.getTypeOfSymbol(parameter);
  }

  /** Type of a property of an interface in plugin/exposedArguments.ts. */
  #member(owner: string, name: string): ts.Type | undefined {
    const symbol = this.#exposed.get(owner);
    const property = symbol && this.#checker.getDeclaredTypeOfSymbol(symbol).getProperty(name);
    return property && this.#checker.getTypeOfSymbol(property);
  }

  /** In TypeScript the declaration of a `StackIdentity` is enough. */
  #stackIdentity(): PropertySchema {
    const reference = this.#reference("StackIdentityOfComponent", () => ({
      type: "object",
      description: "The identity of the stack, which the marks of its objects in the customer's tenant name.",
      properties: {
        stackId: { type: "string", description: "`stackId` of the stack's `StackIdentity`." },
        msspTenantId: { type: "string", description: "The MSSP's tenant ID, which descriptions name." },
      },
      required: ["msspTenantId", "stackId"],
    }));
    const description =
      "Identity that marks the objects of this component.\n\nDefault: marks name project and stack only, so a stack of the same name in another backend takes them for its own.";
    return { ...reference, description };
  }

  /** The fields of a class that are declared as outputs. */
  #outputs(symbol: ts.Symbol, owner: string): Properties {
    const fields = this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(symbol)).filter((field) => {
      const declaration = field.valueDeclaration;
      return (
        declaration !== undefined &&
        ts.isPropertyDeclaration(declaration) &&
        declaration.parent === symbol.valueDeclaration &&
        declaration.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true
      );
    });
    return this.#propertiesOf(fields, owner, false);
  }

  #properties(type: ts.Type, owner: string, isInput: boolean): Properties {
    const symbols = this.#checker.getPropertiesOfType(type).filter(({ name }) => !isMadeByPlugin(name));
    return this.#propertiesOf(symbols, owner, isInput);
  }

  #propertiesOf(symbols: readonly ts.Symbol[], owner: string, isInput: boolean): Properties {
    const properties: Record<string, PropertySchema> = {};
    const required: string[] = [];
    for (const symbol of symbols) {
      const declared = this.#checker.getTypeOfSymbol(symbol);
      const context = `${owner.replace(/Args$/, "")}${symbol.name[0]?.toUpperCase() ?? ""}${symbol.name.slice(1)}`;
      const type = this.#type(this.#checker.getNonNullableType(declared), context, isInput);
      if (type === undefined) continue;
      const description = this.#docs(symbol);
      properties[symbol.name] = {
        ...type,
        ...(description === "" ? {} : { description }),
        // The convention of the docstrings: a secret is called one in a sentence of its own.
        ...(/\bA secret[.:]/.test(description) ? { secret: true } : {}),
      };
      if ((symbol.flags & ts.SymbolFlags.Optional) === 0 && !this.#mayBeUndefined(declared)) required.push(symbol.name);
    }
    return { properties, required: required.sort() };
  }

  #mayBeUndefined(type: ts.Type): boolean {
    const inner = this.#unwrapped(type) ?? type;
    return inner.isUnion() && inner.types.some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0);
  }

  /** The `T` of an `Input<T>` or an `Output<T>`; undefined of any other type. */
  #unwrapped(type: ts.Type): ts.Type | undefined {
    const name = type.getSymbol()?.name ?? "";
    if (["Promise", "OutputInstance"].includes(name))
      return this.#checker.getTypeArguments(type as ts.TypeReference)[0];
    if (!type.isUnionOrIntersection()) return undefined;
    return type.types.map((member) => this.#unwrapped(member)).find((member) => member !== undefined);
  }

  /** Undefined for what has no counterpart in another language. */
  #type(type: ts.Type, context: string, isInput: boolean): TypeSchema | undefined {
    const unwrapped = this.#unwrapped(type);
    if (unwrapped !== undefined) return this.#value(this.#checker.getNonNullableType(unwrapped), context, isInput);
    const value = this.#value(type, context, isInput);
    return value === undefined || !isInput ? value : { ...value, plain: true };
  }

  #value(type: ts.Type, context: string, isInput: boolean): TypeSchema | undefined {
    if ((type.flags & ts.TypeFlags.BooleanLike) !== 0) return { type: "boolean" };
    if ((type.flags & ts.TypeFlags.String) !== 0) return { type: "string" };
    if ((type.flags & ts.TypeFlags.Number) !== 0) return { type: "number" };
    if (type.isStringLiteral()) return { type: "string", const: type.value };
    // `remote-${string}` among fixed names is a text like any other.
    if (isTextPattern(type)) return { type: "string" };
    if ((type.flags & ts.TypeFlags.Unknown) !== 0) return { $ref: anyValue };
    if (type.isUnion()) return this.#union(type, context, isInput);
    if (this.#checker.isArrayType(type)) {
      const [element] = this.#checker.getTypeArguments(type as ts.TypeReference);
      const items = element && this.#type(element, context, isInput);
      return items && { type: "array", items };
    }
    if (type.getCallSignatures().length > 0 || type.getProperty("urn") !== undefined) return undefined;
    const values = type.getStringIndexType();
    if (values !== undefined) {
      const additionalProperties = this.#type(values, context, isInput);
      return additionalProperties && { type: "object", additionalProperties };
    }
    // The SDKs add `Args` to the name of an input type.
    const name = (this.#nameOf(type) ?? context).replace(/Args$/, "");
    const keys = keyOf(this.#checker.getPropertiesOfType(type).map((property) => property.name));
    if ((this.#keys.get(name) ?? keys) !== keys) throw new Error(`Types of different properties are called ${name}.`);
    this.#keys.set(name, keys);
    return this.#reference(name, () => ({ type: "object", ...this.#properties(type, context, isInput) }));
  }

  #union(type: ts.UnionType, context: string, isInput: boolean): TypeSchema {
    if (type.types.every((member) => member.isStringLiteral())) {
      const values = type.types.map((member) => member.value).sort();
      const name = this.#names.get(keyOf(values)) ?? context;
      return this.#reference(name, () => ({ type: "string", enum: values.map((value) => ({ value })) }));
    }
    const name = this.#nameOf(type) ?? context;
    const property = discriminatorOf(type, this.#checker);
    const members = type.types.map((member) => {
      const literal = property && this.#literalOf(member, property);
      const [first] = this.#checker.getPropertiesOfType(member);
      const ending = literal ?? first?.name ?? "";
      const ref = this.#value(member, `${name}${ending[0]?.toUpperCase() ?? ""}${ending.slice(1)}`, isInput);
      if (ref?.$ref === undefined) throw new Error(`${context}: a union of others than objects has no counterpart.`);
      return { literal, ref: { $ref: ref.$ref } };
    });
    const mapping = Object.fromEntries(members.map(({ literal, ref }) => [literal ?? "", ref.$ref]));
    return {
      oneOf: members.map(({ ref }) => ref),
      ...(property === undefined ? {} : { discriminator: { propertyName: property, mapping } }),
    };
  }

  #literalOf(member: ts.Type, property: string): string | undefined {
    const symbol = member.getProperty(property);
    const type = symbol && this.#checker.getTypeOfSymbol(symbol);
    return type?.isStringLiteral() === true ? type.value : undefined;
  }

  #reference(name: string, make: () => TypeSchema): TypeSchema {
    const token = `defender-mssp:index:${name}`;
    // Held by its name before its properties are made, in case one of them refers to it.
    if (this.#types[token] === undefined) {
      this.#types[token] = {};
      this.#types[token] = make();
    }
    return { $ref: `#/types/${token}` };
  }

  /** Name of an interface or a type alias. */
  #nameOf(type: ts.Type): string | undefined {
    const symbol = type.aliasSymbol ?? type.getSymbol();
    if (symbol === undefined || ["__type", "Readonly", "Record", "Partial"].includes(symbol.name)) return undefined;
    return symbol.name;
  }

  /** Names of the closed sets of strings: a property with `?` has lost its set's name. */
  #namesOfUnions(): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    for (const source of this.#program.getSourceFiles()) {
      if (source.isDeclarationFile || source.fileName.includes("/node_modules/@pulumi/")) continue;
      for (const alias of source.statements.filter(ts.isTypeAliasDeclaration)) {
        const type = this.#checker.getTypeAtLocation(alias);
        if (!type.isUnion() || !type.types.every((member) => member.isStringLiteral())) continue;
        const key = keyOf(type.types.map((member) => member.value));
        if (!names.has(key)) names.set(key, alias.name.text);
      }
    }
    return names;
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
  }

  /** The docstring with its default. */
  #docs(symbol: ts.Symbol): string {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    const fallback = symbol.getJsDocTags(this.#checker).find(({ name }) => name === "default")?.text;
    return [text, ...(fallback === undefined ? [] : [`Default: ${ts.displayPartsToString(fallback)}.`])]
      .join("\n\n")
      .trim();
  }
}

/** The first resource of the type in the YAML examples, as Pulumi's registry shows it; none where there is none. Throws where it isn't the schema's. */
function exampleText(name: string, { properties, required }: Properties): string {
  for (const { resources } of (examples ??= yamlExamples())) {
    const [found] = Object.entries(resources).filter(([, { type }]) => type === `defender-mssp:${name}`);
    if (found === undefined) continue;
    const given = Object.keys(found[1].properties);
    const wrong = [
      ...given.filter((key) => !(key in properties) && key !== "stackIdentity"),
      ...required.filter((key) => !given.includes(key)),
    ];
    if (wrong.length > 0) throw new Error(`The example of ${name} has too much or too little: ${wrong.join(", ")}.`);
    const text = stringify({ resources: Object.fromEntries([found]) });
    return `\n\n{{% examples %}}\n## Example Usage\n{{% example %}}\n\n\`\`\`yaml\n${text}\`\`\`\n{{% /example %}}\n{{% /examples %}}`;
  }
  return "";
}

interface YamlProgram {
  readonly resources: Readonly<Record<string, { readonly type: string; readonly properties: object }>>;
}

let examples: readonly YamlProgram[] | undefined;

/** Programs that the tests run on the engine. */
function yamlExamples(): YamlProgram[] {
  const folder = path.join(root, "examples");
  return readdirSync(folder)
    .filter((name) => name.endsWith("-yaml"))
    .map((name) => parse(readFileSync(path.join(folder, name, "Pulumi.yaml"), "utf8")) as YamlProgram);
}

/** What the package is, by the checkout's package.json. */
function aboutPackage() {
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly description: string;
    readonly license: string;
    readonly homepage?: string;
    readonly repository?: string | { readonly url: string };
  };
  const { version, description, license, homepage, repository } = manifest;
  return {
    name: "defender-mssp",
    displayName: "Microsoft Defender for MSSPs",
    version,
    description,
    keywords: ["pulumi", "kind/component", "category/cloud", "microsoft-defender", "mssp"],
    ...(homepage === undefined ? {} : { homepage }),
    license,
    ...(repository === undefined ? {} : { repository: typeof repository === "string" ? repository : repository.url }),
    publisher: "defender-mssp",
  };
}

/**
 * Names in the generated SDKs. They are on no registry. The Go path begins with a domain that RFC
 * 2606 reserves, so nobody can serve a module of this path.
 */
const languages = {
  csharp: { rootNamespace: "Mssp", respectSchemaVersion: true },
  go: {
    importBasePath: "defender-mssp.example/sdk/go/defendermssp",
    rootPackageName: "defendermssp",
    generateExtraInputTypes: true,
    respectSchemaVersion: true,
  },
  java: { basePackage: "mssp", buildFiles: "gradle" },
  nodejs: { packageName: "@defender-mssp/sdk", respectSchemaVersion: true },
  python: { packageName: "defender_mssp", pyproject: { enabled: true }, respectSchemaVersion: true },
} as const;

/** Turns `plain` into the plugin's own mark in each type that mixes it, and where one is used. */
function withoutMixedTypes(schema: PackageSchema): PackageSchema {
  const mixed = new Set(
    Object.entries(schema.types)
      .filter(([, { properties = {} }]) => new Set(Object.values(properties).map(mustBeKnown)).size > 1)
      .map(([token]) => `#/types/${token}`),
  );
  const refersToMixed = ({ $ref = "", items, additionalProperties, oneOf = [] }: TypeSchema): boolean =>
    mixed.has($ref) ||
    [items, additionalProperties, ...oneOf].some((type) => type !== undefined && refersToMixed(type));
  const marked = (property: PropertySchema): PropertySchema =>
    mustBeKnown(property)
      ? { ...withoutPlain(property), language: { plugin: { mustBeKnown: true } } }
      : withoutPlain(property);
  const changed = (properties: Readonly<Record<string, PropertySchema>>, isMixed: boolean) =>
    Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        isMixed || refersToMixed(property) ? marked(property) : property,
      ]),
    );
  const types = Object.entries(schema.types).map(([token, type]) => [
    token,
    type.properties === undefined
      ? type
      : { ...type, properties: changed(type.properties, mixed.has(`#/types/${token}`)) },
  ]);
  const resources = Object.entries(schema.resources).map(([token, resource]) => [
    token,
    { ...resource, inputProperties: changed(resource.inputProperties, false) },
  ]);
  return {
    ...schema,
    types: Object.fromEntries(types) as PackageSchema["types"],
    resources: Object.fromEntries(resources) as PackageSchema["resources"],
  };
}

function withoutPlain<T extends TypeSchema>({ plain: _, items, ...type }: T): Omit<T, "plain"> {
  return { ...type, ...(items === undefined ? {} : { items: withoutPlain(items) }) } as Omit<T, "plain">;
}

/** Without sentences on the functions that the plugin calls itself, such as `prepareDelegation`. */
function withoutFunctions(description: string): string {
  return description.replaceAll(/\s*`prepare\w+` [^.]*\./g, "").trim();
}

function sorted<T>(properties: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Any value, in Pulumi's own schema. */
const anyValue = "pulumi.json#/Any";

function isTextPattern(type: ts.Type): boolean {
  const isText = ({ flags }: ts.Type) => (flags & (ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringLiteral)) !== 0;
  const members = type.isUnion() ? type.types : [type];
  return members.every(isText) && members.some(({ flags }) => (flags & ts.TypeFlags.TemplateLiteral) !== 0);
}

interface Properties {
  readonly properties: Record<string, PropertySchema>;
  readonly required: string[];
}

function isMadeByPlugin(name: string): boolean {
  return (argumentsMadeByPlugin as readonly string[]).includes(name);
}

function keyOf(values: readonly string[]): string {
  return [...values].sort().join("|");
}

/** The property that has another literal in each member of a union. */
function discriminatorOf(type: ts.UnionType, checker: ts.TypeChecker): string | undefined {
  const [first] = type.types;
  const candidates = first === undefined ? [] : checker.getPropertiesOfType(first).map(({ name }) => name);
  return candidates.find((name) =>
    type.types.every((member) => {
      const symbol = member.getProperty(name);
      return symbol !== undefined && checker.getTypeOfSymbol(symbol).isStringLiteral();
    }),
  );
}
