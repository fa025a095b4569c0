import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { root } from "./workflowFiles";

describe("the template for Pulumi ESC", () => {
  const text = readFileSync(path.join(root, "templates", "esc", "customer.yaml"), "utf8");
  const { values } = parse(text) as {
    values: {
      azure: { login: { "fn::open::azure-login": Record<string, unknown> } };
      environmentVariables: Record<string, string>;
    };
  };
  const variables = values.environmentVariables;

  it("sets variables that the sign-in reads, and no tenant", () => {
    const reader = readFileSync(path.join(root, "packages", "microsoft", "src", "entra", "token.ts"), "utf8");
    // The official azuread provider reads it; the dynamic resources take any token that there is.
    const names = Object.keys(variables).filter((name) => name !== "ARM_USE_OIDC");
    assert.deepEqual(names, ["ARM_CLIENT_ID", "ARM_OIDC_TOKEN"]);
    for (const name of names) assert.ok(reader.includes(name), name);
    assert.equal(variables["ARM_USE_OIDC"], "true");
  });

  it("refers to values of azure-login, which signs in without a secret", () => {
    const login = values.azure.login["fn::open::azure-login"];
    assert.deepEqual(Object.keys(login), ["clientId", "tenantId", "subscriptionId", "oidc"]);
    assert.equal(login["oidc"], true);
    // Outputs of the provider: https://www.pulumi.com/docs/esc/providers/login/azure-login/
    assert.equal(variables["ARM_CLIENT_ID"], "${azure.login.clientId}");
    assert.equal(variables["ARM_OIDC_TOKEN"], "${azure.login.oidc.token}");
    assert.doesNotMatch(text, /secret/i);
  });
});
