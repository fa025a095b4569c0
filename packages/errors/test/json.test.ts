import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { isRecord, listOf, optionalText, recordOf, recordsOf, textOf, textsOf, valueAt } from "../src/json";

const others = [undefined, null, true, 0, NaN, [], {}, "", Symbol.iterator, () => 1];

describe("readers of JSON", () => {
  it("values of another type read as empty", () => {
    for (const value of others) {
      if (typeof value !== "string") assert.equal(textOf(value), "");
      if (typeof value !== "string") assert.equal(optionalText(value), undefined);
      assert.deepEqual([textsOf(value), recordsOf(value), listOf(value)], [[], [], []]);
      assert.deepEqual(recordOf(value), {});
    }
    assert.deepEqual(others.filter(isRecord), [{}]);
  });

  it("lists: only the items of the type", () => {
    const list = ["a", 1, { b: 1 }, null, ["c"], "d"];
    assert.deepEqual(textsOf(list), ["a", "d"]);
    assert.deepEqual(recordsOf(list), [{ b: 1 }]);
    assert.equal(listOf(list), list);
  });

  it("values of the right type are returned as they are", () =>
    assertProperty(100, fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (text, record) => {
      assert.deepEqual([textOf(text), optionalText(text)], [text, text]);
      assert.equal(recordOf(record), record);
    }));

  it("valueAt: every path of a value, and nothing inherited", () => {
    const check = (root: unknown, value: unknown, path: readonly PropertyKey[]): void => {
      assert.deepEqual(valueAt(root, path), value);
      if (typeof value !== "object" || value === null) return;
      for (const [key, inner] of Object.entries(value)) check(root, inner, [...path, key]);
    };
    assertProperty(100, fc.jsonValue(), (value) => check(value, value, []));
    for (const path of [["toString"], ["a", "length"], ["list", "map"], ["none", "b"]])
      assert.equal(valueAt({ a: "text", list: [] }, path), undefined);
  });
});
