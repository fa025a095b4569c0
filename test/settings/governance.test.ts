/** The settings of `portalAccess` with the model `governance`. */
import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { checkSettings, parseSettings } from "../../settings";
import { governancePolicy } from "../../settings/governance";
import { neededPermissions, permissionsToSeeGovernance } from "../../domain/prerequisites";
import { requiredSettings } from "./required";

const group = { objectId: "0A0B0C0D-0000-4000-8000-000000000001", name: "SOC", roles: ["Security Reader"] };
const connector = JSON.stringify({ kind: "msspApp", applicationId: "f00dcafe-0000-4000-8000-000000000001" });
const values = (portalAccess: object, more: object = {}) => ({
  ...requiredSettings,
  portalAccess: JSON.stringify({ model: "governance", ...portalAccess }),
  ...more,
});

function problemsOf(portalAccess: object, more: object = {}): string[] {
  const checked = checkSettings(values(portalAccess, more), [], {});
  return "problems" in checked ? checked.problems.map(({ key, allowed }) => `${key}: ${allowed}`) : [];
}

describe("settings of a governance relationship", () => {
  it("needs no analysts, and no permission for guests, groups and roles", () => {
    const settings = parseSettings(values({ groups: [group] }), [], {});
    assert.deepEqual(settings.analysts, []);
    const names = neededPermissions(settings).map(({ permission }) => permission);
    assertNone(names, (name) => /^(Group|User|RoleManagement|EntitlementManagement)\./.test(name));
    assert.equal(permissionsToSeeGovernance(settings).length, 3);
  });

  it("grants the groups' roles; with provisionConnector also the connector's permission", () => {
    const plain = governancePolicy(parseSettings(values({ groups: [group] }), [], {}));
    assert.ok(plain !== undefined);
    assert.equal(plain.groups[0]?.objectId, group.objectId.toLowerCase());
    assert.deepEqual(plain.applications, []);
    const more = { connector };
    const withApp = governancePolicy(
      parseSettings(values({ groups: [group], provisionConnector: true }, more), [], {}),
    );
    assert.deepEqual(withApp?.applications[0]?.permissions, ["SecurityAlert.Read.All"]);
    const contract = { profile: "triage", approvedBy: "Sam Kim", writesEndOn: "2099-01-01" };
    const writing = { connector: JSON.stringify({ ...(JSON.parse(connector) as object), ...contract }) };
    const settings = parseSettings(values({ groups: [group], provisionConnector: true }, writing), [], {});
    const permissions = governancePolicy(settings)?.applications[0]?.permissions;
    assert.deepEqual(permissions, ["SecurityAlert.Read.All", "SecurityIncident.Read.All", "ThreatHunting.Read.All"]);
  });

  for (const [title, portalAccess, more, problem] of [
    ["no groups", {}, {}, /^portalAccess\.groups: a list of 1 to 20 groups/],
    ["a group twice", { groups: [group, { ...group, objectId: group.objectId.toLowerCase() }] }, {}, /each group once/],
    ["another role", { groups: [{ ...group, roles: ["Global Administrator"] }] }, {}, /roles\[0\]: a directory role/],
    [
      "provisionConnector with an application of the customer",
      { groups: [group], provisionConnector: true },
      {},
      /only with connector\.kind msspApp/,
    ],
    ["tiers", { groups: [group], tiers: {} }, {}, /portalAccess\.tiers: only with the model rbac or entitlement/],
    [
      "analysts",
      { groups: [group] },
      { analysts: '[{"email":"a@b.example","displayName":"A"}]' },
      /^analysts: \[\] with the model governance/,
    ],
  ] as const) {
    it(`refuses ${title}`, () => {
      const problems = problemsOf(portalAccess, more);
      assert.equal(problems.filter((one) => problem.test(one)).length, 1, problems.join("\n"));
    });
  }

  it("groups belong to this model only", () => {
    const rbac = {
      ...requiredSettings,
      analysts: "[]",
      portalAccess: JSON.stringify({ model: "rbac", groups: [group] }),
    };
    const checked = checkSettings(rbac, [], {});
    assert.ok("problems" in checked);
    assert.match(checked.problems[0]?.allowed ?? "", /only with the model governance/);
  });
});
