import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { certificatesExpire as rule } from "../../../policy/rules/certificatesExpire";
import { inDays, judge } from "../support";

describe("policy: certificates-expire", () => {
  const type = azuread("ApplicationCertificate");

  it("passes a certificate that expires within a year, or within the parameter's days", () => {
    assert.deepEqual(judge(rule, type, { endDate: inDays(364) }), []);
    assert.deepEqual(judge(rule, type, { endDate: inDays(700) }, { parameters: { mostDays: 730 } }), []);
  });

  it("refuses a certificate without expiry, with a relative one, and one that expires later", () => {
    assert.deepEqual(judge(rule, type, {}), ["it has no expiry date (endDate)"]);
    assert.equal(judge(rule, type, { endDateRelative: "87600h" }).length, 2);
    const [problem = ""] = judge(rule, type, { endDate: "2099-01-01T00:00:00Z" });
    assert.match(problem, /^it expires on 2099-01-01T00:00:00Z, \d+ days from now; at most 366 are allowed$/);
    assert.equal(judge(rule, azuread("ServicePrincipalCertificate"), { endDate: inDays(400) }).length, 1);
  });
});
