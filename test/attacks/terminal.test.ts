/** Text out of a customer's tenant, or of a server, that a command prints. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { terminalText, visibleJson, visibleText } from "../../cli/output/terminalText";
import { codeOf } from "../../cli/tokens/signIn";

/** What a terminal or a log viewer acts on: C0, DEL, C1, bidi overrides and isolates, line and paragraph separators. */
const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const anything = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\u001b[31m",
      "\u001b]0;x\u0007",
      "\u009b2J",
      "\u0000",
      "\u000b",
      "\u202e",
      "\u2066",
      "\u2028",
      "\r",
      "\n",
    ),
    fc.string({ unit: "binary" }),
  ),
});

describe("attack: text of a tenant on a terminal", () => {
  it("contains no character that a terminal acts on, in text, in one line, and in JSON", () => {
    fc.assert(
      fc.property(anything, (text) => {
        assert.doesNotMatch(terminalText(text).replaceAll("\n", ""), acting);
        assert.doesNotMatch(visibleText(text), acting);
        assert.doesNotMatch(visibleJson({ [text]: [text] }), acting);
        assert.doesNotMatch(visibleJson({ [text]: [text] }, 2).replaceAll("\n", ""), acting);
      }),
    );
  });

  it("is unchanged for the reader of the JSON", () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(undefined, 2), (text, indent) => {
        assert.deepEqual(JSON.parse(visibleJson({ a: [text] }, indent)), { a: [text] });
      }),
    );
  });

  it("is escaped in Entra's refusal, which anybody can put into a redirect", () => {
    const address = `https://contoso.com/x?state=s&error=e&error_description=${encodeURIComponent("no\u001b[2J\u202e\u0007")}`;
    assert.throws(() => codeOf(address, "https://contoso.com/x", "s"), {
      message: "no\\u{1b}[2J\\u{202e}\\u{7}",
    });
  });
});
