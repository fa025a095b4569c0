import assert from "node:assert/strict";
import { keyVaults as rule } from "../../../policy/rules/keyVaults";
import { judge } from "../support";

describe("policy: key-vaults", () => {
  const type = "azure-native:keyvault:Vault";
  const sample = { enablePurgeProtection: true, enableRbacAuthorization: true, enableSoftDelete: true };

  it("passes a vault with Azure RBAC and purge protection", () => {
    assert.deepEqual(judge(rule, type, { properties: sample }), []);
    assert.deepEqual(judge(rule, type, { properties: { ...sample, enableSoftDelete: undefined } }), []);
  });

  it("refuses a vault without either, in each version of the type", () => {
    for (const token of [type, "azure-native:keyvault/v20230701:Vault"]) {
      assert.deepEqual(judge(rule, token, { properties: { enableSoftDelete: false } }), [
        "it has no purge protection",
        "its permission model is access policies, not Azure RBAC",
        "its soft delete is off",
      ]);
    }
  });
});
