import assert from "node:assert/strict";
import { azuread } from "../../../policy/resourceTypes";
import { roleAssignableGroups as rule } from "../../../policy/rules/roleAssignableGroups";
import { contoso, judge, unknownValue } from "../support";

describe("policy: role-assignable-groups", () => {
  const type = azuread("Group");
  const settings = {
    ...contoso,
    portalAccess: { model: "basic", role: "Security Reader", assignTo: "group" } as const,
  };

  it("passes an ordinary group, and a role-assignable one with the model basic", () => {
    assert.deepEqual(judge(rule, type, { displayName: "a" }), []);
    assert.deepEqual(judge(rule, type, { assignableToRole: false }), []);
    assert.deepEqual(judge(rule, type, { assignableToRole: true }, { settings }), []);
  });

  it("refuses a role-assignable one with another model, and where the parameter forbids it", () => {
    assert.deepEqual(judge(rule, type, { assignableToRole: true }), ["it can be given directory roles"]);
    assert.equal(judge(rule, type, { assignableToRole: true }, { settings: "wrong" }).length, 1);
    assert.equal(judge(rule, type, { assignableToRole: true }, { settings, parameters: { basic: false } }).length, 1);
  });

  it("waits for what a preview doesn't know", () => {
    assert.deepEqual(judge(rule, type, { assignableToRole: unknownValue }), []);
  });
});
