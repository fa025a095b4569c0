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

  it("passes an existing user by the object ID of the settings alone", () => {
    const [ana] = settings.analysts;
    const named = { ...settings, analysts: [{ ...ana!, objectId: "a0a00000-0000-4000-8000-000000000001" }] };
    const problemsOf = (existingObjectId: string, own: typeof settings) =>
      judge(rule, dynamic("Guest"), { email: "ana@fabrikam.example", existingObjectId }, { settings: own });
    assert.deepEqual(problemsOf("A0A00000-0000-4000-8000-000000000001", named), []);
    assert.match(problemsOf("e0e00000-0000-4000-8000-000000000002", named).join(), /is a0a00000-/);
    assert.match(problemsOf("e0e00000-0000-4000-8000-000000000002", settings).join(), /is not set$/);
  });

  it("refuses everybody else, also with an address in the MSSP's domain", () => {
    assert.deepEqual(judge(rule, dynamic("Guest"), { email: "eve@fabrikam.example" }, { settings }), [
      "eve@fabrikam.example is not an analyst of the settings",
    ]);
    assert.equal(judge(rule, azuread("Invitation"), { userEmailAddress: "eve@x.example" }, { settings }).length, 1);
    assert.equal(judge(rule, dynamic("Guest"), { email: "ana@fabrikam.example" }, { settings: "wrong" }).length, 1);
  });
});
