import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { namedGuests as rule } from "../../../policy/rules/namedGuests";
import { contoso, judge } from "../support";

describe("policy: named-guests", () => {
  const settings = {
    ...contoso,
    analysts: [{ email: "ana@fabrikam.example", displayName: "Ana", tier: "tier1" as const }],
  };

  it("passes the analysts of the settings, in any case", () => {
    assert.deepEqual(judge(rule, dynamic("Guest"), { email: "Ana@fabrikam.example" }, { settings }), []);
    assert.deepEqual(
      judge(rule, azuread("Invitation"), { userEmailAddress: "ana@fabrikam.example" }, { settings }),
      [],
    );
  });

  it("refuses everybody else, also with an address in the MSSP's domain", () => {
    assert.deepEqual(judge(rule, dynamic("Guest"), { email: "eve@fabrikam.example" }, { settings }), [
      "eve@fabrikam.example is not an analyst of the settings",
    ]);
    assert.equal(judge(rule, azuread("Invitation"), { userEmailAddress: "eve@x.example" }, { settings }).length, 1);
    assert.equal(judge(rule, dynamic("Guest"), { email: "ana@fabrikam.example" }, { settings: "wrong" }).length, 1);
  });
});
