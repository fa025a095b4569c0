import assert from "node:assert/strict";
import { azuread } from "../../../domain/resourceTypes";
import { noStandingTier2 as rule } from "../../../policy/rules/noStandingTier2";
import { judge, unknownValue } from "../support";

describe("policy: no-standing-tier2", () => {
  const type = azuread("Group");
  const group = (displayName: unknown, members?: unknown) => ({ displayName, members });

  it("is advisory", () => assert.equal(rule.level, "advisory"));

  it("passes a group without members, and other groups", () => {
    assert.deepEqual(judge(rule, type, group("Tier 2 Analyst")), []);
    assert.deepEqual(judge(rule, type, group("Tier 2 Analyst", [])), []);
    assert.deepEqual(judge(rule, type, group("Tier 1 Analyst", ["ana"])), []);
  });

  it("reports standing members of tier 2", () => {
    assert.deepEqual(judge(rule, type, group("Tier 2 Analyst", ["ana", "ben"])), [
      'the group "Tier 2 Analyst" has 2 standing members',
    ]);
    assert.equal(judge(rule, type, group("Tier 2 Analyst", ["ana"]), { settings: "wrong" }).length, 1);
  });

  it("reports nothing for values that a preview does not know", () => {
    assert.deepEqual(judge(rule, type, group("Tier 2 Analyst", unknownValue)), []);
    assert.deepEqual(judge(rule, type, group(unknownValue, ["ana"])), []);
  });
});
