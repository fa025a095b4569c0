import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../policy/resourceTypes";
import { guestDomains as rule } from "../../../policy/rules/guestDomains";
import { judge, unknownValue } from "../support";

describe("policy: guest-domains", () => {
  const type = dynamic("Guest");

  it("passes a company's address; with the parameter, of its domains alone", () => {
    assert.deepEqual(judge(rule, type, { email: "ana@fabrikam-security.example" }), []);
    const parameters = { domains: ["Fabrikam-Security.example"] };
    assert.deepEqual(judge(rule, type, { email: "ana@fabrikam-security.example" }, { parameters }), []);
  });

  it("refuses mailboxes that anybody can have, and other domains than the parameter's", () => {
    assert.deepEqual(judge(rule, type, { email: "Ana@GMAIL.com" }), [
      "Ana@GMAIL.com is an address of a public mail provider",
    ]);
    const parameters = { domains: ["fabrikam-security.example"] };
    for (const email of ["ana@sub.fabrikam-security.example", "ana@fabrikam-security.example.attacker.example"]) {
      assert.equal(judge(rule, type, { email }, { parameters }).length, 1);
    }
    assert.equal(judge(rule, azuread("Invitation"), { userEmailAddress: "ana@gmail.com" }).length, 1);
  });

  it("waits for what a preview doesn't know", () => {
    assert.deepEqual(judge(rule, type, { email: unknownValue }, { parameters: { domains: ["a.example"] } }), []);
  });
});
