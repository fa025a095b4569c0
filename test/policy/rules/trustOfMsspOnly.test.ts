import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { trustOfMsspOnly as rule } from "../../../policy/rules/trustOfMsspOnly";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judge, unknownValue } from "../support";

const mssp = contoso.msspTenantId;
const stranger = "5ec0de00-5ea1-4000-8000-0000000000ff";

describe("policy: trust-of-mssp-only", () => {
  const partner = dynamic("CrossTenantPartner");
  const settings = { ...contoso, crossTenantTrust: { mfa: true } };

  it("passes the trust that the settings ask for", () => {
    assert.deepEqual(judge(rule, partner, { partnerTenantId: mssp, isMfaAccepted: true }, { settings }), []);
    assert.deepEqual(judge(rule, partner, { partnerTenantId: unknownValue, isMfaAccepted: false }, { settings }), []);
    const entry = dynamic("CrossTenantPartnerEntry");
    assert.deepEqual(judge(rule, entry, { partnerTenantId: mssp }, { settings }), []);
    assert.equal(judge(rule, entry, { partnerTenantId: stranger }, { settings }).length, 1);
    assert.equal(judge(rule, entry, { partnerTenantId: mssp }).length, 1);
  });

  it("refuses trust of another tenant, and trust that the settings do not ask for", () => {
    const said = judge(
      rule,
      partner,
      { partnerTenantId: stranger, isMfaAccepted: true, isCompliantDeviceAccepted: true },
      { settings },
    );
    assert.equal(said.length, 2);
    assert.match(said.join(), new RegExp(stranger));
    assert.match(said.join(), /isCompliantDeviceAccepted/);
    assert.doesNotMatch(said.join(), /isMfaAccepted/);
  });

  it("refuses limits other than those of the settings", () => {
    const limitToGroup = "77777777-8888-4999-8000-111111111111";
    const limited = { ...contoso, crossTenantTrust: { mfa: true, limitToGroup } };
    const say = (properties: object, given = limited) =>
      judge(rule, partner, { partnerTenantId: mssp, ...properties }, { settings: given });
    assert.deepEqual(say({ limitToGroup }), []);
    assert.equal(say({}).length, 1);
    assert.equal(say({ limitToGroup: stranger }).length, 1);
    assert.equal(say({ limitToGroup, limitToApplication: stranger }).length, 1);
  });

  const policy = azuread("ConditionalAccessPolicy");
  const strict: PolicySettings = {
    ...contoso,
    conditionalAccess: { mode: "report", strength: "multifactor", compliantDevice: true },
  };
  const whole = {
    state: "enabledForReportingButNotEnforced",
    grantControls: {
      operator: "AND",
      builtInControls: ["compliantDevice"],
      authenticationStrengthPolicyId: "/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000002",
    },
  };
  const guestsOf = (...members: string[]) => ({
    includedGuestsOrExternalUsers: [
      {
        guestOrExternalUserTypes: ["b2bCollaborationGuest", "b2bCollaborationMember"],
        externalTenants: [{ membershipKind: "enumerated", members }],
      },
    ],
  });
  const judged = (users: object, grantControls: object = {}) => {
    const conditions = { users, applications: { includedApplications: ["All"] }, clientAppTypes: ["all"] };
    const controls = { ...whole.grantControls, ...grantControls };
    return judge(rule, policy, { ...whole, conditions, grantControls: controls }, { settings: strict });
  };

  it("passes a policy for guests of the MSSP's tenant, if the settings ask for one", () => {
    assert.deepEqual(judged(guestsOf(mssp)), []);
    assert.deepEqual(judge(rule, policy, { ...whole, conditions: unknownValue }), [
      "the settings ask for no policy (conditionalAccess)",
    ]);
  });

  it("refuses a policy that reaches anybody else, or blocks", () => {
    const guestOrExternalUserTypes = ["b2bCollaborationGuest", "b2bCollaborationMember"];
    const everybody = { includedGuestsOrExternalUsers: [{ guestOrExternalUserTypes }] };
    for (const users of [
      { includedUsers: ["All"] },
      { ...guestsOf(mssp), includedGroups: [stranger] },
      { ...guestsOf(mssp), includedRoles: [stranger] },
      guestsOf(stranger),
      guestsOf(mssp, stranger),
      everybody,
      { ...guestsOf(mssp), excludedUsers: [stranger] },
      {},
    ]) {
      assert.equal(judged(users).length, 1, JSON.stringify(users));
    }
    assert.equal(judged(guestsOf(mssp), { builtInControls: ["block", "compliantDevice"] }).length, 1);
    assert.equal(judged(guestsOf(mssp), { builtInControls: [] }).length, 1);
  });
});
