import type { SyntaxNode } from "../../parser/syntaxNode";
import type { FunctionCall } from "../evaluator";
import { spend } from "../budget";
import { matching } from "./textOperator";
import { compare } from "../values/compare";
import { convert, elements, toNumber, toText } from "../values/convert";
import { isArray, type KustoValue } from "../values/kustoValue";
import type { RegexMatch, RegularExpression } from "../values/regularExpression";
import { hasTerm } from "../values/textTest";
import { plainFunctions, refused, type PlainFunction } from "./plainFunctions";

const text = (value: KustoValue | undefined) => toText(value ?? null);

function matches<T>(regex: KustoValue | undefined, call: FunctionCall, use: (expression: RegularExpression) => T): T {
  return matching(text(regex), call.node, call.evaluator, use);
}

/** `extract(regex, group, text [, typeof(type)])` */
const extract: PlainFunction = ([regex, group = 1, source], call) => {
  const match = matches(regex, call, (expression) => expression.first(text(source)));
  const matched = match?.groups[Number(group)] ?? "";
  const type = typeArgument(call.nodes[3]);
  return type === undefined ? matched : convert(matched === "" && type !== "string" ? null : matched, type);
};

/** Name of the type in `typeof(long)`. */
export function typeArgument(node: SyntaxNode | undefined): string | undefined {
  if (node?.kind !== "TypeOfLiteralExpression") return undefined;
  return node.elements("Types")[0]?.text;
}

/** One group gives texts, several give arrays of texts. The pattern must have one to 16. */
const extractAll: PlainFunction = (args, call) => {
  const chosen = args.length > 2 ? elements(args[1] ?? null) : undefined;
  return matches(args[0], call, (expression) => {
    const count = expression.groupCount;
    if (count < 1 || count > 16) throw refused(call, "of a pattern without 1 to 16 groups");
    const numbers = (chosen ?? Array.from({ length: count }, (_, index) => index + 1)).map((group) =>
      typeof group === "string" ? expression.groupNamed(group) : Number(group),
    );
    const groups = expression.all(text(args.at(-1))).map(({ groups }) =>
      numbers.map((group) => {
        const value = group === undefined || group < 1 ? undefined : groups[group];
        if (value === undefined) throw refused(call, "with a group that the pattern lacks");
        return value;
      }),
    );
    if (groups.length === 0) return null;
    return groups.map((groups) => (groups.length === 1 ? (groups[0] ?? "") : groups));
  });
};

/** The whole text is one part if the separator is empty; an index chooses a part. */
const split: PlainFunction = ([source, separator, index]) => {
  const parts = text(separator) === "" ? [text(source)] : text(source).split(text(separator));
  if (index === undefined) return parts;
  const part = typeof index === "number" ? parts[index] : undefined;
  return part === undefined ? [] : [part];
};

const substring: PlainFunction = ([source, start = 0, length]) => {
  const whole = text(source);
  const from = Number(start) < 0 ? whole.length + Number(start) : Number(start);
  // A start in front of the text gives nothing: duckdb-kql has measured it on the Kusto emulator.
  if (from < 0) return "";
  return length === undefined || length === null
    ? whole.slice(from)
    : whole.slice(from, from + Math.max(0, Number(length)));
};

const textIndex: PlainFunction = ([source, searched, start = 0, length, occurrence = 1], call) => {
  if (length !== undefined && length !== -1) throw refused(call, "with a length");
  let at = Number(start) - 1;
  for (let count = 0; count < Number(occurrence); count++) {
    at = text(source).indexOf(text(searched), at + 1);
    if (at < 0) return -1;
  }
  return at;
};

/** Occurrences of a text may overlap, those of a pattern don't. */
const textCount: PlainFunction = ([source, searched, kind = "normal"], call) => {
  if (kind === "regex") return matches(searched, call, (expression) => expression.all(text(source)).length);
  if (text(searched) === "") return 0;
  let count = 0;
  for (let at = text(source).indexOf(text(searched)); at >= 0; at = text(source).indexOf(text(searched), at + 1))
    count++;
  return count;
};

const replaceRegex: PlainFunction = ([source, regex, rewrite], call) => {
  const occurrences = matches(regex, call, (expression) => expression.all(text(source)));
  return replaced(text(source), occurrences, ({ groups }) =>
    text(rewrite).replace(/\\([^])?/g, (_all, escaped?: string) => {
      const group = escaped === "\\" ? "\\" : groups[Number.parseInt(escaped ?? "")];
      if (group === undefined) throw refused(call, `with the rewrite ${text(rewrite)}`);
      return group;
    }),
  );
};

