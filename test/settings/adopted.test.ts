import assert from "node:assert/strict";
import { checkSettings } from "../../settings";
import { requiredSettings } from "./required";

const base = { ...requiredSettings, analysts: [] };
const object = { resource: "customer-siem-application", id: "app", onDestroy: "keep" };

function problems(adopted: unknown, more: object = {}): string[] {
  const result = checkSettings({ ...base, ...more, adopted }, [], {});
  return "problems" in result ? result.problems.map(({ key }) => key) : [];
}

describe("setting adopted", () => {
  it("accepts objects and omitted parts", () =>
    assert.deepEqual(problems({ objects: [object], omit: ["redirectUri", "analystsGroup"] }), []));

  it("refuses a resource twice, an unknown part and an unknown key", () => {
    assert.deepEqual(problems({ objects: [object, object] }), ["adopted.objects[1].resource"]);
    assert.deepEqual(problems({ omit: ["guests"] }), ["adopted.omit[0]"]);
    assert.deepEqual(problems({ objects: [{ ...object, onDestroy: "ask" }] }), ["adopted.objects[0].onDestroy"]);
  });

  it("refuses to omit a tier with the model entitlement, whose packages need all three", () => {
    const portalAccess = { model: "entitlement", approvers: ["a@contoso.example"] };
    assert.deepEqual(problems({ omit: ["tier1"] }, { portalAccess }), ["adopted.omit[0]"]);
  });
});
