/** Places of a source where a defect can be planted, and the values that the planted code gives. */
import assert from "node:assert/strict";
import vm from "node:vm";
import ts from "typescript";
import { drawDefects } from "../../dev/search/drawnDefects";
import { plantable, type Planted } from "../../dev/search/plantable";
import path from "node:path";

const source = `
const isGood = (value) => value > 1 && value < 9;
function sum(values) {
  if (values.length === 0) return -1;
  let total = 0;
  for (const value of values.filter(isGood).flatMap((each) => [each, each])) total += value;
  return total > 100 ? 100 : total;
}
result = [sum([0, 2, 3]), sum([])];`;

/** What the source computes with one defect switched on. */
function computed(defect: number): string {
  const isOn = (index: number): boolean => index === defect;
  const planted: Planted = {
    list: (_file, index, value) => (isOn(index) ? [] : value),
    keep: (_file, index, predicate) => (isOn(index) ? () => true : predicate),
    test: (_file, index, value) => (isOn(index) ? true : isOn(index + 1) ? false : value),
    loop: (_file, index) => {
      let turn = 0;
      return () => ++turn === 2 && isOn(index);
    },
  };
  const context = vm.createContext({ planted, result: [] });
  vm.runInContext(ts.transpile(plantable("sum.ts", source).text), context);
  return JSON.stringify(context["result"]);
}

describe("drawn defects of the search", () => {
  it("each planted defect changes what the code computes, and none is on by itself", () => {
    const { defects } = plantable("sum.ts", source);
    const expected: Record<string, string> = {
      "the condition (value > 1 && value < 9) is always true": "[10,-1]",
      "the condition (value > 1 && value < 9) is always false": "[0,-1]",
      "the condition of an early return (values.length === 0) is always true": "[-1,-1]",
      "the condition of an early return (values.length === 0) is always false": "[10,0]",
      "the loop (for (const value of values.filter(isGood).flatMap((each) => [each, each])) total += value;) ends after its first turn":
        "[2,-1]",
      "flatMap ((each) => [each, each]) gives nothing": "[0,-1]",
      "filter (isGood) gives nothing": "[0,-1]",
      "filter (isGood) keeps everything": "[10,-1]",
      "the condition (total > 100) is always true": "[100,-1]",
      "the condition (total > 100) is always false": "[10,-1]",
    };
    assert.equal(computed(-1), "[10,-1]");
    assert.deepEqual(Object.fromEntries(defects.map(({ index, what }) => [what, computed(index)])), expected);
  });

  it("a seed draws one defect of each place, the same each time", () => {
    const checkout = path.resolve(__dirname, "..", "..");
    const drawn = drawDefects(checkout, 120, 7);
    assert.equal(new Set(drawn.map(({ file, place }) => `${file} ${place}`)).size, 120);
    assert.deepEqual(drawDefects(checkout, 120, 7), drawn);
    assert.notDeepEqual(drawDefects(checkout, 120, 8), drawn);
  });
});
