import assert from "node:assert/strict";
import { azuread } from "../../../policy/resourceTypes";
import { clientSecretsExpire as rule } from "../../../policy/rules/clientSecretsExpire";
import { inDays, judge, unknownValue } from "../support";

describe("policy: client-secrets-expire", () => {
  const type = azuread("ApplicationPassword");
  const secret = { applicationId: "/applications/1", displayName: "MSSP SIEM", endDate: inDays(365) };

  it("passes a described secret of a year", () => {
    assert.deepEqual(judge(rule, type, secret), []);
  });

  it("refuses one without end or description, and one that lives longer", () => {
    assert.deepEqual(judge(rule, type, { applicationId: "/applications/1" }), [
      "it has no description (displayName)",
      "it has no expiry date (endDate)",
    ]);
    assert.match(judge(rule, type, { ...secret, endDate: inDays(366) })[0]!, /366 days from now; at most 365/);
    assert.match(judge(rule, type, { ...secret, endDate: "next year" })[0]!, /is not a valid date/);
    assert.equal(judge(rule, azuread("ServicePrincipalPassword"), { ...secret, endDate: inDays(700) }).length, 1);
  });

  it("takes fewer days by its parameter", () => {
    assert.equal(judge(rule, type, secret, { parameters: { mostDays: 90 } }).length, 1);
    assert.deepEqual(judge(rule, type, { ...secret, endDate: inDays(90) }, { parameters: { mostDays: 90 } }), []);
  });

  it("waits for what a preview doesn't know", () => {
    assert.deepEqual(judge(rule, type, { ...secret, displayName: unknownValue, endDate: unknownValue }), []);
  });
});
