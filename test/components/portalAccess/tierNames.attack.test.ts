/** Names of tiers that meet, swap or shift: one true error before the first call, never a failure half way. */
import assert from "node:assert/strict";
import { refuseMovedNames } from "../../../components/portalAccess/deployedNames";
import type { DeployedResources } from "../../../components/tenant/deployedResources";
import { checkSettings } from "../../../settings";
import { requiredSettings } from "../../settings/required";

const msspName = "Fabrikam Security";

describe("components/portalAccess/tierNames: a tier named like another group of the stack", () => {
  const problemsWith = (tiers: object, model = "rbac") => {
    const approvers = model === "entitlement" ? { approvers: ["admin@contoso.com"] } : {};
    const values = {
      ...requiredSettings,
      msspName: "Fabrikam’s",
      analysts: "[]",
      portalAccess: JSON.stringify({ model, tiers, ...approvers }),
    };
    const result = checkSettings(values, [], {});
    return "problems" in result ? result.problems.map(({ key }) => key) : [];
  };

  it("refuses the name of the group of all analysts, in any case and with any apostrophe", () => {
    for (const name of ["Fabrikam’s MSSP Analysts", "fabrikam's mssp analysts"]) {
      assert.deepEqual(problemsWith({ tier2: { name } }), ["portalAccess.tiers.tier2.name"]);
      assert.deepEqual(problemsWith({ tier2: { name } }, "entitlement"), ["portalAccess.tiers.tier2.name"]);
    }
    assert.deepEqual(problemsWith({ tier2: { name: "Fabrikam’s Analysts" } }), []);
  });

  it("refuses two tiers whose names the directory cannot tell apart", () =>
    assert.deepEqual(problemsWith({ tier1: { name: "O'Neil" }, tier2: { name: "o’neil" } }), [
      "portalAccess.tiers.tier2.name",
    ]));
});

describe("components/portalAccess/tierNames: tier names that swap or shift", () => {
  const tiers = (tier1: string, tier2: string, approvers = "Approvers") => ({
    msspName,
    portalAccess: {
      model: "rbac" as const,
      tiers: { tier1: { name: tier1 }, tier2: { name: tier2 }, approvers: { name: approvers } },
    },
  });
  const urn = (type: string, name: string) => `urn:pulumi:dev::defender-mssp::parent$${type}::${name}`;
  const groupType = "azuread:index/group:Group";
  const roleType = "pulumi-nodejs:dynamic/defender-mssp:DefenderRoleDefinition";
  const entry = (type: string, name: string, displayName: string) =>
    [urn(type, name), { type, outputs: { displayName } }] as const;
  const deployed: DeployedResources = Object.fromEntries([
    entry(groupType, "customer-access-analysts-group", `${msspName} MSSP Analysts`),
    entry(groupType, "customer-access-tier1-group", "A"),
    entry(groupType, "customer-access-tier2-group", "B"),
    entry(groupType, "customer-access-approvers-group", "Approvers"),
    entry(roleType, "customer-access-tier1-role", "A"),
    entry(roleType, "customer-access-tier2-role", "B"),
  ]);
  const check = (settings: ReturnType<typeof tiers>, state = deployed) =>
    refuseMovedNames("customer-access", settings, state);

  it("refuses swapped names, and says which settings and what to do", () =>
    assert.throws(() => check(tiers("B", "A")), {
      name: "VisibleError",
      message:
        "A name cannot move from one group or role of this stack to another in one step. Nothing was changed.\n" +
        '- portalAccess.tiers.tier1.name: "B" is still the name of portalAccess.tiers.tier2.name\n' +
        '- portalAccess.tiers.tier2.name: "A" is still the name of portalAccess.tiers.tier1.name\n' +
        "First set portalAccess.tiers.tier2.name to a name that nothing has and run `npx pulumi up`, then set portalAccess.tiers.tier1.name.",
    }));

  it("refuses a name that shifts to the next tier, in any case", () => {
    assert.throws(() => check(tiers("b", "C")), /tier1\.name: "b" is still the name of portalAccess\.tiers\.tier2/);
    assert.throws(() => check(tiers("A", "C", "B")), /approvers\.name: "B" is still the name of/);
  });

  it("refuses the former name of the group of all analysts", () => {
    const renamed = { ...tiers(`${msspName} MSSP Analysts`, "B"), msspName: "Woodgrove" };
    assert.throws(() => check(renamed), /is still the name of msspName/);
  });

  it("refuses a role's name that a failed `up` left behind", () => {
    const half = {
      ...deployed,
      [urn(groupType, "customer-access-tier2-group")]: { type: groupType, outputs: { displayName: "C" } },
    };
    assert.throws(() => check(tiers("B", "C"), half), /tier1\.name: "B" is still the name of/);
  });

  it("passes new names, unchanged names, and a new stack", () => {
    check(tiers("A", "B"));
    check(tiers("A2", "B2", "C2"));
    check(tiers("B", "A"), {});
  });
});
