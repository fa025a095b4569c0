import assert from "node:assert/strict";
import { checkSettings } from "../../settings";
import { neededPermissions, permissionsToPreview } from "../../domain/prerequisites";
import { missingFeatures, tenantNeeds } from "../../domain/tenantNeeds";
import { requiredSettings } from "./required";

const check = (values: Readonly<Record<string, unknown>>) =>
  checkSettings(
    {
      ...requiredSettings,
      analysts: "[]",
      ...Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)])),
    },
    [],
    {},
  );

function settingsOf(values: Readonly<Record<string, unknown>>) {
  const result = check(values);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.settings;
}

function problemsOf(values: Readonly<Record<string, unknown>>): string[] {
  const result = check(values);
  return "problems" in result ? result.problems.map(({ key, allowed }) => `${key}: ${allowed}`) : [];
}

describe("settings crossTenantTrust and conditionalAccess", () => {
  it("are off unless set, and need nothing then", () => {
    const settings = settingsOf({});
    assert.equal(settings.crossTenantTrust, undefined);
    assert.equal(settings.conditionalAccess, undefined);
    assert.ok(!neededPermissions(settings).some(({ permission }) => permission.startsWith("Policy.")));
    assert.deepEqual(tenantNeeds(settings).premiumSettings, []);
  });

  it("only the keys that are set are there; a mode is short for a map", () => {
    const trust = { mfa: true, limitToGroup: "77777777-8888-9999-0000-11111111111A" };
    const settings = settingsOf({ crossTenantTrust: trust, conditionalAccess: "report" });
    assert.deepEqual(settings.crossTenantTrust, { mfa: true, limitToGroup: trust.limitToGroup.toLowerCase() });
    assert.deepEqual(settings.conditionalAccess, { mode: "report", strength: "multifactor", compliantDevice: false });
  });

  it("a policy that would lock the MSSP out is one problem", () => {
    const device = { mode: "report", compliantDevice: true };
    for (const trust of [undefined, { mfa: true }, { compliantDevice: false }]) {
      const problems = problemsOf({ conditionalAccess: device, ...(trust && { crossTenantTrust: trust }) });
      assert.equal(problems.length, 1, JSON.stringify(trust));
      assert.match(problems[0] ?? "", /^conditionalAccess\.compliantDevice: .*lock the MSSP's analysts out/);
    }
    assert.deepEqual(problemsOf({ conditionalAccess: device, crossTenantTrust: { compliantDevice: true } }), []);
    const strength = { mode: "enforce", strength: "phishingResistant" };
    assert.match(
      problemsOf({ conditionalAccess: strength }).join(),
      /^conditionalAccess\.strength: .*crossTenantTrust\.mfa/,
    );
    assert.deepEqual(problemsOf({ conditionalAccess: strength, crossTenantTrust: { mfa: "true" } }), []);
  });

  it("refuses an empty trust, an unknown key, a group that is no ID, and another mode", () => {
    assert.equal(problemsOf({ crossTenantTrust: {} }).length, 1);
    assert.equal(problemsOf({ crossTenantTrust: { MFA: true } }).length, 1);
    assert.equal(problemsOf({ crossTenantTrust: { limitToGroup: "SOC" } }).length, 1);
    assert.equal(problemsOf({ conditionalAccess: "on" }).length, 1);
    assert.equal(problemsOf({ conditionalAccess: { mode: "report", signInFrequencyHours: 24 } }).length, 1);
  });

  it("name the permissions that they need, to write and to preview, and the licence", () => {
    const settings = settingsOf({ crossTenantTrust: { mfa: true }, conditionalAccess: "report" });
    const needed = neededPermissions(settings).map(({ permission }) => permission);
    for (const permission of [
      "Policy.ReadWrite.CrossTenantAccess",
      "Policy.ReadWrite.ConditionalAccess",
      "Policy.Read.All",
    ]) {
      assert.ok(needed.includes(permission), permission);
    }
    assert.ok(permissionsToPreview(settings).includes("Policy.Read.All"));
    const features = { entitlementManagement: true, invitations: true, longestSecretDays: Infinity };
    const missing = (premium: boolean) =>
      missingFeatures(tenantNeeds(settings), { ...features, roleAssignableGroups: premium });
    assert.deepEqual(missing(true), []);
    assert.match(missing(false).join(), /^crossTenantTrust and conditionalAccess need Microsoft Entra ID P1/);
    assert.deepEqual(tenantNeeds(settingsOf({ crossTenantTrust: { automaticConsent: true } })).premiumSettings, []);
  });
});
