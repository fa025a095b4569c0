import assert from "node:assert/strict";
import { dynamic } from "../../../domain/resourceTypes";
import { detectionActions as rule } from "../../../policy/rules/detectionActions";
import { contoso, judge } from "../support";

describe("policy: detection-actions", () => {
  const type = dynamic("DetectionRule");
  const detections = {
    ...{ sets: ["base"], except: [], parameters: {}, apiVersion: "beta" as const },
    ...{ actions: ["isolateDevices" as const], approvedBy: "Dana Reyes", until: "2999-12-31" },
  };
  const settings = { ...contoso, detections };
  const acting = (...names: string[]) => ({
    detectionAction: {
      automatedActions: Object.fromEntries(names.map((name) => [name, [{ deviceIdColumn: "DeviceId" }]])),
    },
  });

  it("passes a rule without actions, with empty ones, and with those of the settings", () => {
    for (const properties of [
      {},
      { detectionAction: { automatedActions: { disableUsers: [] } } },
      acting("isolateDevices"),
    ]) {
      assert.deepEqual(judge(rule, type, properties, { settings }), []);
    }
  });

  it("refuses an action that the settings do not name", () =>
    assert.deepEqual(judge(rule, type, acting("isolateDevices", "disableUsers"), { settings }), [
      "it takes disableUsers, which the settings do not name",
    ]));

  it("refuses actions that nobody approved, or whose approval has ended", () => {
    const without = (changes: object) => ({ ...contoso, detections: { ...detections, ...changes } });
    assert.deepEqual(judge(rule, type, acting("isolateDevices"), { settings: without({ approvedBy: undefined }) }), [
      "it takes isolateDevices, and the settings name nobody who approved that",
    ]);
    assert.deepEqual(judge(rule, type, acting("isolateDevices"), { settings: without({ until: "2020-01-01" }) }), [
      "it takes isolateDevices, whose approval has ended on 2020-01-01",
    ]);
  });

  it("refuses a rule of a stack without detections", () => {
    assert.deepEqual(judge(rule, type, {}), ["the settings ask for no detection rules (detections)"]);
    assert.equal(judge(rule, type, acting("disableUsers"), { settings: "wrong" }).length, 1);
  });
});
