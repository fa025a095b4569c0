/** The dialect of Microsoft's page "Regex syntax": https://learn.microsoft.com/kusto/query/regex */
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { Refusal } from "../../src/executor/refusal";
import { InvalidPattern } from "../../src/executor/values/regexSyntax";
import { regularExpression } from "../../src/executor/values/regularExpression";

/** Matches of a pattern in a text; the kind of its error if it can't run. */
function matches(pattern: string, text: string): string[] | "invalid" | "refused" {
  try {
    return regularExpression(pattern)
      .all(text)
      .map(({ groups: [whole = ""] }) => whole);
  } catch (error) {
    if (error instanceof InvalidPattern) return "invalid";
    assert.ok(error instanceof Refusal, String(error));
    return "refused";
  }
}

describe("regularExpression", () => {
  const cases: readonly (readonly [pattern: string, text: string, expected: ReturnType<typeof matches>])[] = [
    // Unicode classes, and ASCII's without the flag u
    ["\\d+", "a١٢3", ["١٢3"]],
    ["\\w+", "-über-ⓐ", ["über", "ⓐ"]],
    ["\\s", "a\u0085b\u3000", ["\u0085", "\u3000"]],
    ["[\\W]+", "ab--é", ["--"]],
    ["[\\s\\S]+", "a\nb", ["a\nb"]],
    ["(?-u:\\w)+", "über", ["ber"]],
    ["\\pL\\p{Greek}\\PL", "aα1", ["aα1"]],
    ["\\p{Letter}\\p{^Lu}", "Ab", ["Ab"]],
    ["\\ba\\b", "→ a", ["a"]],
    ["\\bü", "ü", "refused"],
    // Classes
    ["[a-y&&xyz]", "wxyz", ["x", "y"]],
    ["[0-9&&[^4]]", "345", ["3", "5"]],
    ["[0-9--4]", "345", ["3", "5"]],
    ["[a-g~~b-h]", "abgh", ["a", "h"]],
    ["[x[^xyz]]", "axyz", ["a", "x"]],
    ["[^a-z&&b]", "abB", ["a", "B"]],
    ["[\\p{Greek}[:digit:]]", "aα1", ["α", "1"]],
    ["[\\p{Greek}&&\\pL]", "aα", ["α"]],
    ["[\\w&&\\p{ascii}]+", "über", ["ber"]],
    ["[\\pL--\\p{Greek}&&\\p{Uppercase}]", "aAΑ", ["A"]],
    ["[[:^alpha:]]", "a1", ["1"]],
    ["[a&&b]", "ab", []],
    ["[\\[\\]]", "[]", ["[", "]"]],
    ["[]a]", "]a", ["]", "a"]],
    ["(?i)[a--b]", "a", "refused"],
    ["[[]", "[", "invalid"],
    ["[z-a]", "a", "invalid"],
    ["[[:letter:]]", "a", "invalid"],
    // Escapes, groups, flags, repetitions
    ["\\x{41}\\u0042\\U00000043\\104\\a\\-", "ABCD\x07-", ["ABCD\x07-"]],
    ["(?P<a>x)(?<b>y)(?:z)", "xyz", ["xyz"]],
    ["a(?i)b(?-i)c", "aBc aBC", ["aBc"]],
    ["(?x) a b # c\n \\ c", "ab c", ["ab c"]],
    ["(?ms)^b.", "a\nb\n", ["b\n"]],
    ["(?U)a+", "aa", ["a", "a"]],
    ["a{2,}?", "aaa", ["aa"]],
    ["^a.$", "a\n", []],
    ["a*", "aab", ["aa", ""]],
    ["(?R)a", "a", "refused"],
    ["\\b{start}a", "a", "refused"],
    ["\\<a", "a", "refused"],
    ["(a)\\1", "aa", "refused"],
    ["a**", "a", "refused"],
    ["{a}", "{a}", "refused"],
    ["(?=a)", "a", "invalid"],
    ["(?<!a)b", "b", "invalid"],
    ["(?>a)", "a", "invalid"],
    ["\\Qa\\E", "a", "invalid"],
    ["a\\Z", "a", "invalid"],
    ["(a", "a", "invalid"],
    ["a)", "a", "invalid"],
    ["*a", "a", "invalid"],
    ["(?y)a", "a", "invalid"],
  ];
  for (const [pattern, text, expected] of cases)
    it(`${JSON.stringify(pattern)} in ${JSON.stringify(text)}`, () =>
      assert.deepEqual(matches(pattern, text), expected));

  it("takes linear time for patterns that make others backtrack", () => {
    for (const pattern of ["^(a+)+$", "(a|a)*$", "(?:a?){30}a{30}$"])
      assert.deepEqual(matches(pattern, `${"a".repeat(50_000)}b`).length < 2, true, pattern);
  });

  it("agrees with JavaScript where both mean alike", () => {
    const part = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "(?:ab)", "(a|b)", "\\w", "\\d", "^", "$");
    const item = fc
      .tuple(part, fc.constantFrom("", "?", "*", "+", "+?", "{1,2}"))
      .map(([source, repeated]) => (/[$^]/.test(source) && source.length === 1 ? source : source + repeated));
    const text = fc.string({ unit: fc.constantFrom("a", "b", "1", " "), maxLength: 8 });
    assertProperty(300, fc.array(item, { minLength: 1, maxLength: 5 }), text, (items, searched) => {
      const pattern = items.join("");
      assert.equal(regularExpression(pattern).first(searched)?.groups[0], new RegExp(pattern).exec(searched)?.[0]);
    });
  });
});
