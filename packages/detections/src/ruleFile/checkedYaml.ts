/** Reads a YAML file and checks it against a schema, with the place of each problem. */
import { closest, distance } from "fastest-levenshtein";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Scalar } from "yaml";
import type * as z from "zod/mini";
import { valueAt } from "@defender-mssp/errors/json";
import type { FilePlace, QueryPlace } from "./detectionRuleFile";
import type { RuleProblem } from "./ruleProblem";

/** A problem at a key, without its place in the file. */
export interface LimitProblem {
  readonly path: readonly (string | number)[];
  readonly what: string;
  readonly remedy: string;
  readonly level?: "warning";
  /** Line of the query's text, from 1, where the problem is. */
  readonly queryLine?: number;
}

export interface YamlChecks<Content> {
  readonly schema: z.ZodMiniType<Content>;
  /** What the file is, for a file that is no map: "a rule". */
  readonly noun: string;
  /** Problems that no schema can see. `isValid` says whether the schema accepts what is at a path. */
  readonly more: (
    raw: Readonly<Record<string, unknown>>,
    isValid: (path: readonly (string | number)[]) => boolean,
  ) => readonly LimitProblem[];
}

export interface CheckedYaml<Content> {
  /** Undefined if the file has an error. */
  readonly content?: Content;
  /** What the file holds, also with errors; undefined if it is no map. */
  readonly raw?: Readonly<Record<string, unknown>>;
  readonly problems: readonly RuleProblem[];
  readonly placeOfKey: (path: readonly (string | number)[]) => FilePlace;
  readonly placeInQuery: QueryPlace;
}

const top: FilePlace = { line: 1, column: 1 };

