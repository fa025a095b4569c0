import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import {
  authenticationStrengths,
  defenderPortalAppId,
  directoryRoleTemplates,
  judgePolicy,
  type AccessPolicy,
  type ExternalSignIn,
} from "@defender-mssp/microsoft";

const msspTenantId = "5ec0de00-5ea1-4000-8000-000000000001";
const other = "5ec0de00-5ea1-4000-8000-000000000002";
const none: ExternalSignIn = { msspTenantId, trust: { mfa: false, compliantDevice: false, hybridJoinedDevice: false } };
const everything: ExternalSignIn = { ...none, trust: { mfa: true, compliantDevice: true, hybridJoinedDevice: true } };
const guests = (...members: string[]) => ({
  guestOrExternalUserTypes: "b2bCollaborationGuest",
  externalTenants: { membershipKind: "enumerated", members },
});

function policy(
  changes: Partial<AccessPolicy["conditions"] & object> = {},
  grant: object = { builtInControls: ["block"] },
) {
  const conditions = {
    users: { includeUsers: ["All"] },
    applications: { includeApplications: ["All"] },
    clientAppTypes: ["all"],
    ...changes,
  };
  return {
    id: "p",
    displayName: "P",
    state: "enabled",
    conditions,
    grantControls: { operator: "AND", ...grant },
  } as AccessPolicy;
}
const applies = (changes: Parameters<typeof policy>[0], signIn = none) => judgePolicy(policy(changes), signIn).applies;
const effect = (grant: object, signIn = none) => judgePolicy(policy({}, grant), signIn).effect;

describe("judgement of Conditional Access policies", () => {
  it("users: everybody, guests, and the MSSP's tenant are reached; others are not", () => {
    assert.equal(applies({}), "yes");
    assert.equal(applies({ users: { includeUsers: ["GuestsOrExternalUsers"] } }), "yes");
    assert.equal(applies({ users: { includeGuestsOrExternalUsers: guests(msspTenantId) } }), "yes");
    assert.equal(applies({ users: { includeGuestsOrExternalUsers: guests(other) } }), "no");
    assert.equal(applies({ users: { includeUsers: ["None"] } }), "no");
    assert.equal(applies({ users: { includeGroups: [other] } }), "perhaps");
    assert.equal(applies({ users: { includeUsers: ["All"], excludeGroups: [other] } }), "perhaps");
    const role = directoryRoleTemplates["Security Reader"];
    assert.equal(applies({ users: { includeRoles: [role] } }, { ...none, roles: [role] }), "yes");
  });

  it("applications: all, the Defender portal and the admin portals; an exclusion decides", () => {
    assert.equal(applies({ applications: { includeApplications: [defenderPortalAppId] } }), "yes");
    assert.equal(applies({ applications: { includeApplications: ["MicrosoftAdminPortals"] } }), "yes");
    assert.equal(applies({ applications: { includeApplications: ["Office365"] } }), "no");
    const without = { includeApplications: ["All"], excludeApplications: [defenderPortalAppId] };
    assert.equal(applies({ applications: without }), "no");
  });

  it("circumstances: a policy for another kind of client does not apply; one for a place or a risk may apply", () => {
    assert.equal(applies({ clientAppTypes: ["exchangeActiveSync", "other"] }), "no");
    assert.equal(applies({ locations: { includeLocations: ["All"] } }), "perhaps");
    assert.equal(applies({ signInRiskLevels: ["high"] }), "perhaps");
  });

  it("controls: trust satisfies what only the MSSP's tenant can; other controls stay", () => {
    for (const control of ["compliantDevice", "domainJoinedDevice"]) {
      assert.equal(effect({ builtInControls: [control] }), "blocks");
      assert.equal(effect({ builtInControls: [control] }, everything), "passes");
    }
    for (const control of ["block", "approvedApplication", "compliantApplication", "passwordChange"])
      assert.equal(effect({ builtInControls: [control] }, everything), "blocks");
    assert.equal(effect({ builtInControls: ["mfa"] }), "asks");
    assert.equal(effect({ builtInControls: ["mfa"] }, everything), "passes");
    const strength = (id: string) => ({ authenticationStrength: { id } });
    assert.equal(effect(strength(authenticationStrengths.multifactor)), "asks");
    assert.equal(effect(strength(authenticationStrengths.phishingResistant)), "blocks");
    assert.equal(effect(strength(authenticationStrengths.phishingResistant), everything), "passes");
    assert.equal(effect({ builtInControls: ["riskRemediation"] }), "unknown");
    assert.equal(effect({ operator: "OR", builtInControls: ["mfa", "compliantDevice"] }), "asks");
    assert.equal(effect({ builtInControls: ["mfa", "compliantDevice"] }), "blocks");
    assert.match(
      judgePolicy(policy({}, { builtInControls: ["compliantDevice"] }), none).remedy,
      /crossTenantTrust\.compliantDevice/,
    );
  });

  const controls = fc.subarray([
    "mfa",
    "compliantDevice",
    "domainJoinedDevice",
    "compliantApplication",
    "passwordChange",
  ]);
  const trust = fc.record({ mfa: fc.boolean(), compliantDevice: fc.boolean(), hybridJoinedDevice: fc.boolean() });
  const users = fc.record({
    includeUsers: fc.subarray(["All", "GuestsOrExternalUsers", other]),
    includeGroups: fc.subarray([other]),
    includeGuestsOrExternalUsers: fc.constantFrom(null, guests(msspTenantId), guests(other)),
  });
  const rank = (one: string) => ["passes", "asks", "unknown", "blocks"].indexOf(one);

  it("property: a disabled policy, and one that excludes the MSSP's tenant, never applies", () =>
    assertProperty(100, users, controls, trust, (who, builtInControls, trusted) => {
      const signIn = { msspTenantId, trust: trusted };
      const made = policy({ users: who }, { builtInControls });
      assert.equal(judgePolicy({ ...made, state: "disabled" }, signIn).applies, "no");
      const excluded = { ...who, excludeGuestsOrExternalUsers: guests(other, msspTenantId) };
      assert.equal(judgePolicy(policy({ users: excluded }, { builtInControls }), signIn).applies, "no");
    }));

  it("property: more trust is never graver, and OR is never graver than AND", () =>
    assertProperty(100, controls, trust, fc.constantFrom("AND", "OR"), (builtInControls, trusted, operator) => {
      const graveness = (grant: object, signIn: ExternalSignIn) => rank(effect(grant, signIn));
      const grant = { operator, builtInControls };
      assert.ok(graveness(grant, everything) <= graveness(grant, { msspTenantId, trust: trusted }));
      const [or, and] = ["OR", "AND"].map((one) => graveness({ operator: one, builtInControls }, none));
      assert.ok((or ?? 0) <= (and ?? 0));
    }));

  it("property: a policy for another tenant's guests alone never applies to the MSSP's", () =>
    assertProperty(100, controls, trust, (builtInControls, trusted) => {
      const made = policy({ users: { includeGuestsOrExternalUsers: guests(other) } }, { builtInControls });
      assert.equal(judgePolicy(made, { msspTenantId, trust: trusted }).applies, "no");
    }));
});
