import assert from "node:assert/strict";
import { checkSettings, type SettingProblem } from "../../settings";
import { requiredSettings } from "./required";

const good = {
  ...requiredSettings,
  analysts: "[]",
};
const subscriptionId = "5EC0DE00-5AB5-4000-8000-000000000001";

function check(changed: Record<string, unknown>) {
  const values: Record<string, string> = { ...good };
  for (const [key, value] of Object.entries(changed)) values[key] = JSON.stringify(value);
  return checkSettings(values, [], {});
}

function problems(changed: Record<string, unknown>): readonly SettingProblem[] {
  const result = check(changed);
  return "problems" in result ? result.problems : [];
}

const wrong = (changed: Record<string, unknown>) => problems(changed).map(({ key, seen }) => `${key}: ${seen}`);

describe("settings: handover and azureDelegation", () => {
  it("handover and azureDelegation are off by default", () => {
    const result = check({});
    assert.ok("settings" in result && !("handover" in result.settings) && !("azureDelegation" in result.settings));
  });

  it("handover and azureDelegation are typed, with IDs in lower case", () => {
    const handover = { subscriptionId, location: "westeurope", softDeleteRetentionDays: 7 };
    const azureDelegation = { subscriptionId, groupObjectId: subscriptionId, groupName: "SOC", roles: ["Reader"] };
    const result = check({ handover, azureDelegation });
    assert.ok("settings" in result, JSON.stringify(result));
    assert.deepEqual(result.settings.handover, { ...handover, subscriptionId: subscriptionId.toLowerCase() });
    assert.deepEqual(result.settings.azureDelegation, {
      ...azureDelegation,
      subscriptionId: subscriptionId.toLowerCase(),
    });
  });

  it("handover: a region for a new vault, or the ID of an existing one", () => {
    const vaultId =
      "/subscriptions/5ec0de00-5ab5-4000-8000-000000000001/resourceGroups/siem/providers/Microsoft.KeyVault/vaults/siem";
    assert.deepEqual(wrong({ handover: { subscriptionId } }), ["handover.location: (not set)"]);
    assert.deepEqual(wrong({ handover: { subscriptionId, vaultId } }), []);
    assert.deepEqual(wrong({ handover: { subscriptionId, vaultId, location: "westeurope" } }), [
      'handover.location: "westeurope"',
    ]);
    assert.deepEqual(wrong({ handover: { subscriptionId, vaultId: "/vaults/siem" } }), [
      'handover.vaultId: "/vaults/siem"',
    ]);
  });

  it("handover: requires a client secret", () => {
    const handover = { subscriptionId, location: "westeurope" };
    const federated = { type: "federated", issuer: "https://token.example", subject: "siem" };
    const [problem] = problems({ handover, connector: { credential: federated } });
    assert.equal(problem?.key, "handover");
    assert.match(problem.allowed, /client secret/);
  });

  it("azureDelegation: each role that Lighthouse does not delegate is reported with its place", () => {
    const delegation = { subscriptionId, groupObjectId: subscriptionId, groupName: "SOC" };
    const refused = problems({
      azureDelegation: { ...delegation, roles: ["Reader", "Owner", "Key Vault Secrets User"] },
    });
    assert.deepEqual(
      refused.map(({ key }) => key),
      ["azureDelegation.roles[1]", "azureDelegation.roles[2]"],
    );
    assert.deepEqual(wrong({ azureDelegation: { ...delegation, roles: [] } }), ["azureDelegation.roles: []"]);
  });
});
