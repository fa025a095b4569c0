/** Text out of a customer's tenant, or of a server, that a command prints. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { reportText } from "../../cli/customer/doctor/report";
import type { Report } from "../../cli/access/examination/report";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { terminalText, visibleJson, visibleText } from "@defender-mssp/terminal/terminalText";
import { secretsText } from "../../cli/customer/secrets/secretsText";
import { outputsText } from "../../cli/sandbox/start/outputsText";
import { codeOf } from "@defender-mssp/siem/tokens/signIn";

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

describe("cli/terminalText: control characters in a tenant's text", () => {
  it("no printed text, line or JSON contains a terminal control character", () =>
    assertProperty(100, anything, (text) => {
      assert.doesNotMatch(terminalText(text).replaceAll("\n", ""), acting);
      assert.doesNotMatch(visibleText(text), acting);
      assert.doesNotMatch(visibleJson({ [text]: [text] }), acting);
      assert.doesNotMatch(visibleJson({ [text]: [text] }, 2).replaceAll("\n", ""), acting);
    }));

  it("the parsed JSON has the original text", () =>
    assertProperty(100, anything, fc.constantFrom(undefined, 2), (text, indent) => {
      assert.deepEqual(JSON.parse(visibleJson({ a: [text] }, indent)), { a: [text] });
    }));

  it("Entra's error in a redirect, which anybody can write, is escaped", () => {
    const address = `https://contoso.com/x?state=s&error=e&error_description=${encodeURIComponent("no\u001b[2J\u202e\u0007")}`;
    assert.throws(() => codeOf(address, "https://contoso.com/x", "s"), { message: "no\\u{1b}[2J\\u{202e}\\u{7}" });
  });

  it("tables, reports and outputs of the commands are escaped", () => {
    const report = (text: string): Report => ({
      ...{ stack: "contoso", customerName: text, tenantId: "t", state: "failed", permissions: [] },
      identity: { kind: "user", name: text, clientId: "c", objectId: "o" },
      features: [{ feature: "invitations", state: "failed", reason: text }],
      conditionalAccess: [{ policy: text, policyId: text, state: "failed", reason: text }],
      retirements: [],
      notes: [text],
    });
    assertProperty(100, anything, (text) => {
      const printed = [
        ...[tableText([[text, { text, color: "red" }]]), paragraph(text), reportText(report(text), new Date())],
        outputsText({ [visibleText(text)]: text, list: [text, { inner: text }] }),
        secretsText([{ stack: "contoso", state: "failed", note: text, unreadable: true }]),
      ];
      for (const one of printed) {
        assert.doesNotMatch(one.replaceAll(/\u001b\[\d+m/g, "").replaceAll("\n", ""), acting);
      }
    });
  });

  it("no command bypasses the escaping by writing to standard output or printing plain JSON", () => {
    const checkout = path.join(__dirname, "..", "..");
    const files = ["cli", "packages/siem/src"].flatMap((folder) =>
      readdirSync(path.join(checkout, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => path.join(folder, file)),
    );
    assert.ok(files.length > 200);
    for (const file of files) {
      const text = readFileSync(path.join(checkout, file), "utf8");
      assert.doesNotMatch(text, /process\.stdout\.write/, file);
      assert.doesNotMatch(text, /\b(?:print|out\.write)\([^;]*JSON\.stringify/, file);
    }
  });
});
