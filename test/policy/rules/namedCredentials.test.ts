import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { namedCredentials as rule } from "../../../policy/rules/namedCredentials";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judge } from "../support";

describe("policy: named-credentials", () => {
  const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const settings = {
    ...contoso,
    connector: { ...contoso.connector, credential: { type: "certificate", certificate } },
  } as PolicySettings;
  const type = azuread("ApplicationCertificate");
  const secret = azuread("ApplicationPassword");

  it("passes the credential of the settings", () => {
    assert.deepEqual(judge(rule, secret, {}), []);
    assert.deepEqual(judge(rule, type, { value: certificate, type: "AsymmetricX509Cert" }, { settings }), []);
    assert.deepEqual(judge(rule, type, { value: certificate.replaceAll("\n", "\r\n") }, { settings }), []);
  });

  it("refuses a credential of another type, and another certificate", () => {
    assert.deepEqual(judge(rule, type, { value: certificate }), ["the settings ask for no certificate"]);
    assert.deepEqual(judge(rule, secret, {}, { settings }), ["the settings ask for no client secret"]);
    assert.deepEqual(judge(rule, secret, {}, { settings: "wrong" }), ["the settings ask for no client secret"]);
    assert.deepEqual(judge(rule, type, { value: certificate.replace("MIIB", "MIIC") }, { settings }), [
      "its certificate is not the one of the settings",
    ]);
    assert.equal(judge(rule, type, { value: certificate, encoding: "hex" }, { settings }).length, 1);
  });
});
