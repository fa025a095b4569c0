import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { dayMs, durationOf, durationPattern, hourMs, minuteMs, timeText, typedDuration } from "../src/time";

const amount = fc.option(fc.nat(9999), { nil: undefined });
const part = (count: number | undefined, unit: string): string => (count === undefined ? "" : `${count}${unit}`);

describe("durations", () => {
  it("days, hours, minutes and seconds: the sum of all", () =>
    assertProperty(100, amount, amount, amount, amount, (days, hours, minutes, seconds) => {
      const time = part(hours, "H") + part(minutes, "M") + part(seconds, "S");
      const text = `P${part(days, "D")}${time === "" ? "" : "T"}${time}`;
      const sum = (days ?? 0) * dayMs + (hours ?? 0) * hourMs + (minutes ?? 0) * minuteMs + (seconds ?? 0) * 1000;
      assert.equal(durationOf(text), text === "P" ? undefined : sum);
      assert.equal(typedDuration(text.toLowerCase()), text === "P" ? undefined : sum);
    }));

  it("a day is 86,400,000 milliseconds", () => {
    assert.deepEqual([durationOf("P1D"), durationOf("PT24H"), durationOf("PT1440M")], [dayMs, dayMs, dayMs]);
    assert.equal(dayMs, 86_400_000);
  });

  it("refuses what has no fixed length or no digits", () => {
    for (const text of ["", "P", "PT", "P1DT", "P1Y", "P1M", "PT1H30", "1h", "P1D ", "-P1D", "P1W", "PT0.5S", "pt1h"])
      assert.equal(durationOf(text), undefined, text);
  });

  it("as people type them: weeks, fractions, small letters and amounts of one unit", () => {
    assert.deepEqual(["P2W", "2w", "PT0.5S", "pt1h", "24h", "30s"].map(typedDuration), [
      14 * dayMs,
      14 * dayMs,
      500,
      hourMs,
      dayMs,
      30_000,
    ]);
    for (const text of ["", "P", "PT", "P1DT", "P1WT", "10M", "1h30m", "1.5h", "-1h", "24 h", "P1M", "P1Y", "h", "12"])
      assert.equal(typedDuration(text), undefined, text);
  });

  it("for people: no seconds at a whole minute, no minutes below one", () => {
    const texts = [0, 400, 59_499, 59_500, 61_000, 597_000, 10 * minuteMs, hourMs].map(timeText);
    assert.deepEqual(texts, ["0 s", "0 s", "59 s", "1 min", "1 min 1 s", "9 min 57 s", "10 min", "60 min"]);
  });

  it("any text: the pattern decides", () =>
    assertProperty(100, fc.stringMatching(/^P?T?[0-9DHMS.]{0,6}$/), (text) => {
      assert.equal(durationOf(text) !== undefined, durationPattern.test(text));
    }));
});
