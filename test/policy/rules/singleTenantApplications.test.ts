import assert from "node:assert/strict";
import { azuread } from "../../../policy/resourceTypes";
import { singleTenantApplications as rule } from "../../../policy/rules/singleTenantApplications";
import { contoso, judge, unknownValue } from "../support";

describe("policy: single-tenant-applications", () => {
  const type = azuread("ApplicationRegistration");

  it("passes a single-tenant application, and a multitenant one where the settings are for the MSSP's", () => {
    assert.deepEqual(judge(rule, type, { signInAudience: "AzureADMyOrg" }), []);
    assert.deepEqual(judge(rule, type, {}), []);
    const settings = { ...contoso, connector: { kind: "msspApp" as const } };
    assert.deepEqual(judge(rule, type, { signInAudience: "AzureADMultipleOrgs" }, { settings }), []);
  });

  it("refuses a multitenant one otherwise", () => {
    for (const signInAudience of [
      "AzureADMultipleOrgs",
      "AzureADandPersonalMicrosoftAccount",
      "PersonalMicrosoftAccount",
    ]) {
      assert.deepEqual(judge(rule, type, { signInAudience }), [`it takes sign-ins of ${signInAudience}`]);
    }
    assert.equal(judge(rule, type, { signInAudience: "AzureADMultipleOrgs" }, { settings: "wrong" }).length, 1);
  });

  it("waits for what a preview doesn't know", () => {
    assert.deepEqual(judge(rule, type, { signInAudience: unknownValue }), []);
  });
});