/** A text with other words for its matches. */
function replaced(source: string, occurrences: readonly RegexMatch[], rewrite: (match: RegexMatch) => string): string {
  let [result, at] = ["", 0];
  for (const match of occurrences) {
    const added = source.slice(at, match.start) + rewrite(match);
    spend("characters", added.length);
    result += added;
    at = match.end;
  }
  return result + source.slice(at);
}

/** Argument order of the deprecated `replace`: pattern, rewrite, text. */
const replace: PlainFunction = ([regex, rewrite, source], call) =>
  replaceRegex([source ?? "", regex ?? "", rewrite ?? ""], call);

/** Cuts a match of the pattern at the start, the end, or both. */
function trimming(place: "start" | "end" | "both"): PlainFunction {
  return ([regex, value], call) => {
    const cut = `(?:${text(regex)})`;
    const without = (source: string, anchored: string) =>
      matches(anchored, call, (expression) => {
        const match = expression.first(source);
        return match === undefined ? source : replaced(source, [match], () => "");
      });
    const started = place === "end" ? text(value) : without(text(value), `^${cut}`);
    return place === "start" ? started : without(started, `${cut}$`);
  };
}

const decodeBase64: PlainFunction = ([value], call) => {
  const encoded = text(value);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 === 1) return "";
  const bytes = Buffer.from(encoded, "base64");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused(call, "of bytes that are no UTF-8");
  }
};

/** No document says what becomes of a `+`. */
const decodeUrl: PlainFunction = ([value], call) => {
  if (text(value).includes("+")) throw refused(call, "of a text with a plus sign");
  try {
    return decodeURIComponent(text(value));
  } catch {
    throw refused(call, "of a text that is not encoded");
  }
};

/** Every character but letters, digits and `-_.~` is encoded. */
function strictlyEncoded(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A space becomes `+`, and digits of codes are in lower case. */
function formEncoded(value: string): string {
  const encoded = encodeURIComponent(value).replace(/['~]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return encoded.replace(/%[0-9A-F]{2}/g, (code) => (code === "%20" ? "+" : code.toLowerCase()));
}

const concatenate: PlainFunction = (args, { types }) =>
  args.map((value, index) => toText(value, types[index])).join("");

const repeatedText: PlainFunction = ([value, count = 0, delimiter]) => {
  const part = text(value) + text(delimiter);
  if (!(Number(count) >= 1)) return "";
  spend("characters", part.length * Number(count));
  return part.repeat(Number(count) - 1) + text(value);
};

const anyTerm: PlainFunction = ([source, ...searched]) => {
  const listed = searched.flatMap((value) => elements(value)).map(text);
  return listed.findIndex((term) => hasTerm(text(source), term));
};

export const textFunctions = plainFunctions({
  strcat: concatenate,
  strcat_delim: ([delimiter, ...parts], { types }) =>
    parts.map((value, index) => toText(value, types[index + 1])).join(text(delimiter)),
  strcat_array: ([array = null, delimiter]) => elements(array).map(text).join(text(delimiter)),
  string_size: ([value]) => Buffer.byteLength(text(value)),
  strlen: ([value]) => Array.from(text(value)).length,
  strrep: repeatedText,
  tolower: ([value]) => text(value).toLowerCase(),
  strcmp: ([left, right]) => compare(text(left), text(right)),
  toupper: ([value]) => text(value).toUpperCase(),
  reverse: ([value]) => Array.from(text(value)).reverse().join(""),
  substring,
  indexof: textIndex,
  countof: textCount,
  split,
  extract,
  extract_all: extractAll,
  extractall: extractAll,
  trim: trimming("both"),
  trim_start: trimming("start"),
  trim_end: trimming("end"),
  replace_string: ([source, searched, rewrite]) => {
    if (text(searched) === "") return text(source);
    const parts = text(source).split(text(searched));
    spend("characters", parts.length * text(rewrite).length);
    return parts.join(text(rewrite));
  },
  replace_regex: replaceRegex,
  replace,
  base64_decode_tostring: decodeBase64,
  base64_decodestring: decodeBase64,
  base64_encode_tostring: ([value]) => Buffer.from(text(value), "utf8").toString("base64"),
  base64_encodestring: ([value]) => Buffer.from(text(value), "utf8").toString("base64"),
  url_decode: decodeUrl,
  url_encode: ([value]) => formEncoded(text(value)),
  url_encode_component: ([value]) => strictlyEncoded(text(value)),
  has_any_index: anyTerm,
  isascii: ([value]) => /^[\0-\x7F]*$/.test(text(value)),
  to_utf8: ([value]) => [...Buffer.from(text(value), "utf8")],
  make_string: (args) =>
    String.fromCodePoint(
      ...args.flatMap((value) => (isArray(value) ? value : [value])).map((code) => toNumber(code) ?? 0),
    ),
});
