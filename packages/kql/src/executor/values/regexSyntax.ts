/**
 * Translates a pattern from the dialect of Microsoft's page into RE2's. What both mean alike stays.
 * https://learn.microsoft.com/kusto/query/regex
 */
import { Refusal } from "../refusal";
import { classSource, type ClassReader, type NamedClass } from "./regexClass";

const page = "https://learn.microsoft.com/kusto/query/regex";

/** A pattern that Microsoft's page doesn't have: the service refuses it, too. */
export class InvalidPattern extends Refusal {
  /** @param at position in the pattern, from 0 */
  constructor(
    what: string,
    readonly at: number,
  ) {
    super(`${what}, which is no regular expression of Kusto, ${page}`);
  }
}

export interface TranslatedPattern {
  /** In RE2's dialect. */
  readonly source: string;
  /** Whether it has a Unicode word boundary. */
  readonly hasBoundary: boolean;
  /** Groups that capture. */
  readonly groups: number;
}

/** `\p{Alphabetic}` without what `\p{M}` and `\p{L}` have, and `\p{Join_Control}`. */
const wordRanges =
  "\\p{L}\\p{M}\\p{Nl}\\p{Nd}\\p{Pc}\\x{24B6}-\\x{24E9}\\x{1F130}-\\x{1F149}\\x{1F150}-\\x{1F169}\\x{1F170}-\\x{1F189}\\x{200C}\\x{200D}";
const spaceRanges = "\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}";

/** Inside of the brackets that `\d`, `\s` and `\w` stand for. */
const unicodeClasses = { d: "\\p{Nd}", s: spaceRanges, w: wordRanges };
const asciiClasses = { d: "0-9", s: "\\t-\\r ", w: "0-9A-Za-z_" };

