import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { roleAssignableGroups as rule } from "../../../policy/rules/roleAssignableGroups";
import { contoso, judge, unknownValue } from "../support";

describe("policy: role-assignable-groups", () => {
  const type = azuread("Group");
  const settings = {
    ...contoso,
    portalAccess: { model: "basic", role: "Security Reader", assignTo: "group" } as const,
  };

  /** As the component makes it. */
  const group = { displayName: "Fabrikam Security MSSP Analysts", assignableToRole: true };

  it("passes an ordinary group, and for the basic model the role-assignable group of all analysts", () => {
    assert.deepEqual(judge(rule, type, { displayName: "a" }), []);
    assert.deepEqual(judge(rule, type, { assignableToRole: false }), []);
    assert.deepEqual(judge(rule, type, group, { settings }), []);
    const apostrophe = { ...settings, msspName: "O'Neill" };
    assert.deepEqual(
      judge(rule, type, { ...group, displayName: "O’Neill MSSP Analysts" }, { settings: apostrophe }),
      [],
    );
  });

  it("refuses a role-assignable group for another model, against the parameter, or with another name", () => {
    assert.deepEqual(judge(rule, type, group), ["directory roles can be assigned to it"]);
    assert.equal(judge(rule, type, group, { settings: "wrong" }).length, 1);
    assert.equal(judge(rule, type, group, { settings, parameters: { basic: false } }).length, 1);
    assert.equal(judge(rule, type, { ...group, displayName: "Others" }, { settings }).length, 1);
    assert.equal(judge(rule, type, { assignableToRole: true }, { settings }).length, 1);
  });

  it("reports nothing of a group whose name a preview does not know", () =>
    assert.deepEqual(judge(rule, type, { ...group, displayName: unknownValue }, { settings }), []));
});
