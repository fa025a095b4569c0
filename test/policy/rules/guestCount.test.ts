import assert from "node:assert/strict";
import { azuread, dynamic } from "../../../domain/resourceTypes";
import { guestCount as rule } from "../../../policy/rules/guestCount";
import { judgeStack, unknownValue } from "../support";

describe("policy: guest-count", () => {
  const guests = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ type: dynamic("Guest"), name: `${index}` }));

  it("passes the allowed number of guests, and other resources", () => {
    assert.deepEqual(judgeStack(rule, [...guests(50), { type: azuread("Group") }]), []);
    assert.deepEqual(judgeStack(rule, guests(60), { parameters: { most: 60 } }), []);
  });

  it("refuses one guest more than allowed", () => {
    assert.deepEqual(judgeStack(rule, guests(51)), ["the stack has 51 guests; at most 50 are allowed"]);
    assert.equal(judgeStack(rule, guests(1), { parameters: { most: 0 } }).length, 1);
  });

  it("counts guests whose values a preview does not know", () => {
    const unknowns = guests(51).map((guest) => ({
      ...guest,
      properties: { email: unknownValue, objectId: unknownValue },
    }));
    assert.equal(judgeStack(rule, unknowns).length, 1);
    assert.deepEqual(judgeStack(rule, unknowns.slice(1)), []);
  });
});
