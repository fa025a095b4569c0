import assert from "node:assert/strict";
import { checkSettings, type SettingProblem } from "../../settings";
import { requiredSettings } from "./required";

const exception = { rule: "office", reason: "Packaging", owner: "Ana", until: "2027-03-31" };

function check(detections: unknown) {
  return checkSettings({ ...requiredSettings, analysts: "[]", detections: JSON.stringify(detections) }, [], {});
}

const wrong = (detections: unknown): string[] => {
  const result = check(detections);
  const problems: readonly SettingProblem[] = "problems" in result ? result.problems : [];
  return problems.map(({ key, seen }) => `${key}: ${seen}`);
};

describe("settings: detections", () => {
  it("detections are typed, in Graph's order of actions, on beta by default", () => {
    const result = check({
      sets: ["office", "base"],
      except: [
        { ...exception, off: "true" },
        { ...exception, disabled: "true" },
        { ...exception, filter: "DeviceName != 'a'" },
      ],
      parameters: { team: "SOC", hours: 3, accounts: ["a", "b"] },
      actions: ["disableUsers", "isolateDevices"],
      approvedBy: "Dana",
      until: "2027-03-31",
    });
    assert.ok("settings" in result, JSON.stringify(result));
    assert.deepEqual(result.settings.detections, {
      sets: ["base", "office"],
      except: [
        { ...exception, off: true },
        { ...exception, disabled: true },
        { ...exception, filter: "DeviceName != 'a'" },
      ],
      parameters: { team: "SOC", hours: 3, accounts: ["a", "b"] },
      actions: ["isolateDevices", "disableUsers"],
      approvedBy: "Dana",
      until: "2027-03-31",
      apiVersion: "beta",
    });
    assert.deepEqual(wrong({ sets: ["base"], apiVersion: "v1.0" }), []);
  });

  it("an exception has an owner, a reason and an end, and one of filter, off and disabled", () => {
    const except = (item: object) => wrong({ sets: ["base"], except: [item] });
    assert.deepEqual(except({ rule: "office", off: true }), [
      "detections.except[0].reason: (not set)",
      "detections.except[0].owner: (not set)",
      "detections.except[0].until: (not set)",
    ]);
    assert.deepEqual(except(exception), ["detections.except[0].filter: (not set)"]);
    assert.deepEqual(except({ ...exception, off: true, filter: "true" }), ['detections.except[0].filter: "true"']);
    assert.deepEqual(except({ ...exception, disabled: true, filter: "true" }), ['detections.except[0].filter: "true"']);
    assert.deepEqual(except({ ...exception, disabled: true, off: true }), ["detections.except[0].disabled: true"]);
    assert.deepEqual(except({ ...exception, off: true, until: "soon" }), ['detections.except[0].until: "soon"']);
    assert.deepEqual(except({ ...exception, off: true, rule: "../x" }), ['detections.except[0].rule: "../x"']);
  });

  it("actions need who approved them and until when, and nothing else may", () => {
    assert.deepEqual(wrong({ sets: ["base"], actions: ["isolateDevices"] }), [
      "detections.approvedBy: (not set)",
      "detections.until: (not set)",
    ]);
    assert.deepEqual(wrong({ sets: ["base"], approvedBy: "Dana", until: "2027-03-31" }), [
      'detections.approvedBy: "Dana"',
      'detections.until: "2027-03-31"',
    ]);
    assert.deepEqual(wrong({ sets: ["base"], actions: ["formatDisks"], approvedBy: "Dana", until: "2027-03-31" }), [
      'detections.actions[0]: "formatDisks"',
    ]);
  });

  it("sets are folders, at least one, each once", () => {
    assert.deepEqual(wrong({}), ["detections.sets: (not set)"]);
    assert.deepEqual(wrong({ sets: [] }), ["detections.sets: []"]);
    assert.deepEqual(wrong({ sets: ["../etc", "base", "base"] }), [
      'detections.sets[0]: "../etc"',
      'detections.sets[2]: "base"',
    ]);
  });
});
