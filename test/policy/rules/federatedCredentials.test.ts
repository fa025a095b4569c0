import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { federatedCredentials as rule } from "../../../policy/rules/federatedCredentials";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judge } from "../support";

describe("policy: federated-credentials", () => {
  const type = azuread("ApplicationFederatedIdentityCredential");
  const credential = {
    type: "federated",
    issuer: "https://siem.example/idp",
    subject: "workload:siem",
    audience: "api://AzureADTokenExchange",
  } as const;
  const settings: PolicySettings = { ...contoso, connector: { kind: "customerApp", alertApis: ["graph"], credential } };
  const named = { issuer: credential.issuer, subject: credential.subject, audiences: [credential.audience] };

  it("passes the issuer, subject and audience of the settings", () =>
    assert.deepEqual(judge(rule, type, named, { settings }), []));

  it("refuses another issuer, subject or audience, also in another case", () => {
    assert.deepEqual(judge(rule, type, { ...named, issuer: "https://elsewhere.example" }, { settings }), [
      'its issuer is "https://elsewhere.example"; the settings name "https://siem.example/idp"',
    ]);
    assert.equal(judge(rule, type, { ...named, subject: "Workload:siem" }, { settings }).length, 1);
    const audiences = [credential.audience, "api://another"];
    assert.equal(judge(rule, type, { ...named, audiences }, { settings }).length, 1);
  });

  it("refuses every federated credential if the settings ask for none", () => {
    assert.deepEqual(judge(rule, type, named), ["the settings ask for no federated credential"]);
    assert.equal(judge(rule, type, named, { settings: "wrong" }).length, 1);
  });
});
