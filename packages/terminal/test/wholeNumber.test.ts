import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { wholeNumber } from "../src/wholeNumber";

describe("wholeNumber", () => {
  it("takes exactly the numbers within its limits", () =>
    assertProperty(100, fc.nat(200), fc.nat(100), fc.nat(100), (number, least, span) => {
      const parse = wholeNumber({ least, most: least + span });
      if (number >= least && number <= least + span) assert.equal(parse(String(number)), number);
      else assert.throws(() => parse(String(number)), /from \d+ to \d+\.$/);
    }));

  it("refuses every other text, and says what it expects", () => {
    const parse = wholeNumber({ most: 9999, unit: "days" });
    for (const text of ["", "0", "-1", "1.5", "1e3", "0x1", " 1", "1 ", "01", "10000", "NaN", "Infinity"])
      assert.throws(() => parse(text), { message: "Expected a whole number of days from 1 to 9999." }, text);
  });
});
