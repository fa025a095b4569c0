import assert from "node:assert/strict";
import { microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { azuread } from "../../../domain/resourceTypes";
import { federatedInsteadOfSecret as rule } from "../../../policy/rules/federatedInsteadOfSecret";
import { judgeStack, unknownValue } from "../support";

describe("policy: federated-instead-of-secret", () => {
  const secret = { type: azuread("ApplicationPassword"), name: "password" };
  const access = (apiClientId: string) => ({ type: azuread("ApplicationApiAccess"), properties: { apiClientId } });

  it("passes a secret for the legacy alert API, and an application without one", () => {
    assert.deepEqual(judgeStack(rule, [secret, access(windowsDefenderAtp.appId), access(microsoftGraph.appId)]), []);
    assert.deepEqual(judgeStack(rule, [access(microsoftGraph.appId)]), []);
  });

  it("advises against a client secret for a connector that reads only Microsoft Graph", () => {
    assert.deepEqual(judgeStack(rule, [secret, access(microsoftGraph.appId)]), ["password is a client secret"]);
    assert.equal(rule.level, "advisory");
  });

  it("reports the secret even if a preview does not know its values", () => {
    const properties = { value: unknownValue, keyId: unknownValue };
    assert.equal(judgeStack(rule, [{ ...secret, properties }, access(microsoftGraph.appId)]).length, 1);
    assert.deepEqual(judgeStack(rule, [{ ...secret, properties }, access(windowsDefenderAtp.appId)]), []);
  });
});
