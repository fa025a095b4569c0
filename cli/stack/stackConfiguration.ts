/**
 * Values of a stack's configuration, written into its file without changing anything else there.
 * `pulumi config set` writes the whole file anew: it drops formatting and turns an unquoted date
 * such as 2031-12-31 into a Go time.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, parse, parseDocument, type Document, type Pair, type YAMLMap } from "yaml";
import { readProject, stackFile } from "../../settings/project";
import { lineEnd, lineStart } from "./contentEnd";
import { runPulumi, type PulumiOptions } from "./pulumi";
import { writeStackFile } from "./writeStackFile";

export interface ConfigurationChanges {
  /** Stored in plain text, by key with namespace: a text, or a map of texts. */
  readonly plain?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** Encrypted by the stack's secrets provider, by key with namespace. */
  readonly secret?: Readonly<Record<string, string>>;
  /** Keys that are removed where they exist. */
  readonly remove?: readonly string[];
}

/** A value as the file has it: a text, a map (an encrypted value is one with `secure`), or none any more. */
type FileValue = string | Readonly<Record<string, string>> | undefined;

/** Top-level keys of the secrets provider, which the engine writes with the first secret. */
const encryptionKeys = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/**
 * Changes values of a stack's configuration.
 * @throws VisibleError when the engine can't encrypt a value, or the file can't be written.
 */
export async function changeConfiguration(
  stack: string,
  { plain = {}, secret = {}, remove = [] }: ConfigurationChanges,
  options: PulumiOptions,
): Promise<void> {
  const file = stackFile(await readProject(options.folder), stack);
  const text = await readFile(file, "utf8").catch(emptyIfMissing);
  const encrypted = await encryptedBy(stack, secret, text, options);
  const values: Record<string, FileValue> = {
    ...Object.fromEntries(remove.map((key) => [key, undefined])),
    ...plain,
    ...encrypted.values,
  };
  await writeStackFile(file, withValues(text, values, encrypted.provider));
}

/** The text of a stack's file with these values in `config`, and otherwise unchanged. */
export function withValues(
  text: string,
  values: Readonly<Record<string, FileValue>>,
  provider: Readonly<Record<string, string>> = {},
): string {
  const expected = expectedContent(text, values, provider);
  const spliced = splice(text, values, provider);
  if (spliced !== undefined && isDeepStrictEqual(contentOf(spliced), expected)) return spliced;
  // A layout that is not the engine's, such as a map in braces: written by the YAML library, which
  // keeps the rest.
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(provider)) document.set(key, value);
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) document.deleteIn(["config", key]);
    else document.setIn(["config", key], document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}

/** Lets the engine encrypt on a copy of the file. */
async function encryptedBy(
  stack: string,
  secrets: Readonly<Record<string, string>>,
  text: string,
  options: PulumiOptions,
): Promise<{ values: Record<string, FileValue>; provider: Record<string, string> }> {
  if (Object.keys(secrets).length === 0) return { values: {}, provider: {} };
  const folder = await mkdtemp(path.join(tmpdir(), "mssp-configuration-"));
  try {
    const copy = path.join(folder, "stack.yaml");
    await writeFile(copy, text, { mode: 0o600 });
    for (const [key, input] of Object.entries(secrets)) {
      const args = ["config", "set", "--stack", stack, "--config-file", copy, "--secret", key];
      await runPulumi(args, { ...options, input });
    }
    const content = contentOf(await readFile(copy, "utf8"));
    const config = (content["config"] ?? {}) as Record<string, FileValue>;
    return {
      values: Object.fromEntries(Object.keys(secrets).map((key) => [key, config[key]])),
      provider: Object.fromEntries(
        encryptionKeys.flatMap((key) => (typeof content[key] === "string" ? [[key, content[key]] as const] : [])),
      ),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function expectedContent(
  text: string,
  values: Readonly<Record<string, FileValue>>,
  provider: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const content = contentOf(text);
  const changed = { ...(content["config"] as Record<string, unknown> | null | undefined), ...values };
  const config = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
  return { ...content, ...provider, config };
}

/**
 * Replaces, removes and adds lines of a block map with a key on each line; undefined for another
 * layout.
 */
function splice(
  text: string,
  values: Readonly<Record<string, FileValue>>,
  provider: Readonly<Record<string, string>>,
): string | undefined {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const known = contentOf(text);
  const added = Object.entries(provider).filter(([key, value]) => known[key] !== value);
  const top = added.map(([key, value]) => `${key}: ${scalar(value)}${newline}`).join("");
  const base = text === "" || text.endsWith("\n") ? text : `${text}${newline}`;
  const document = parseDocument(base);
  if (!document.has("config")) return `${base}${top}config:${newline}${linesOf(values, "  ", newline)}`;
  const config = configMap(document);
  if (config === undefined) return undefined;
  const indent = indentOf(base, config);
  const kept = Object.fromEntries(Object.entries(values).filter(([key]) => !hasKey(config, key)));
  const last = endOfPair(base, config.items.at(-1));
  let result = `${base.slice(0, last)}${linesOf(kept, indent, newline)}${base.slice(last)}`;
  // From the end, so that the positions before it stay right.
  for (const pair of [...config.items].reverse()) {
    const key = keyOf(pair);
    if (key === undefined || !(key in values)) continue;
    const [from, to] = [startOfPair(base, pair), endOfPair(base, pair)];
    result = `${result.slice(0, from)}${linesOf({ [key]: values[key] }, indent, newline)}${result.slice(to)}`;
  }
  return `${top}${result}`;
}

function configMap(document: Document): YAMLMap | undefined {
  const config = document.get("config");
  return isMap(config) && config.flow !== true && config.items.length > 0 ? config : undefined;
}

function hasKey(map: YAMLMap, key: string): boolean {
  return map.items.some((pair) => keyOf(pair) === key);
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function indentOf(text: string, map: YAMLMap): string {
  const [first] = map.items;
  const start = first === undefined ? 0 : startOfPair(text, first);
  return /^[ ]*/.exec(text.slice(start))?.[0] ?? "";
}

/** The start of the line that a pair begins on. */
function startOfPair(text: string, { key }: Pair): number {
  return lineStart(text, isScalar(key) ? (key.range?.[0] ?? 0) : 0);
}

/** The end of the line that a pair ends on, with its line break. */
function endOfPair(text: string, pair: Pair | undefined): number {
  const { key, value } = pair ?? {};
  const node = (value ?? key) as { range?: readonly [number, number, number] | null } | undefined;
  return lineEnd(text, node?.range?.[1] ?? 0);
}

function linesOf(values: Readonly<Record<string, FileValue>>, indent: string, newline: string): string {
  return Object.entries(values)
    .map(([key, value]) => {
      if (value === undefined) return "";
      if (typeof value === "string") return `${indent}${key}: ${scalar(value)}${newline}`;
      const lines = Object.entries(value).map(([name, text]) => `${indent}  ${name}: ${scalar(text)}${newline}`);
      return `${indent}${key}:${newline}${lines.join("")}`;
    })
    .join("");
}

/** Quoted unless it can be nothing but a string: Go's YAML reads an unquoted time as one. */
function scalar(text: string): string {
  return /^[A-Za-z][\w:+/=.-]*[\w=]$/.test(text) && !/^(true|false|yes|no|on|off|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function contentOf(text: string): Record<string, unknown> {
  const content: unknown = parse(text, { logLevel: "error" });
  return typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {};
}

function emptyIfMissing(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
  throw error;
}
