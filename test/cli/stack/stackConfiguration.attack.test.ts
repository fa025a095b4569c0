/** What `mssp token` may change in a stack's file: its own three values, and not a byte more. */
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { parse } from "yaml";
import { withValues } from "../../../cli/stack/stackConfiguration";

const issuedOn = "2026-11-25T03:00:00.000Z";
const changes = {
  "mssp:refreshToken": { secure: "v1:abc:def==" },
  "mssp:refreshTokenIssuedOn": issuedOn,
  "mssp:refreshTokenKeptIn": "configuration",
};

describe("cli/stack/stackConfiguration: the stack's file, when a token is kept in it", () => {
  it("keeps unquoted dates, comments, order and layout", () => {
    const before = [
      "# Contoso, contract 0123",
      "encryptionsalt: v1:salt",
      "config:",
      "    defender-mssp:accessEndsOn: 2031-12-31 # end of the contract",
      "    defender-mssp:customerName: 0123",
      "    mssp:refreshToken:",
      "        secure: v1:old",
      "",
      "    # the analysts",
      '    defender-mssp:analysts: [ { email: "a@fabrikam.example",   displayName: A } ]',
      "",
    ].join("\n");
    const added = `    mssp:refreshTokenIssuedOn: "${issuedOn}"\n    mssp:refreshTokenKeptIn: configuration\n`;
    const after = before.replace("        secure: v1:old", "      secure: v1:abc:def==") + added;
    assert.equal(withValues(before, changes), after);
    assert.equal(withValues(after, changes), after, "the same change again");
    const removed = withValues(after, { "mssp:refreshToken": undefined });
    assert.equal(removed, after.replace("    mssp:refreshToken:\n      secure: v1:abc:def==\n", ""));
  });

  it("adds the values in any layout of the file", () => {
    const texts = ["", "config:\n", "config: {}\n", "a: 1", "config: { b:c: 2031-12-31 }\n", "config:\r\n  b:c: x\r\n"];
    for (const text of texts) {
      const written = withValues(text, changes);
      assert.deepEqual(parse(written), {
        ...(parse(text) as object | null),
        config: { ...(parse(text) as { config?: object } | null)?.config, ...changes },
      });
      assert.equal(written.includes("2031-12-31"), text.includes("2031-12-31"));
    }
  });

  it("leaves every other line unchanged, in any file with a value on each line", () => {
    const value = fc.oneof(
      fc.constantFrom("2031-12-31", "0123", "1_000", "yes", "~", '"quoted: #"', "'it''s'", "[ a,b ]", "{ a: b }"),
      fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/),
    );
    const key = fc.stringMatching(/^[a-z]{1,8}:[a-zA-Z]{1,8}$/).filter((name) => !name.startsWith("mssp:"));
    const indents = fc.constantFrom("  ", "    ");
    assertProperty(100, fc.dictionary(key, value, { minKeys: 1 }), indents, fc.boolean(), (config, indent, isKnown) => {
      const own = isKnown ? [`${indent}mssp:refreshTokenIssuedOn: "2020-01-01T00:00:00.000Z"`] : [];
      const lines = [...Object.entries(config).map(([name, text]) => `${indent}${name}: ${text}`), ...own];
      const text = `encryptionsalt: v1:salt\nconfig:\n${lines.join("\n")}\n`;
      const written = withValues(text, changes);
      const kept = written.split("\n").filter((line) => !/mssp:refresh|^\s+secure:/.test(line));
      assert.deepEqual(
        kept,
        text.split("\n").filter((line) => !line.includes("mssp:refresh")),
      );
      const { config: result } = parse(written) as { config: Record<string, unknown> };
      assert.deepEqual({ ...result, ...changes }, result);
    });
  });
});
