/**
 * Regular expressions in the dialect of Microsoft's page, run by an engine that takes linear time.
 * https://learn.microsoft.com/kusto/query/regex
 */
import type { RE2JS } from "re2js";
import { spend } from "../budget";
import { Refusal } from "../refusal";
import { hasWordBeyondAscii, translatedPattern } from "./regexSyntax";

/** A match: its groups, of which the first is the whole, and its place in the text. */
export interface RegexMatch {
  readonly groups: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Most compiled patterns that are kept: a query can make patterns of its rows. */
const keptPatterns = 1000;
const cache = new Map<string, RegularExpression>();

/** @throws Refusal with what is wrong with the pattern, or what the engine lacks */
export function regularExpression(pattern: string): RegularExpression {
  const cached = cache.get(pattern);
  if (cached !== undefined) return cached;
  const { source, hasBoundary } = translatedPattern(pattern);
  const made = new RegularExpression(compiled(source), hasBoundary);
  if (cache.size >= keptPatterns) cache.clear();
  cache.set(pattern, made);
  return made;
}

/** An expression in the engine's own dialect. */
export function engineExpression(source: string): RegularExpression {
  return new RegularExpression(compiled(source), false);
}

function compiled(source: string): RE2JS {
  // Loaded at the first pattern: most queries have none.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const engine = require("re2js") as typeof import("re2js");
  try {
    return engine.RE2JS.compile(source);
  } catch (error) {
    throw new Refusal((error as Error).message.replace("error parsing regexp: ", ""));
  }
}

export class RegularExpression {
  constructor(
    private readonly engine: RE2JS,
    private readonly hasBoundary: boolean,
  ) {}

  get groupCount(): number {
    return this.engine.groupCount();
  }

  /** Number of the group of a name; undefined if there is none. */
  groupNamed(name: string): number | undefined {
    return this.engine.namedGroups()[name];
  }

  test(text: string): boolean {
    this.#count(text);
    return this.engine.test(text);
  }

  first(text: string): RegexMatch | undefined {
    return this.all(text, 1)[0];
  }

  /** All matches. One without characters never stands where another ended. */
  all(text: string, count = Infinity): RegexMatch[] {
    this.#count(text);
    const matcher = this.engine.matcher(text);
    const matches: RegexMatch[] = [];
    while (matches.length < count && matcher.find()) {
      const [start, end] = [matcher.start(), matcher.end()];
      if (start === end && start === matches.at(-1)?.end) continue;
      const groups = Array.from({ length: this.groupCount + 1 }, (_, group) => matcher.group(group) ?? "");
      matches.push({ groups, start, end });
    }
    return matches;
  }

  /** The engine's word boundaries are ASCII's: the same unless the text has other letters. */
  #count(text: string): void {
    spend("steps", text.length);
    if (this.hasBoundary && hasWordBeyondAscii(text))
      throw new Refusal("\\b in a text with letters beyond ASCII, https://learn.microsoft.com/kusto/query/regex");
  }
}
