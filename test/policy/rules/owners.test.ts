import assert from "node:assert/strict";
import { azuread } from "../../../policy/resourceTypes";
import { owners as rule } from "../../../policy/rules/owners";
import { judge, unknownValue } from "../support";

describe("policy: owners", () => {
  const type = azuread("Group");
  const owner = "0f0f0f0f-0000-4000-8000-000000000001";

  it("passes what has no declared owner, and owners on the list", () => {
    assert.deepEqual(judge(rule, type, { displayName: "a" }), []);
    const parameters = { owners: [owner.toUpperCase()] };
    assert.deepEqual(judge(rule, type, { owners: [owner] }, { parameters }), []);
    assert.deepEqual(judge(rule, azuread("ApplicationOwner"), { ownerObjectId: owner }, { parameters }), []);
  });

  it("refuses every other owner", () => {
    assert.deepEqual(judge(rule, type, { owners: [owner] }), [`its owner ${owner} is not an allowed owner`]);
    assert.equal(judge(rule, azuread("ServicePrincipal"), { owners: [owner] }).length, 1);
    assert.equal(judge(rule, azuread("ApplicationOwner"), { ownerObjectId: owner }).length, 1);
  });

  it("waits for what a preview doesn't know", () => {
    assert.deepEqual(judge(rule, type, { owners: unknownValue }), []);
    assert.deepEqual(judge(rule, type, { owners: [unknownValue, owner] }).length, 1, "what is known is judged");
  });
});
