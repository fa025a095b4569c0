/** Problems of a stack's settings, and their text: one line, shortened, without secrets. */
import { parsedJson } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import { distance } from "fastest-levenshtein";

export interface SettingProblem {
  /** The setting's key, with the place inside its value: `analysts[1].email`. */
  readonly key: string;
  /**
   * The value as the user wrote it, shortened, `[secret]` if it may not be shown, `(not set)` if
   * there is none.
   */
  readonly seen: string;
  /** What is allowed instead. */
  readonly allowed: string;
}

/** The value of a key with such a word may be a misplaced secret and is not shown. */
export const secretive = /secret|passw|passphrase|token|credential|key/i;

/**
 * Control characters and others that disguise a name. Joiners are allowed: Persian and Indic names
 * need them.
 */
export const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u;

const listedProblems = 100;
const noSuchSetting = "no such setting";

export interface SettingsFile {
  /** Its path, for people. */
  readonly shown: string;
  /** The project's name, which is in front of each key. */
  readonly project: string;
  /** `file:line:column` of a key; the file alone if nobody knows. */
  readonly placeOf: (key: string) => string;
}

/** A problem with its place, for a list of findings. */
export interface PlacedProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly what: string;
  readonly remedy: string;
}

/** A settings file has errors: the message has all of them, `problems` each with its place. */
export class SettingsError extends VisibleError {
  constructor(
    message: string,
    readonly problems: readonly PlacedProblem[],
  ) {
    super(message);
  }
}

/** @throws SettingsError always. */
export function refuseSettings(problems: readonly SettingProblem[], file?: SettingsFile): never {
  const placed = problems.map(({ key, seen, allowed }) => {
    const [, place = "", line = 1, column = 1] = /^(.*?)(?::(\d+):(\d+))?$/s.exec(file?.placeOf(key) ?? "") ?? [];
    const what = `${key}: ${seen}`;
    const remedy = remedyText(allowed).replace(/^\w/, (letter) => letter.toUpperCase());
    return { file: place, line: Number(line), column: Number(column), what, remedy };
  });
  throw new SettingsError(problemsMessage(problems, file), placed);
}

function remedyText(allowed: string): string {
  return allowed.startsWith(noSuchSetting)
    ? `unknown: ${allowed.slice(noSuchSetting.length + 2)}`
    : `allowed: ${allowed}`;
}

/** All problems in one text, the first hundred in full. */
export function problemsMessage(problems: readonly SettingProblem[], file?: SettingsFile): string {
  const listed = problems.slice(0, listedProblems).map(({ key, seen, allowed }) => {
    const place = file === undefined ? "" : `${file.placeOf(key)} `;
    return `  ${place}${key}: ${seen}\n    ${remedyText(allowed)}`;
  });
  const rest = problems.length - listed.length;
  return [
    `${problems.length === 1 ? "1 setting is" : `${problems.length} settings are`} wrong; nothing was changed.`,
    ...listed,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...(problems.some(({ allowed }) => allowed.startsWith(noSuchSetting))
      ? ["A setting that this version does not know may be of a newer version of defender-mssp: `npx mssp --version`."]
      : []),
    file === undefined
      ? "Settings are in Pulumi.<stack>.yaml under config, each key with the project's name in front (pulumi config set KEY VALUE)."
      : `Settings are in ${file.shown} under config, each key with ${file.project}: in front.`,
  ].join("\n");
}

/** Up to this many keys are listed where none is near. */
const listedKeys = 12;

/**
 * The suggestion for an unknown key: a near one, or all that are known here.
 * @param meant what the key is the value of, such as `portalAccess.activation: justInTime`.
 */