/** @param content the file's bytes, or its text. */
export function checkedYaml<Content>(
  content: Uint8Array | string,
  place: { readonly name: string; readonly file: string },
  { schema, noun, more }: YamlChecks<Content>,
): CheckedYaml<Content> {
  const whole = (what: string, remedy: string, { line, column } = top): CheckedYaml<Content> => ({
    problems: [{ file: place.file, rule: place.name, line, column, key: "", what, remedy, level: "error" }],
    placeOfKey: () => top,
    placeInQuery: () => top,
  });
  const tooDeep = () =>
    whole("not valid YAML: nested too deeply, or too many aliases", "Write the values without aliases");
  const decoded = decodedText(content);
  if (typeof decoded !== "string") return whole(decoded.fault, "Save the file as UTF-8");
  const text = decoded.replace(/^\ufeff/, "");
  const lines = new LineCounter();
  const at = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let document: Document.Parsed;
  let raw: unknown;
  try {
    document = parseDocument(text, { lineCounter: lines, logLevel: "error", prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined && /call stack/.test(error.message)) return tooDeep();
    if (error !== undefined)
      return whole(`not valid YAML: ${yamlReason(error.message)}`, yamlRemedy(error.message), at(error.pos[0]));
    raw = document.toJS({ maxAliasCount: 100 });
  } catch {
    return tooDeep();
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    return whole("no map of keys", `Write ${noun} as \`npx mssp docs detections\` shows`);
  const placeOfKey = (path: readonly PropertyKey[]) => at(offsetAt(document.contents, path));
  const query = isMap(document.contents) ? document.contents.get("queryText", true) : undefined;
  const placeInQuery = queryPlace(query, text, at);
  const checked = schema.safeParse(raw);
  const issues = checked.success ? [] : checked.error.issues;
  const isValid = (path: readonly (string | number)[]) => !issues.some((issue) => overlaps(issue.path, path));
  const findings: readonly LimitProblem[] = [
    ...issues.flatMap((issue) => problemsOfSchema(issue, raw, schema)),
    ...more(raw as Readonly<Record<string, unknown>>, isValid),
  ];
  const problems = findings
    .map(({ path, what, remedy, level, queryLine }): RuleProblem => {
      return {
        file: place.file,
        rule: place.name,
        ...(queryLine === undefined ? placeOfKey(path) : placeInQuery(queryLine)),
        key: pathText(path),
        what,
        remedy,
        level: level ?? "error",
      };
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const isFaulty = !checked.success || problems.some(({ level }) => level === "error");
  return {
    ...(isFaulty ? {} : { content: checked.data }),
    raw: raw as Readonly<Record<string, unknown>>,
    problems,
    placeOfKey,
    placeInQuery,
  };
}

function decodedText(content: Uint8Array | string): string | { readonly fault: string } {
  if (typeof content === "string") return content;
  const [first, second] = content;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { fault: "the file is UTF-16" };
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return { fault: "the file is not UTF-8" };
  }
}

function yamlReason(message: string): string {
  const [first = ""] = message.split("\n");
  return first.replace(/ at line \d+, column \d+:?$/, "").replace(/\.$/, "");
}

function yamlRemedy(message: string): string {
  if (/Map keys must be unique/.test(message)) return "Remove one of the two keys";
  if (/multiple documents/.test(message)) return "Write one rule a file";
  if (/Nested mappings/.test(message)) return 'Put a value that contains ": " in quotes';
  return "Correct the YAML here";
}

/** A problem of the schema, without its place in the file. */
function problemsOfSchema(issue: z.core.$ZodIssue, raw: object, schema: z.core.$ZodType): LimitProblem[] {
  const path = issue.path as readonly (string | number)[];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(path, schema);
    return issue.keys.map((unknown) => ({
      path: [...path, unknown],
      what: `${shownKey(unknown)} is no key here`,
      remedy: nearestKey(unknown, known),
    }));
  }
  const value = valueAt(raw, path);
  const allowed =
    issue.message === "Invalid input" || issue.message.startsWith("Invalid") ? kindOfIssue(issue) : issue.message;
  if (value === undefined) return [{ path, what: "is missing", remedy: `Write ${allowed}` }];
  return [{ path, what: `${shownValue(value)} is not accepted`, remedy: `Write ${allowed}` }];
}

function kindOfIssue(issue: z.core.$ZodIssue): string {
  const { expected } = issue as { readonly expected?: string };
  if (expected === "array") return "a list";
  if (expected === "object" || expected === "record") return "a map";
  return "another value";
}

function nearestKey(unknown: string, known: readonly string[]): string {
  const name = unknown.slice(0, 100);
  const nearest = known.length === 0 ? undefined : closest(name, [...known]);
  if (nearest !== undefined && distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, nearest.length / 3))
    return `Write ${nearest}`;
  return known.length === 0 ? "Remove it" : `The keys here are ${known.join(", ")}`;
}

/** The keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[], root: z.core.$ZodType): readonly string[] {
  let schema: unknown = root;
  for (const part of path) {
    const { def } = unwrapped(schema);
    schema = typeof part === "number" ? def.element : (def.shape?.[String(part)] ?? def.valueType);
  }
  return Object.keys(unwrapped(schema).def.shape ?? {});
}

interface SchemaParts {
  readonly def: {
    readonly shape?: Readonly<Record<string, unknown>>;
    readonly element?: unknown;
    readonly valueType?: unknown;
    readonly innerType?: unknown;
  };
}

function unwrapped(schema: unknown): SchemaParts {
  let parts = schema as SchemaParts | undefined;
  while (parts?.def.innerType !== undefined) parts = parts.def.innerType as SchemaParts;
  return parts ?? { def: {} };
}

function overlaps(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((part, index) => part === b[index]);
}

/** A value on one line, shortened, without characters that a terminal acts on. */
function shownValue(value: unknown): string {
  const text = JSON.stringify(value);
  const visible = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "�");
  return visible.length > 60 ? `${visible.slice(0, 57)}…` : visible;
}

function shownKey(key: string): string {
  return /^[\w.-]{1,60}$/.test(key) ? key : shownValue(key);
}

/** `alertTemplate.tactics[0].tactic` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${shownKey(String(part))}`,
    )
    .join("");
}

/** Offset of a key, or of the nearest key above it. */
function offsetAt(contents: unknown, path: readonly PropertyKey[]): number {
  let node = contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      if (node === undefined) return offset;
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** In a literal block each line of the query is a line of the file; elsewhere all places are the query's start. */
function queryPlace(query: unknown, text: string, at: (offset: number) => FilePlace): QueryPlace {
  const scalar = query as Scalar<string> | undefined;
  const start = at(startOf(scalar) ?? 0);
  if (scalar?.type !== "BLOCK_LITERAL" || typeof scalar.value !== "string") return () => start;
  const fileLines = text.split("\n");
  const queryLines = scalar.value.split("\n");
  const firstWithText = queryLines.findIndex((line) => line.trim() !== "");
  const fileLine = (fileLines[start.line + firstWithText] ?? "").replace(/\r$/, "");
  const indent = Math.max(0, fileLine.length - (queryLines[firstWithText] ?? "").length);
  return (line, column = 1) => ({ line: start.line + line, column: column + indent });
}
