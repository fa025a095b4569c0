/**
 * Reads YAML as Pulumi's engine does, so that a command has the same settings as the program. The
 * engine reads a stack's file with Go's yaml.v3: `0123` is 83, `1_000` is 1000, an unquoted date is
 * a time, `yes` is a text, and `<<` merges maps.
 *
 * Follows `resolve` and `parseTimestamp` of gopkg.in/yaml.v3 3.0.1 (resolve.go), and
 * `unmarshalObject` and `MarshalString` of Pulumi's SDK 3.259.0
 * (sdk/go/common/resource/config/object.go).
 */
import { isScalar, parseDocument, visit, type ScalarTag } from "yaml";

/**
 * @throws Error if the text is not YAML, or has a construct that only the engine can read. Its
 * message's first line has nothing of the text.
 */
export function parseAsEngine(text: string): unknown {
  const document = parseDocument(text, {
    schema: "failsafe",
    customTags: (tags) => [...tags, plainScalar],
    merge: true,
    logLevel: "error",
  });
  const [problem] = document.errors;
  if (problem !== undefined) {
    problem.message = problem.message.replace("Maximum call stack size exceeded", "nested too deep");
    throw problem;
  }
  if (document.warnings.length > 0) throw new Error("it has a YAML tag that is not supported here: remove it");
  visit(document, {
    Pair: (_, { key }) => {
      if (key === null || (isScalar(key) && key.value === null)) throw new Error("it has a key that is empty");
    },
  });
  return document.toJS();
}

/** The engine's JSON of a list or a map. */
export function asEngineJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? Number(one) : one));
}

/**
 * The text that the engine hands to the program for a number, a boolean or an empty value; others
 * are texts or JSON.
 */
export function asEngineText(value: unknown): string | undefined {
  if (value === null) return "";
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"
    ? String(value)
    : undefined;
}

const plainScalar: ScalarTag = {
  tag: "tag:pulumi.com,2026:plain",
  default: true,
  // A merge key is not a string.
  test: /^(?!<<$)/,
  resolve: (text: string) => resolvePlain(text),
};

const words: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
  "": null,
  "~": null,
  null: null,
  Null: null,
  NULL: null,
};

function resolvePlain(text: string): string | number | bigint | boolean | null {
  // A name such as valueOf is no word.
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return word;
  if (/^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/.test(text)) throw new Error("it has a number without a value");
  if (/^\.\d/.test(text)) return numberOf(text.replaceAll("_", "")) ?? text;
  if (!/^[-+\d]/.test(text)) return text;
  return timeOf(text) ?? numberOf(text.replaceAll("_", "")) ?? text;
}

function numberOf(text: string): number | bigint | undefined {
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/.exec(text) ?? [];
  // A zero in front means octal, as in YAML 1.1 and Go.
  const octal = /^0([0-7]+)$/.exec(digits)?.[1];
  const isInteger = /^(\d+|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(digits) && !/^0\d*[89]/.test(digits);
  if (isInteger) {
    const value = BigInt(octal === undefined ? digits.toLowerCase() : `0o${octal}`) * (sign === "-" ? -1n : 1n);
    if (value >= -(2n ** 63n) && value < (sign === "" ? 2n ** 64n : 2n ** 63n)) return small(value);
  }
  if (!/^(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(digits)) return undefined;
  const value = Number(text);
  // Too large for Go as well: a string.
  return Number.isFinite(value) ? value : undefined;
}

function small(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const timePattern =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:([Tt])| )(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9})\d*)?(Z|[-+]\d{2}:\d{2})?)?$/;

/** A time in the form of Go's `Time.String`. */
function timeOf(text: string): string | undefined {
  const match = timePattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, separator, hours = "0", minutes = "0", seconds = "0", fraction = "", zone] = match;
  // With a T a zone is required, with a space there is none.
  if (match[5] !== undefined && (separator === undefined) !== (zone === undefined)) return undefined;
  const numbers = [Number(month) - 1, Number(day), Number(hours), Number(minutes), Number(seconds)] as const;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), numbers[0], numbers[1]);
  date.setUTCHours(numbers[2], numbers[3], numbers[4]);
  const isReal =
    date.getUTCMonth() === numbers[0] && date.getUTCDate() === numbers[1] && date.getUTCHours() === numbers[2];
  if (!isReal || numbers[3] > 59 || numbers[4] > 59) return undefined;
  const digits = fraction.replace(/0+$/, "");
  const [written = ""] = date.toISOString().replace("T", " ").split(".");
  const offset = zone === undefined || zone === "Z" || zone.endsWith("00:00") ? "+0000 UTC" : offsetOf(zone);
  return `${written}${digits === "" ? "" : `.${digits}`} ${offset}`;
}

function offsetOf(zone: string): string {
  const offset = zone.replace(":", "");
  return `${offset} ${offset}`;
}
