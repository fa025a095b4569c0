import { type JsonRecord } from "@defender-mssp/errors/json";
import type { RuleFile } from "../ruleFile/ruleFileSchema";

/** A rule of another format in this one, which may lack what that format does not have. */
export interface ImportedRule {
  /** Name of the file without its ending. */
  readonly name: string;
  readonly content: ImportedContent;
  /** What could not be carried over, or was assumed: a sentence each, without a full stop. */
  readonly notes: readonly string[];
}

/** A rule file's keys, with whatever the other format has for them. */
export type ImportedContent = { readonly [Key in keyof RuleFile]?: unknown };

/** A rule's name in the characters that a file of rules may have. */
export function importedName(text: string): string {
  const name = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/\s/.test(text) ? /(?!)/g : /(?<=[a-z0-9])(?=[A-Z][a-z])/g, "-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "rule" : name;
}

export function textAt(fields: JsonRecord, key: string): string | undefined {
  const value = fields[key];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** A text on one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
