import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { trustOfMsspOnly as rule } from "../../../policy/rules/trustOfMsspOnly";
import { contoso, judge, unknownValue } from "../support";

const mssp = contoso.msspTenantId;
const stranger = "5ec0de00-5ea1-4000-8000-0000000000ff";

describe("policy: trust-of-mssp-only", () => {
  const partner = dynamic("CrossTenantPartner");
  const settings = { ...contoso, crossTenantTrust: { mfa: true } };

  it("passes the trust that the settings ask for", () => {
    assert.deepEqual(judge(rule, partner, { partnerTenantId: mssp, isMfaAccepted: true }, { settings }), []);
    assert.deepEqual(judge(rule, partner, { partnerTenantId: unknownValue, isMfaAccepted: false }), []);
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

  const policy = azuread("ConditionalAccessPolicy");
  const guestsOf = (...members: string[]) => ({
    includedGuestsOrExternalUsers: [
      {
        guestOrExternalUserTypes: ["b2bCollaborationGuest"],
        externalTenants: [{ membershipKind: "enumerated", members }],
      },
    ],
  });
  const judged = (users: object, grantControls: object = {}) =>
    judge(rule, policy, { conditions: { users }, grantControls });

  it("passes a policy for guests of the MSSP's tenant, and one that a preview does not know", () => {
    assert.deepEqual(judged(guestsOf(mssp)), []);
    assert.deepEqual(judge(rule, policy, { conditions: unknownValue }), []);
  });

  it("refuses a policy that reaches anybody else, or blocks", () => {
    const everybody = { includedGuestsOrExternalUsers: [{ guestOrExternalUserTypes: ["b2bCollaborationGuest"] }] };
    for (const users of [
      { includedUsers: ["All"] },
      { ...guestsOf(mssp), includedGroups: [stranger] },
      { ...guestsOf(mssp), includedRoles: [stranger] },
      guestsOf(stranger),
      guestsOf(mssp, stranger),
      everybody,
      {},
    ]) {
      assert.equal(judged(users).length, 1, JSON.stringify(users));
    }
    assert.equal(judged(guestsOf(mssp), { builtInControls: ["block"] }).length, 1);
  });
});
