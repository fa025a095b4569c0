import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

export const packageManagers = ["npm", "pnpm", "yarn", "bun"] as const;
export type PackageManagerName = (typeof packageManagers)[number];

/** `runtime.options` of Pulumi.yaml, PulumiPolicy.yaml or PulumiPlugin.yaml. */
export interface RuntimeOptions {
  /** Whether ts-node compiles the program while it is loaded. @default true */
  typescript: boolean;
  /** Path of the tsconfig.json to use; empty for the project's own. */
  tsconfig: string;
  /** Arguments for the Node process, already split into words. */
  nodeargs: string[];
  /** `auto` decides by the lock files. @default "auto" */
  packagemanager: PackageManagerName | "auto";
  /** Whether `pulumi install` leaves out development dependencies. @default false */
  production: boolean;
}

/**
 * Reads the options that the engine passes on; throws naming the option that has a wrong type or
 * value.
 */
export function parseRuntimeOptions(struct: Struct | undefined): RuntimeOptions {
  const options = struct?.toJavaScript() ?? {};
  const packagemanager = ofType(options, "packagemanager", "string", "auto");
  if (packagemanager !== "auto" && !isPackageManager(packagemanager)) {
    throw new Error(
      `packagemanager option must be one of auto, npm, yarn, pnpm or bun, got ${JSON.stringify(packagemanager)}`,
    );
  }
  return {
    typescript: ofType(options, "typescript", "boolean", true),
    tsconfig: ofType(options, "tsconfig", "string", ""),
    nodeargs: splitWords(ofType(options, "nodeargs", "string", "")),
    packagemanager,
    production: ofType(options, "production", "boolean", false),
  };
}

/** The environment variables by which the SDK's runners are told about TypeScript. */
export function typeScriptEnvironment(options: RuntimeOptions): Record<string, string> {
  return {
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/**
 * Splits as a shell does: blanks separate; quotes and backslashes keep them; throws on an unclosed
 * quote.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const next = text.charAt(index + 1);
    if (quote === "'") {
      if (character === quote) quote = "";
      else word = (word ?? "") + character;
    } else if (character === "\\" && next !== "" && (quote === "" || next === '"' || next === "\\")) {
      word = (word ?? "") + next;
      index++;
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word = (word ?? "") + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") throw new Error(`nodeargs option has an unclosed ${quote}: ${text}`);
  if (word !== undefined) words.push(word);
  return words;
}

interface TypeNames {
  string: string;
  boolean: boolean;
}

function ofType<T extends keyof TypeNames>(
  options: Record<string, unknown>,
  name: string,
  type: T,
  fallback: TypeNames[T],
): TypeNames[T] {
  const value = options[name];
  if (value === undefined) return fallback;
  if (typeof value !== type) throw new Error(`${name} option must be a ${type}`);
  return value as TypeNames[T];
}

function isPackageManager(name: string): name is PackageManagerName {
  return (packageManagers as readonly string[]).includes(name);
}
