import assert from "node:assert/strict";
import type { ConnectorAccess } from "@defender-mssp/microsoft";
import { azuread } from "../../../domain/resourceTypes";
import { singleTenantApplications as rule } from "../../../policy/rules/singleTenantApplications";
import { contoso, judge } from "../support";

describe("policy: single-tenant-applications", () => {
  const type = azuread("ApplicationRegistration");

  it("passes a single-tenant application, and a multitenant one if the settings use the MSSP's application", () => {
    assert.deepEqual(judge(rule, type, { signInAudience: "AzureADMyOrg" }), []);
    assert.deepEqual(judge(rule, type, {}), []);
    const connector: ConnectorAccess = {
      kind: "msspApp",
      applicationId: "f00dcafe-0000-4000-8000-000000000001",
      alertApis: ["graph"],
      credential: { type: "certificate" },
    };
    const settings = { ...contoso, connector };
    assert.deepEqual(judge(rule, type, { signInAudience: "AzureADMultipleOrgs" }, { settings }), []);
  });

  it("refuses a multitenant application with any other settings", () => {
    for (const signInAudience of [
      "AzureADMultipleOrgs",
      "AzureADandPersonalMicrosoftAccount",
      "PersonalMicrosoftAccount",
    ]) {
      assert.deepEqual(judge(rule, type, { signInAudience }), [
        `signInAudience is ${signInAudience}; expected AzureADMyOrg`,
      ]);
    }
    assert.equal(judge(rule, type, { signInAudience: "AzureADMultipleOrgs" }, { settings: "wrong" }).length, 1);
  });
});
