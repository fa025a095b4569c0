import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { guestDomains as rule } from "../../../policy/rules/guestDomains";
import { judge, unknownValue } from "../support";

describe("policy: guest-domains", () => {
  const type = dynamic("Guest");

  it("passes a company's address, and with the parameter only addresses of its domains", () => {
    assert.deepEqual(judge(rule, type, { email: "ana@fabrikam-security.example" }), []);
    const parameters = { domains: ["Fabrikam-Security.example"] };
    assert.deepEqual(judge(rule, type, { email: "ana@fabrikam-security.example" }, { parameters }), []);
  });

  it("refuses addresses of public mail providers, and domains that the parameter does not name", () => {
    assert.deepEqual(judge(rule, type, { email: "Ana@GMAIL.com" }), [
      "Ana@GMAIL.com is an address of a public mail provider",
    ]);
    const parameters = { domains: ["fabrikam-security.example"] };
    for (const email of ["ana@sub.fabrikam-security.example", "ana@fabrikam-security.example.attacker.example"]) {
      assert.equal(judge(rule, type, { email }, { parameters }).length, 1);
    }
    assert.equal(judge(rule, azuread("Invitation"), { userEmailAddress: "ana@gmail.com" }).length, 1);
  });

  it("reports nothing for values that a preview does not know", () =>
    assert.deepEqual(judge(rule, type, { email: unknownValue }, { parameters: { domains: ["a.example"] } }), []));
});