const beyondAscii = /[^\0-\x7F]/;
const wordBeyondAscii = /(?![\0-\x7F])[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

export function hasWordBeyondAscii(text: string): boolean {
  return beyondAscii.test(text) && wordBeyondAscii.test(text);
}

interface Flags {
  readonly ignoresCase: boolean;
  readonly isVerbose: boolean;
  readonly isUnicode: boolean;
}

/** @throws InvalidPattern for what the page lacks, Refusal for what the engine lacks */
export function translatedPattern(pattern: string): TranslatedPattern {
  return new Translation(pattern).whole();
}

class Translation implements ClassReader {
  at = 0;
  #source = "";
  #hasBoundary = false;
  #groups = 0;
  #flags: Flags = { ignoresCase: false, isVerbose: false, isUnicode: true };
  readonly #outer: Flags[] = [];
  /** Whether a repetition may follow. */
  #isItem = false;

  constructor(readonly pattern: string) {}

  get ignoresCase(): boolean {
    return this.#flags.ignoresCase;
  }

  get isVerbose(): boolean {
    return this.#flags.isVerbose;
  }

  whole(): TranslatedPattern {
    while (this.at < this.pattern.length) this.#isItem = this.#next();
    if (this.#outer.length > 0) throw new InvalidPattern("a group without its end", this.at);
    return { source: this.#source, hasBoundary: this.#hasBoundary, groups: this.#groups };
  }

  /** Text of the pattern from the position on that an expression matches, which is then passed. */
  take(expression: RegExp): RegExpExecArray | undefined {
    const match = new RegExp(expression.source, `${expression.flags}y`);
    match.lastIndex = this.at;
    const token = match.exec(this.pattern);
    if (token === null) return undefined;
    this.at += token[0].length;
    return token;
  }

  invalid(what: string): InvalidPattern {
    return new InvalidPattern(what, this.at);
  }

  #add(source: string, isItem: boolean): boolean {
    this.#source += source;
    return isItem;
  }

  /** Translates one item. Returns whether a repetition may follow, as do the methods below. */
  #next(): boolean {
    const { pattern } = this;
    if (this.#flags.isVerbose && this.take(/\s+|#[^\n]*/) !== undefined) return this.#isItem;
    const character = pattern.charAt(this.at);
    if (character === "(") return this.#group();
    if (character === ")") return this.#groupEnd();
    if (character === "[") return this.#add(classSource(this), true);
    if (character === "\\") return this.#escape();
    if (/[*+?{]/.test(character)) return this.#repetition();
    const point = String.fromCodePoint(pattern.codePointAt(this.at) ?? 0);
    this.at += point.length;
    return this.#add(/[}\]]/.test(point) ? `\\${point}` : point, point !== "|");
  }

  #group(): boolean {
    const start = this.at;
    const flags = this.take(/\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/);
    if (flags !== undefined) return this.#flagGroup(flags);
    const named = this.take(/\(\?P?<([\p{L}_][^<>=!]*)>/u);
    if (named === undefined && this.pattern.startsWith("(?", start)) {
      throw new InvalidPattern(`${this.pattern.slice(start, start + 4)}…`, start);
    }
    if (named === undefined) this.at++;
    this.#outer.push(this.#flags);
    this.#groups++;
    return this.#add(named === undefined ? "(" : `(?P<${named[1] ?? ""}>`, false);
  }

  #flagGroup([text, on = "", off = "", end]: RegExpExecArray): boolean {
    const start = this.at - text.length;
    if (/[^imsRUux]/.test(on + off) || (text === "(?)" && end === ")")) throw new InvalidPattern(text, start);
    if (on.includes("R")) throw new Refusal(`the flag R, ${page}`);
    if (end === ":") this.#outer.push(this.#flags);
    const state = (flag: string, before: boolean) => on.includes(flag) || (before && !off.includes(flag));
    this.#flags = {
      ignoresCase: state("i", this.#flags.ignoresCase),
      isVerbose: state("x", this.#flags.isVerbose),
      isUnicode: state("u", this.#flags.isUnicode),
    };
    const [set, cleared] = [on.replace(/[ux]/g, ""), off.replace(/[uxR]/g, "")];
    const flags = `${set}${cleared === "" ? "" : `-${cleared}`}`;
    return this.#add(end === ":" ? `(?${flags}:` : flags === "" ? "" : `(?${flags})`, false);
  }

  #groupEnd(): boolean {
    const outer = this.#outer.pop();
    if (outer === undefined) throw this.invalid("an end without its group");
    this.#flags = outer;
    this.at++;
    return this.#add(")", true);
  }

  #repetition(): boolean {
    const start = this.at;
    const quantifier = this.take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/)?.[0];
    if (quantifier === undefined) throw new Refusal(`{ that is no repetition, ${page}`);
    if (!this.#isItem) throw new InvalidPattern(`${quantifier} without an item in front`, start);
    if (/[*+?{]/.test(this.pattern.charAt(this.at))) throw new Refusal(`the repetition of a repetition, ${page}`);
    return this.#add(quantifier, false);
  }

  #escape(): boolean {
    const boundary = this.take(/\\(?:[bB]\{(?:start|end|start-half|end-half)\}|[<>])/);
    if (boundary !== undefined) throw new Refusal(`${boundary[0]}, ${page}`);
    const anchor = this.take(/\\[AzbB]/)?.[0];
    if (anchor !== undefined) {
      this.#hasBoundary ||= /b/i.test(anchor) && this.#flags.isUnicode;
      return this.#add(anchor, true);
    }
    const named = this.namedClass();
    if (named !== undefined) return this.#add(`[${named.isNegated ? "^" : ""}${named.inner}]`, true);
    return this.#add(escaped(this.escapedPoint()), true);
  }

  /** `\d` and its kin, and `\p{…}`; undefined for another escape. */
  namedClass(): NamedClass | undefined {
    const perl = this.take(/\\([dswDSW])/)?.[1];
    if (perl !== undefined) {
      const name = perl.toLowerCase() as keyof typeof unicodeClasses;
      return { inner: (this.#flags.isUnicode ? unicodeClasses : asciiClasses)[name], isNegated: perl !== name };
    }
    const property = this.take(/\\([pP])(?:\{(\^?)([^}]*)\}|(\w))/);
    if (property === undefined) return undefined;
    const isNegated = (property[1] === "P") !== (property[2] === "^");
    const propertyName = property[4] ?? property[3] ?? "";
    if (propertyName.toLowerCase() === "ascii") return { inner: "\\x{0}-\\x{7F}", isNegated };
    const name = propertyNames[propertyName.toLowerCase()] ?? propertyName;
    return { inner: `\\p{${name}}`, isNegated, negation: `\\P{${name}}` };
  }

  /** The character of an escape. */
  escapedPoint(): number {
    const start = this.at;
    const hex = this.take(/\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[xuU]\{([0-9A-Fa-f]{1,8})\})/);
    if (hex !== undefined) return this.#point(hex.slice(1).find(Boolean) ?? "", 16, start);
    const octal = this.take(/\\([0-7]{1,3})/)?.[1];
    if (octal !== undefined) {
      if (/^[1-7]$/.test(octal)) throw new Refusal(`\\${octal}, an octal number or a reference to a group, ${page}`);
      return this.#point(octal, 8, start);
    }
    const letter = this.take(/\\([aftnrv])/)?.[1];
    if (letter !== undefined) return { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }[letter] ?? 0;
    const sign = this.take(/\\([\0-\x7F])/)?.[1] ?? "";
    if (sign === "" || /[0-9A-Za-z<>]/.test(sign)) throw new InvalidPattern(`\\${sign}`, start);
    return sign.charCodeAt(0);
  }

  #point(digits: string, base: number, start: number): number {
    const point = parseInt(digits, base);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw new InvalidPattern(`\\${digits}`, start);
    return point;
  }
}

/** A character as RE2 reads it anywhere. */
function escaped(point: number): string {
  return `\\x{${point.toString(16).toUpperCase()}}`;
}

/** Long names of general categories, which the engine knows by their letters. */
const propertyNames: Readonly<Partial<Record<string, string>>> = Object.fromEntries(
  "letter L,mark M,number N,punctuation P,symbol S,separator Z,other C,uppercase_letter Lu,lowercase_letter Ll,decimal_number Nd"
    .split(",")
    .map((pair) => pair.split(" ") as [string, string]),
);
