import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { clientSecretsExpire as rule } from "../../../policy/rules/clientSecretsExpire";
import { inDays, judge } from "../support";

describe("policy: client-secrets-expire", () => {
  const type = azuread("ApplicationPassword");
  const secret = { applicationId: "/applications/1", displayName: "MSSP SIEM", endDate: inDays(365) };

  it("passes a client secret with a description that expires within a year", () =>
    assert.deepEqual(judge(rule, type, secret), []));

  it("refuses a client secret without expiry or description, and one that expires later", () => {
    assert.deepEqual(judge(rule, type, { applicationId: "/applications/1" }), [
      "it has no description (displayName)",
      "it has no expiry date (endDate)",
    ]);
    assert.match(judge(rule, type, { ...secret, endDate: inDays(366) })[0]!, /366 days from now; at most 365/);
    assert.match(judge(rule, type, { ...secret, endDate: "next year" })[0]!, /is not a valid date/);
    assert.equal(judge(rule, azuread("ServicePrincipalPassword"), { ...secret, endDate: inDays(700) }).length, 1);
  });

  it("accepts fewer days by its parameter", () => {
    assert.equal(judge(rule, type, secret, { parameters: { mostDays: 90 } }).length, 1);
    assert.deepEqual(judge(rule, type, { ...secret, endDate: inDays(90) }, { parameters: { mostDays: 90 } }), []);
  });
});
