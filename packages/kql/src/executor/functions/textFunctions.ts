import type { SyntaxNode } from "../../parser/syntaxNode";
import type { FunctionCall } from "../evaluator";
import { expressionFrom } from "./textOperator";
import { convert, elements, toNumber, toText } from "../values/convert";
import { isArray, type KustoValue } from "../values/kustoValue";
import { hasTerm } from "../values/textTest";
import { plainFunctions, refused, type PlainFunction } from "./plainFunctions";

const text = (value: KustoValue | undefined) => toText(value ?? null);

function pattern(value: KustoValue | undefined, call: FunctionCall, flags = ""): RegExp {
  return expressionFrom(text(value), call.node, call.evaluator, flags);
}

/** `extract(regex, group, text [, typeof(type)])` */
const extract: PlainFunction = ([regex, group = 1, source], call) => {
  const match = pattern(regex, call).exec(text(source));
  const matched = match?.[Number(group)] ?? "";
  const type = typeArgument(call.nodes[3]);
  return type === undefined ? matched : convert(matched === "" && type !== "string" ? null : matched, type);
};

/** Name of the type in `typeof(long)`. */
export function typeArgument(node: SyntaxNode | undefined): string | undefined {
  if (node?.kind !== "TypeOfLiteralExpression") return undefined;
  return node.elements("Types")[0]?.text;
}

/** One group in the pattern gives texts, several give arrays of texts. */
const extractAll: PlainFunction = (args, call) => {
  if (args.length !== 2) throw refused(call, "with a list of groups");
  const matches = [...text(args[1]).matchAll(pattern(args[0], call, "g"))].map((match) => match.slice(1));
  if (matches.length === 0) return null;
  return matches.map((groups) => (groups.length === 1 ? (groups[0] ?? "") : groups));
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
  const from = Number(start) < 0 ? Math.max(0, whole.length + Number(start)) : Number(start);
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
  if (kind === "regex") return [...text(source).matchAll(pattern(searched, call, "g"))].length;
  if (text(searched) === "") return 0;
  let count = 0;
  for (let at = text(source).indexOf(text(searched)); at >= 0; at = text(source).indexOf(text(searched), at + 1))
    count++;
  return count;
};

const replaceRegex: PlainFunction = ([source, regex, rewrite], call) => {
  const groups = text(rewrite)
    .replaceAll("$", "$$$$")
    .replace(/\\(\d)/g, (_all, group: string) => (group === "0" ? "$&" : `$${group}`));
  return text(source).replace(pattern(regex, call, "g"), groups);
};

/** Argument order of the deprecated `replace`: pattern, rewrite, text. */
const replace: PlainFunction = ([regex, rewrite, source], call) =>
  replaceRegex([source ?? "", regex ?? "", rewrite ?? ""], call);

/** Cuts a match of the pattern at the start, the end, or both. */
function trimming(place: "start" | "end" | "both"): PlainFunction {
  return ([regex, value], call) => {
    const cut = `(?:${text(regex)})`;
    const started = place === "end" ? text(value) : text(value).replace(pattern(`^${cut}`, call), "");
    return place === "start" ? started : started.replace(pattern(`${cut}$`, call), "");
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

const anyTerm: PlainFunction = ([source, ...searched]) => {
  const listed = searched.flatMap((value) => elements(value)).map(text);
  return listed.findIndex((term) => hasTerm(text(source), term));
};

export const textFunctions = plainFunctions({
  strcat: concatenate,
  strcat_delim: ([delimiter, ...parts], { types }) =>
    parts.map((value, index) => toText(value, types[index + 1])).join(text(delimiter)),
  strcat_array: ([array = null, delimiter]) => elements(array).map(text).join(text(delimiter)),
  strlen: ([value]) => Array.from(text(value)).length,
  strrep: ([value, count = 0, delimiter]) =>
    Array.from({ length: Number(count) }, () => text(value)).join(text(delimiter)),
  tolower: ([value]) => text(value).toLowerCase(),
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
  replace_string: ([source, searched, rewrite]) =>
    text(searched) === "" ? text(source) : text(source).replaceAll(text(searched), () => text(rewrite)),
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
