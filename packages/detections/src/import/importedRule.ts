import { type JsonRecord } from "@defender-mssp/errors/json";
import type { RuleFile } from "../ruleFile/ruleFileSchema";

/** A rule of another format in this one, which may lack what that format does not have. */
export interface ImportedRule {
  /** Name of the file without its ending. */
  readonly name: string;
  readonly content: ImportedContent;
  /** What could not be carried over, or was assumed: a sentence each, without a full stop. */
  readonly notes: readonly string[];
  /** Lines for the comment of the file: keys of the other format with their values. */
  readonly comments?: readonly string[];
}

/** Says which keys are not carried over, and keeps them with their values. */
export function keptAsComments(source: JsonRecord, isKept: (key: string) => boolean, notes: string[]): string[] {
  const keys = Object.keys(source).filter(isKept);
  if (keys.length > 0) notes.push(`not carried over, kept as comments: ${keys.join(", ")}`);
  return keys.map((key) => `${key}: ${JSON.stringify(source[key])}`);
}

/** A rule file's keys, with whatever the other format has for them. */
export type ImportedContent = { readonly [Key in keyof RuleFile]?: unknown };

/** A rule's name in the characters that a file of rules may have. A long one ends with a whole word. */
export function importedName(text: string): string {
  const name = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/\s/.test(text) ? /(?!)/g : /(?<=[a-z0-9])(?=[A-Z][a-z])/g, "-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  const short =
    name.length > 60
      ? name
          .slice(0, 61)
          .replace(/(?<=.)-[^-]*$/, "")
          .slice(0, 60)
      : name;
  return short === "" ? "rule" : short;
}

export function textAt(fields: JsonRecord, key: string): string | undefined {
  const value = fields[key];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