export function unknownKey(key: string, known: readonly string[], meant?: string): string {
  if (meant !== undefined) return `${noSuchSetting}; did you mean ${meant}?`;
  // The distance takes time in the product of both lengths; a long key is no typing mistake.
  const name = key.slice(0, 100);
  const [setting = "", ...below] = name.split(".");
  if (below.length > 0 && known.includes(setting))
    return `${noSuchSetting}; write ${keyText(below.join("."))} below ${setting}:`;
  const meantKey = nearOne(name, known);
  if (meantKey !== undefined) return `${noSuchSetting}; did you mean ${meantKey}?`;
  return known.length <= listedKeys
    ? `${noSuchSetting}; the keys here are ${known.join(", ")}`
    : `${noSuchSetting}; \`npx mssp docs settings\` lists all`;
}

/** The known word that a typing mistake or another case is meant for. @param word at most 100 characters. */
export function nearOne(word: string, words: readonly string[]): string | undefined {
  const near = words.map((candidate) => [candidate, distance(word.toLowerCase(), candidate.toLowerCase())] as const);
  const [nearest, mistakes] = near.reduce((best, next) => (next[1] < best[1] ? next : best), ["", Infinity]);
  const isNear = mistakes < nearest.length && mistakes <= Math.max(2, Math.ceil(nearest.length / 3));
  return isNear ? nearest : undefined;
}

const shownCharacters = 80;

/**
 * A value as an error shows it: on one line, without characters that a terminal acts on, shortened,
 * never a secret.
 */
export function shown(value: unknown, secret: boolean): string {
  if (value === undefined) return "(not set)";
  if (secret) return "[secret]";
  const isText = typeof value === "string" && structureIn(value) === undefined;
  const whole = isText ? value : jsonOf(typeof value === "string" ? structureIn(value) : value);
  // Most often put into the wrong setting by mistake.
  if (whole.includes("PRIVATE KEY-----")) return "[secret]";
  const text = shortened(whole);
  const visible = isText ? `"${printable(text)}"` : printable(text, "json");
  return whole.length > text.length && text.length >= shownCharacters
    ? `${visible}… (${whole.length} characters)`
    : visible;
}

export function shortened(whole: string): string {
  return [...withoutCredentials(whole.slice(0, 2000)).matchAll(/./gsu)].slice(0, shownCharacters).join("");
}

/** Without terminal control characters and CI commands (`##[…]`, `##vso[…]`). */
export function printable(text: string, form: "text" | "json" = "text"): string {
  const escaped = form === "text" ? JSON.stringify(text).slice(1, -1) : text;
  return escaped
    .replaceAll(/##(?=\[|vso\[)/g, "#\\u{23}")
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * A key in an error, in quotes unless it is a word. No line of an error begins with a CI command
 * (`::…`).
 */
export function keyText(key: string): string {
  const text = printable(shortened(key));
  return /^[\p{L}\p{N}_][^\s]*$/u.test(text) ? text : `"${text}"`;
}

/** `https://user:password@host?sas=…` in a setting for a URL: possible credentials are removed. */
function withoutCredentials(value: string): string {
  return value.replace(/(:\/\/)[^/@\s]*@/g, "$1[secret]@").replace(/(:\/\/[^?\s]*\?).*$/s, "$1[secret]");
}

function jsonOf(value: unknown): string {
  try {
    const json = JSON.stringify(value, (key, inner: unknown) => (secretive.test(key) ? "[secret]" : inner)) as
      string | undefined;
    return json ?? typeof value;
  } catch {
    return "(not to be shown as JSON)"; // nested too deeply, or no JSON
  }
}

/** `analysts[1].email` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = keyText(String(part));
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

/** The list or map of a JSON text from the engine. */
export function structureIn(value: string): object | undefined {
  if (!/^[[{]/.test(value)) return undefined;
  const parsed = fromJson(value);
  return typeof parsed === "object" && parsed !== null ? parsed : undefined;
}

/** The engine passes a list as JSON; other text stays a string, which the check refuses. */
export function fromJson(value: unknown): unknown {
  const parsed = typeof value === "string" ? parsedJson(value) : undefined;
  return parsed === undefined ? value : parsed;
}
