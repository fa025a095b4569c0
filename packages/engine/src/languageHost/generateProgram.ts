import { status } from "@grpc/grpc-js";
import { GenerateProgramResponse, type GenerateProgramRequest } from "@pulumi/pulumi/proto/language_pb";
import { parsePcl, PclError, type Block, type Expression } from "./pcl";
import { StatusError } from "./status";

/**
 * The TypeScript for resources that `pulumi import` has just imported. It covers what the engine writes for them, plain
 * values, references and resource options; a whole program (`pulumi convert`) is more than this host can translate.
 */
export function generateProgram(request: GenerateProgramRequest): GenerateProgramResponse {
  const sources = request.getSourceMap().toArray();
  try {
    const program = typescriptFor(
      sources.flatMap(([, text]) => parsePcl(text)).filter(({ type }) => type !== "package"),
    );
    const response = new GenerateProgramResponse();
    response.getSourceMap().set("index.ts", Buffer.from(program));
    return response;
  } catch (error) {
    if (!(error instanceof PclError)) throw error;
    throw new StatusError(
      status.UNIMPLEMENTED,
      `this Node language host only writes code for imported resources (${error.message}); for more, the one of Pulumi's ` +
        `official download is needed (https://www.pulumi.com/docs/install/)`,
    );
  }
}

/** Packages whose alias in a program is not just their name in camelCase follow the same rule as the official host. */
function alias(packageName: string): string {
  return packageName.replace(/[^A-Za-z0-9_$]/g, "_");
}

function typescriptFor(blocks: Block[]): string {
  const imports = new Set(["pulumi"]);
  const statements = blocks.map((block) => statementFor(block, imports));
  return [
    ...[...imports].map((name) => `import * as ${alias(name)} from "@pulumi/${name}";`),
    "",
    ...statements,
    "",
  ].join("\n");
}

function statementFor(block: Block, imports: Set<string>): string {
  const [name = "", token = ""] = block.labels;
  const { logicalName, inputs } = splitLogicalName(block, name);
  const options = optionsOf(block);
  if (block.type === "component" && token === "") {
    const type = block.attributes.find(([attribute]) => attribute === "token")?.[1];
    const code = type === undefined ? "undefined" : expressionCode(type, 0);
    return `const ${identifier(name)} = new pulumi.ComponentResource(${code}, ${JSON.stringify(logicalName)}, {}${options});`;
  }
  if (block.type !== "resource") throw new PclError(`a ${block.type} block`);
  const { packageName, className } = classFor(token);
  imports.add(packageName);
  return `const ${identifier(name)} = new ${className}(${JSON.stringify(logicalName)}, ${objectCode(inputs, 0)}${options});`;
}

/** A resource whose name is no identifier carries its own as `__logicalName`. */
function splitLogicalName(block: Block, name: string): { logicalName: string; inputs: Block["attributes"] } {
  const given = block.attributes.find(([attribute]) => attribute === "__logicalName")?.[1];
  return {
    logicalName: given?.kind === "literal" && typeof given.value === "string" ? given.value : name,
    inputs: block.attributes.filter(([attribute]) => attribute !== "__logicalName"),
  };
}

function optionsOf(block: Block): string {
  const options = block.blocks.find(({ type }) => type === "options");
  if (options === undefined) return "";
  return `, ${objectCode(options.attributes, 0)}`;
}

/** `azuread:index/group:Group` → `azuread.Group`; `azure-native:resources:ResourceGroup` → `azure_native.resources.…`. */
function classFor(token: string): { packageName: string; className: string } {
  const [packageName = "", module = "", name = ""] = token.split(":");
  if (packageName === "pulumi" && module === "providers") {
    return { packageName: name, className: `${alias(name)}.Provider` };
  }
  if (packageName === "" || name === "") throw new PclError(`a resource of type ${JSON.stringify(token)}`);
  const [folder = ""] = module.split("/");
  const path = folder === "" || folder === "index" ? [] : [folder.replaceAll("-", "_")];
  return { packageName, className: [alias(packageName), ...path, name].join(".") };
}

function expressionCode(expression: Expression, depth: number): string {
  switch (expression.kind) {
    case "literal":
      return expression.value === null ? "undefined" : JSON.stringify(expression.value);
    case "reference": {
      const [root = "", ...rest] = expression.path.split(/(?=[.[])/);
      return identifier(root) + rest.join("");
    }
    case "list":
      if (expression.items.length === 0) return "[]";
      return lines(
        "[",
        expression.items.map((item) => expressionCode(item, depth + 1)),
        "]",
        depth,
      );
    case "object":
      return objectCode(expression.entries, depth);
    case "call":
      return callCode(expression.name, expression.arguments, depth);
  }
}

const functions: Record<string, string> = {
  secret: "pulumi.secret",
  unsecret: "pulumi.unsecret",
  toJSON: "pulumi.jsonStringify",
  fileAsset: "new pulumi.asset.FileAsset",
  stringAsset: "new pulumi.asset.StringAsset",
  remoteAsset: "new pulumi.asset.RemoteAsset",
  fileArchive: "new pulumi.asset.FileArchive",
  remoteArchive: "new pulumi.asset.RemoteArchive",
  assetArchive: "new pulumi.asset.AssetArchive",
};

function callCode(name: string, args: Expression[], depth: number): string {
  const known = functions[name];
  if (known === undefined) throw new PclError(`the function ${name}`);
  return `${known}(${args.map((argument) => expressionCode(argument, depth)).join(", ")})`;
}

function objectCode(entries: [string, Expression][], depth: number): string {
  if (entries.length === 0) return "{}";
  const members = entries.map(([key, value]) => `${propertyKey(key)}: ${expressionCode(value, depth + 1)}`);
  return lines("{", members, "}", depth);
}

function lines(open: string, items: string[], close: string, depth: number): string {
  const indent = "    ".repeat(depth + 1);
  return `${open}\n${items.map((item) => `${indent}${item},\n`).join("")}${"    ".repeat(depth)}${close}`;
}

function propertyKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

const reserved = new Set(
  (
    "arguments async await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package private " +
    "protected public return static super switch this throw true try typeof undefined var void while with yield pulumi"
  ).split(" "),
);

function identifier(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9_$]/g, "_");
  return reserved.has(safe) ? `_${safe}` : safe;
}
