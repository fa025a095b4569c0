import assert from "node:assert/strict";
import { checkSettings, parseSettings } from "../../settings";
import { requiredSettings } from "./required";

const analysts = JSON.stringify([{ email: "ana.silva@fabrikam.example", displayName: "Ana Silva" }]);
const settings = { ...requiredSettings, analysts };

describe("settings/offboardedSettings", () => {
  it("is a day, and who off-boarded the customer", () => {
    const whole = { on: "2026-11-28", by: "Ana Silva" };
    const offboarded = (value: object) =>
      parseSettings({ ...settings, offboarded: JSON.stringify(value) }, [], {}).offboarded;
    assert.deepEqual(offboarded(whole), whole);
    assert.deepEqual(offboarded({ on: "2026-11-28 00:00:00 +0000 UTC" }), { on: "2026-11-28" });
    assert.equal(parseSettings(settings, [], {}).offboarded, undefined);
  });

  it("without a day, or with another key, is one error each", () => {
    const problems = (value: unknown) => {
      const result = checkSettings({ ...settings, offboarded: JSON.stringify(value) }, [], {});
      return "problems" in result ? result.problems.map(({ key }) => key) : [];
    };
    assert.deepEqual(problems({ by: "Ana Silva" }), ["offboarded.on"]);
    assert.deepEqual(problems({ on: "yesterday" }), ["offboarded.on"]);
    assert.deepEqual(problems({ on: "2026-11-28", who: "Ana" }), ["offboarded.who"]);
    assert.deepEqual(problems(true), ["offboarded"]);
  });
});
