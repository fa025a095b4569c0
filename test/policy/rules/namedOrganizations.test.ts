import assert from "node:assert/strict";
import { dynamic, keyVault, registrationDefinition } from "../../../domain/resourceTypes";
import { namedOrganizations as rule } from "../../../policy/rules/namedOrganizations";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judge } from "../support";

describe("policy: named-organizations", () => {
  const { tenantId, msspTenantId } = contoso;
  const stranger = "0f0f0f0f-0000-4000-8000-000000000001";
  const entitlement = (identitySource: { tenantId: string } | { domain: string }): PolicySettings => ({
    ...contoso,
    portalAccess: {
      model: "entitlement",
      tiers: { tier1: { name: "1" }, tier2: { name: "2" }, approvers: { name: "3" } },
      approvers: ["admin@contoso.com"],
      expiresAfterDays: 365,
      reviewEvery: "year",
      identitySource,
    },
  });
  const msspApp: PolicySettings = {
    ...contoso,
    connector: {
      kind: "msspApp",
      applicationId: "f00dcafe-0000-4000-8000-000000000001",
      alertApis: ["graph"],
      credential: { type: "certificate" },
    },
  };

  it("passes the customer's tenant, and the MSSP's tenant, domain and application", () => {
    assert.deepEqual(judge(rule, dynamic("Guest"), { tenantId: tenantId.toUpperCase() }), []);
    const settings = { ...contoso, connector: { ...contoso.connector, alertApis: ["legacySiem"] } } as PolicySettings;
    assert.deepEqual(judge(rule, dynamic("DefenderSiemAuthorization"), { tenantId, msspTenantId }, { settings }), []);
    assert.deepEqual(judge(rule, keyVault, { properties: { tenantId: msspTenantId } }), []);
    assert.deepEqual(judge(rule, registrationDefinition, { properties: { managedByTenantId: msspTenantId } }), []);
    const application = { tenantId, applicationId: "f00dcafe-0000-4000-8000-000000000001" };
    assert.deepEqual(judge(rule, dynamic("MsspServicePrincipal"), application, { settings: msspApp }), []);
    const type = dynamic("ConnectedOrganization");
    const byTenant = { tenantId, identitySource: { tenantId: msspTenantId } };
    assert.deepEqual(judge(rule, type, byTenant, { settings: entitlement({ tenantId: msspTenantId }) }), []);
    const byDomain = { tenantId, identitySource: { domainName: "mssp.example" } };
    assert.deepEqual(judge(rule, type, byDomain, { settings: entitlement({ domain: "mssp.example" }) }), []);
  });

  it("refuses another tenant, organization or application", () => {
    assert.deepEqual(judge(rule, dynamic("Guest"), { tenantId: stranger }), [
      `its tenant is ${stranger}; the settings name ${tenantId}`,
    ]);
    assert.deepEqual(judge(rule, dynamic("DefenderSiemAuthorization"), { tenantId, msspTenantId: stranger }), [
      `its MSSP's tenant is ${stranger}; the settings name ${msspTenantId}`,
      "the settings ask for no legacy alert API (connector.alertApis)",
    ]);
    assert.equal(judge(rule, keyVault, { properties: { tenantId: stranger } }).length, 1);
    assert.equal(judge(rule, registrationDefinition, { properties: { managedByTenantId: stranger } }).length, 1);
    const application = { tenantId, applicationId: stranger };
    assert.equal(judge(rule, dynamic("MsspServicePrincipal"), application, { settings: msspApp }).length, 1);
    assert.equal(judge(rule, dynamic("MsspServicePrincipal"), application).length, 1);
    const settings = entitlement({ tenantId: msspTenantId });
    for (const identitySource of [{ tenantId: stranger }, { domainName: "stranger.example" }]) {
      assert.equal(judge(rule, dynamic("ConnectedOrganization"), { tenantId, identitySource }, { settings }).length, 1);
    }
    assert.equal(
      judge(rule, dynamic("ConnectedOrganization"), { tenantId, identitySource: { tenantId: msspTenantId } }).length,
      1,
      "the model rbac has none",
    );
  });
});
