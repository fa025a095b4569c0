/**
 * Kusto's regular expressions are RE2's. What JavaScript reads in another way, or RE2 refuses, is
 * refused.
 */
const cache = new Map<string, RegExp>();

/** @throws RangeError with what can't be read */
export function regularExpression(pattern: string, flags = ""): RegExp {
  const key = `${flags}/${pattern}`;
  const expression = cache.get(key) ?? translate(pattern, flags);
  cache.set(key, expression);
  expression.lastIndex = 0;
  return expression;
}

const posixClasses: Readonly<Partial<Record<string, string>>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\s",
  punct: "!-\\/:-@\\[-`{-~",
  xdigit: "0-9A-Fa-f",
  word: "\\w",
};

function translate(pattern: string, flags: string): RegExp {
  const [, inline = "", rest = ""] = /^(?:\(\?([a-zA-Z]+)\))?([^]*)$/.exec(pattern) ?? [];
  if (/[^ims]/.test(inline)) throw new RangeError(`the flags (?${inline})`);
  const refused = /(?<!\\)(?:\\\\)*(\(\?(?:[=!]|<[=!]|[a-zA-Z-]+[:)])|\\[1-9QCGK]|[*+?}]\+)/.exec(rest)?.[1];
  if (refused !== undefined) throw new RangeError(refused);
  const source = rest
    .replaceAll("(?P<", "(?<")
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$")
    .replace(/\[:(\w+):\]/g, (_class, name: string) => {
      const characters = posixClasses[name];
      if (characters === undefined) throw new RangeError(`[:${name}:]`);
      return characters;
    });
  try {
    return new RegExp(source, [...new Set(flags + inline + (/\\p\{/i.test(source) ? "u" : ""))].join(""));
  } catch {
    throw new RangeError("it is not valid");
  }
}
