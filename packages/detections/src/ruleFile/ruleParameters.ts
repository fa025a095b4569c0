/** Parameters of a rule: `%%name%%` in its query and texts. */
import type { RuleParameterValue } from "./ruleFileSchema";
import { queryTokens } from "./queryTokens";

const placeholderForm = /%%([A-Za-z]\w{0,63})%%/g;

/** Names of the placeholders in a text. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(placeholderForm)].map(([, name = ""]) => name);
}

/** Placeholders of a query by where they stand: only those outside of strings and comments stand for values. */
export function placeholdersOfQuery(queryText: string): {
  readonly code: readonly string[];
  readonly quoted: readonly string[];
} {
  const tokens = queryTokens(queryText).map(({ kind, start, end }) => ({ kind, text: queryText.slice(start, end) }));
  return {
    code: tokens.filter(({ kind }) => kind === "code").flatMap(({ text }) => placeholdersIn(text)),
    quoted: tokens.filter(({ kind }) => kind === "string").flatMap(({ text }) => placeholdersIn(text)),
  };
}

export type RuleParameters = Readonly<Record<string, RuleParameterValue>>;

/** Replaces placeholders in a query by KQL literals. A value can't become an operator or a second query. */
export function queryWithParameters(queryText: string, values: RuleParameters): string {
  return queryTokens(queryText)
    .map(({ kind, start, end }) => {
      const part = queryText.slice(start, end);
      if (kind !== "code") return part;
      return part.replaceAll(placeholderForm, (placeholder, name: string) => {
        const value = valueNamed(values, name);
        return value === undefined ? placeholder : kqlLiteral(value);
      });
    })
    .join("");
}

/** Replaces placeholders in a text of people by the values as they are; a list is joined by commas. */
export function textWithParameters(text: string, values: RuleParameters): string {
  return text.replaceAll(placeholderForm, (placeholder, name: string) => {
    const value = valueNamed(values, name);
    return value === undefined ? placeholder : Array.isArray(value) ? value.join(", ") : String(value);
  });
}

/** A value as a KQL literal. A list is the inside of `in (…)`. */
function kqlLiteral(value: RuleParameterValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  return value.length === 0 ? "dynamic([])" : value.map(kqlLiteral).join(", ");
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll(/["\\]/g, (character) => `\\${character}`)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${escaped}"`;
}

function valueNamed(values: RuleParameters, name: string): RuleParameterValue | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
