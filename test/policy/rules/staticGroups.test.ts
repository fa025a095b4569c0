import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { staticGroups as rule } from "../../../policy/rules/staticGroups";
import { judge } from "../support";

describe("policy: static-groups", () => {
  const type = azuread("Group");

  it("passes a group with members of its own, and the values that the provider fills in", () => {
    assert.deepEqual(judge(rule, type, { displayName: "Tier 1", members: [] }), []);
    const filled = {
      dynamicMembership: null,
      types: [],
      visibility: "",
      writebackEnabled: false,
      onpremisesGroupType: "",
    };
    assert.deepEqual(judge(rule, type, filled), []);
    assert.deepEqual(judge(rule, type, { visibility: "HiddenMembership" }), []);
  });

  it("refuses a membership rule, a type, joining without approval and a copy on premises", () => {
    const dynamicMembership = { enabled: true, rule: 'user.userType -eq "Guest"' };
    assert.deepEqual(judge(rule, type, { dynamicMembership, types: ["DynamicMembership"] }), [
      "a rule decides who its members are (dynamicMembership)",
      "it is of the type DynamicMembership",
    ]);
    assert.equal(judge(rule, type, { types: ["Unified"], visibility: "Public" }).length, 2);
    assert.equal(
      judge(rule, type, { writebackEnabled: true, onpremisesGroupType: "UniversalSecurityGroup" }).length,
      2,
    );
  });
});
