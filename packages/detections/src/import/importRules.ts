/** Makes rule files of other formats: Graph's JSON, Sentinel's YAML and ARM, queries of `sigma convert`. */
import { parseDocument, stringify } from "yaml";
import { isRecord, recordsOf, type JsonRecord } from "@defender-mssp/errors/json";
import { importGraphRule } from "./importGraphRule";
import { importedName, type ImportedContent, type ImportedRule } from "./importedRule";
import { importSentinelRule } from "./importSentinelRule";
import { importSigmaRule } from "./importSigmaRule";

/** What one file of another format holds. */
export interface ImportedFile {
  readonly rules: readonly ImportedRule[];
  /** Why the file, or a part of it, is no rule: a sentence each, without a full stop. */
  readonly refused: readonly string[];
}

/**
 * @param file its name, for the name of a query's rule.
 * @param text its content.
 * @param sigmaRule text of the Sigma rule beside a query.
 */
export function importRules(file: string, text: string, sigmaRule?: string): ImportedFile {
  const base = (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[^.]*$/, "");
  if (isQueryFile(file)) {
    const rule = sigmaRule === undefined ? undefined : structureIn(sigmaRule);
    return { rules: [importSigmaRule(text, isRecord(rule) ? rule : undefined, importedName(base))], refused: [] };
  }
  const content = structureIn(text);
  if (content === undefined) return refusal("neither JSON nor YAML; a query alone is a file that ends in .kql");
  const sources = Array.isArray(content) ? recordsOf(content) : isRecord(content) ? sourcesIn(content) : [];
  if (sources.length === 0)
    return refusal("no rule of a known format: Graph's detectionRule, or an analytics rule of Sentinel");
  const imported = sources.map(importedFrom);
  return {
    rules: imported.filter((rule) => typeof rule !== "string"),
    refused: imported.filter((rule) => typeof rule === "string"),
  };
}

/** Whether a file is a query alone. */
export function isQueryFile(file: string): boolean {
  return /\.(kql|kusto|txt|csl)$/i.test(file);
}

function refusal(reason: string): ImportedFile {
  return { rules: [], refused: [reason] };
}

/** The text as JSON or YAML; undefined for neither. */
function structureIn(text: string): unknown {
  try {
    const document = parseDocument(text.replace(/^\ufeff/, ""), { logLevel: "error", uniqueKeys: false });
    if (document.errors.length > 0) return undefined;
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    return typeof content === "object" && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The rules in an answer of Graph, in an ARM template, or the one rule. */
function sourcesIn(content: JsonRecord): readonly JsonRecord[] {
  if (Array.isArray(content["value"])) return recordsOf(content["value"]);
  if (!Array.isArray(content["resources"])) return [content];
  return recordsOf(content["resources"]).filter(({ type }) => /alertRules$/i.test(String(type)));
}

function importedFrom(source: JsonRecord): ImportedRule | string {
  if (isRecord(source["queryCondition"]) || isRecord(source["detectionAction"])) return importGraphRule(source);
  if (isRecord(source["properties"]))
    return importSentinelRule({ kind: source["kind"] ?? "Scheduled", ...source["properties"] });
  if (isRecord(source["logsource"]) && isRecord(source["detection"]))
    return "a Sigma rule without its query: run sigma convert -t kusto -p microsoft_xdr into a .kql file beside it, and import that file";
  if ("queryText" in source) return "a rule file of this format already: copy it";
  if (typeof source["query"] === "string" || typeof source["kind"] === "string") return importSentinelRule(source);
  return "no rule of a known format: Graph's detectionRule, or an analytics rule of Sentinel";
}

/** The text of a rule file, with the JSON schema for editors on its first line, and with comments. */
export function ruleFileText(content: ImportedContent, comments: readonly string[] = []): string {
  const schema = "# yaml-language-server: $schema=../../node_modules/@defender-mssp/detections/rule.schema.json\n";
  const lines = comments.map((comment) => `# ${comment.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim()}\n`);
  return (
    schema +
    lines.join("") +
    stringify(withoutMissing(content), { lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false })
  );
}

/** Keys without a value stay away: `check` names what is missing. A query ends with a line. */
function withoutMissing(value: unknown, key = ""): unknown {
  if (key === "queryText" && typeof value === "string")
    return `${value.replaceAll(/\r\n?/g, "\n").replaceAll("\t", "    ").replaceAll(/[ ]+$/gm, "").trimEnd()}\n`;
  if (Array.isArray(value)) return value.map((item) => withoutMissing(item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === undefined || inner === null ? [] : [[name, withoutMissing(inner, name)]],
    ),
  );
}
