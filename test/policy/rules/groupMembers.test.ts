import assert from "node:assert/strict";
import { tierNames } from "@defender-mssp/microsoft";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { groupMembers as rule } from "../../../policy/rules/groupMembers";
import { contoso, judge, unknownValue } from "../support";

const stranger = "0f0f0f0f-0000-4000-8000-0000000000ff";
const settings = {
  ...contoso,
  analysts: [
    { email: "ana@fabrikam.example", displayName: "Ana", tier: "tier1" as const },
    { email: "ben@fabrikam.example", displayName: "Ben", tier: "tier2" as const, accessEndsOn: "2020-01-01" },
  ],
};
const say = (displayName: string, members: unknown, parameters = {}) =>
  judge(rule, azuread("Group"), { displayName, members }, { settings, parameters });

describe("policy: group-members", () => {
  it("passes as many members as the settings name for the group, known or not, and a group without a list", () => {
    assert.deepEqual(say(tierNames.tier1, ["id-of-ana"]), []);
    assert.deepEqual(say(tierNames.tier1, [unknownValue]), []);
    assert.deepEqual(say(tierNames.tier1, unknownValue), []);
    assert.deepEqual(say("Fabrikam Security MSSP Analysts", ["id-of-ana"]), []);
    assert.deepEqual(judge(rule, azuread("Group"), { displayName: tierNames.tier1 }, { settings }), []);
    assert.deepEqual(say("Others", [stranger]), []);
  });

  it("refuses one more, also beside unknown ones, and a member whose access has ended", () => {
    const two = ["it gets 2 members; the settings name 1 analysts with access for it"];
    assert.deepEqual(say(tierNames.tier1, ["id-of-ana", stranger]), two);
    assert.deepEqual(say(tierNames.tier1.toUpperCase(), [unknownValue, stranger]), two);
    assert.deepEqual(say("Fabrikam Security MSSP Analysts", ["id-of-ana", stranger]), two);
    assert.equal(say(tierNames.tier2, ["id-of-ben"]).length, 1);
    const eligible = { groupId: "group", members: [{ objectId: "id-of-ana" }, { objectId: stranger }] };
    assert.deepEqual(judge(rule, dynamic("EligibleMembers"), eligible, { settings }), two);
  });

  it("does not count a member of the parameter", () =>
    assert.deepEqual(say(tierNames.tier1, ["id-of-ana", stranger], { principals: [stranger.toUpperCase()] }), []));
});
