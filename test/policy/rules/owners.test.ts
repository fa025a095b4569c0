import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { owners as rule } from "../../../policy/rules/owners";
import { judge, unknownValue } from "../support";

describe("policy: owners", () => {
  const type = azuread("Group");
  const owner = "0f0f0f0f-0000-4000-8000-000000000001";

  it("passes applications and groups without declared owners, and allowed owners", () => {
    assert.deepEqual(judge(rule, type, { displayName: "a" }), []);
    const parameters = { owners: [owner.toUpperCase()] };
    assert.deepEqual(judge(rule, type, { owners: [owner] }, { parameters }), []);
    assert.deepEqual(judge(rule, azuread("ApplicationOwner"), { ownerObjectId: owner }, { parameters }), []);
  });

  it("refuses an owner who is not on the list of allowed owners", () => {
    assert.deepEqual(judge(rule, type, { owners: [owner] }), [`its owner ${owner} is not an allowed owner`]);
    assert.equal(judge(rule, azuread("ServicePrincipal"), { owners: [owner] }).length, 1);
    assert.equal(judge(rule, azuread("ApplicationOwner"), { ownerObjectId: owner }).length, 1);
  });

  it("judges what is known beside what a preview does not know", () =>
    assert.equal(judge(rule, type, { owners: [unknownValue, owner] }).length, 1));
});
