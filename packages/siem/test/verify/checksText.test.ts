import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { failed, notChecked, passed } from "../../src/verify/check";
import { checksText } from "../../src/verify/checksText";
import { requiringState } from "../../src/verify/requiringState";

describe("verify: the table of checks", () => {
  const reason = "sentence ".repeat(40).trim();
  const checks = [
    passed("alerts from Microsoft Graph", reason),
    failed("added to the service principal", reason),
    notChecked("governance relationship", "not permitted: requires TenantGovernance-Relationship.Read.All"),
    notChecked("redirect URIs", "not applicable: the connector has none"),
    notChecked("SIEM authorization", "not applicable: the legacy alert API is not used"),
  ];
  const text = (hasDetails: boolean, list = checks) => stripVTControlCharacters(checksText(list, hasDetails, 80));

  it("at 80 columns, a name has 28 columns at least, and what does not apply is one line", () => {
    const lines = text(false).split("\n");
    assert.ok(lines.every((line) => line.length <= 80));
    assert.match(lines[0] ?? "", /^✓ {2}alerts from Microsoft Graph {2,}sentence/);
    assert.ok(lines.includes("–  2 not applicable (--details shows them)"), lines.join("\n"));
    assert.match(text(false), /^✗ {2}added to the service/m);
    assert.match(text(false), /\n\n1 passed, 1 failed, 3 not checked\.\n$/);
    assert.doesNotMatch(text(false), /redirect URIs/);
  });

  it("--details: a row for each check", () => {
    assert.match(text(true), /^– {2}redirect URIs +not applicable: the connector has none$/m);
    assert.doesNotMatch(text(true), /--details/);
  });

  it("by a connection file, what requires the stack's state is part of that line", () =>
    assert.match(
      text(false, [...checks, ...requiringState]),
      /^– {2}2 not applicable, 4 require the stack's state \(--details/m,
    ));
});
