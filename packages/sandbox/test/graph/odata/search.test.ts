import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import type { Json } from "../../../src/cloud/model";
import { entitySets } from "../../../src/graph/entities";
import { compileSearch } from "../../../src/graph/odata/search";

function matches(search: string, object: Json): boolean {
  const { type, properties } = entitySets.groups;
  return compileSearch(search, { name: `microsoft.graph.${type}`, properties })(object);
}

const group = { displayName: "SecurityTier1 hello-world", description: "李四(David Li)", mailNickname: "onevideo" };

describe("compileSearch", () => {
  for (const [search, expected] of [
    ['"displayName:security"', true],
    ['"displayName:TIER"', true],
    ['"displayName:tier security"', true],
    ['"displayName:1"', true],
    // Beginnings of words, not any part of them.
    ['"displayName:secur"', true],
    ['"displayName:urity"', false],
    // Upper case letters separate words only after a lower case one.
    ['"displayName:securitytier"', false],
    ['"displayName:helloworld"', true],
    ['"displayName:hello.world"', false],
    ['"description:David)"', true],
    ['"description:(李四"', true],
    ['"description:Li 李"', true],
    // Other properties must start with the text.
    ['"mailNickname:ONE"', true],
    ['"mailNickname:video"', false],
    ['"DISPLAYNAME:security"', true],
    ['"displayName:nobody" OR "mailNickname:one"', true],
    ['"displayName:nobody" AND "mailNickname:one"', false],
    ['"displayName:security" OR "displayName:nobody" AND "displayName:nobody"', true],
    ['("displayName:security" OR "displayName:nobody") AND "displayName:nobody"', false],
  ] as const) {
    it(`search: ${search} is ${expected}`, () => assert.equal(matches(search, group), expected));
  }

  it("search: quotation marks and backslashes are escaped by a backslash", () => {
    assert.equal(matches(String.raw`"displayName:say \"hi\""`, { displayName: 'say "hi"' }), true);
    assert.equal(matches(String.raw`"displayName:a\\b"`, { displayName: String.raw`a\b` }), true);
  });

  it("search: a name is found by itself and by each of its words", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 });
    assertProperty(100, words, (names) => {
      for (const text of [names.join(" "), ...names]) {
        assert.equal(matches(`"displayName:${text}"`, { displayName: names.join(" ") }), true);
      }
      assert.equal(matches(`"displayName:${names[0]}x"`, { displayName: names.join(" ").replaceAll("x", "y") }), false);
    });
  });

  for (const [search, message] of [
    ["displayName:a", "Syntax error: character ':' is not valid at position 11 in 'displayName:a'."],
    ['"displayName:a" and "displayName:b"', `Syntax error at position 16 in '"displayName:a" and "displayName:b"'.`],
    ['"displayName:a" "displayName:b"', `Syntax error at position 16 in '"displayName:a" "displayName:b"'.`],
    ['("displayName:a"', `Syntax error at position 16 in '("displayName:a"'.`],
    ["", "Syntax error at position 0 in ''."],
    ['"displayName"', "Unsupported Query."],
    ['"displayName:"', "Unsupported Query."],
    ['"nothing:a"', "Unsupported Query."],
    ['"securityEnabled:true"', "Unsupported Query."],
    ['"groupTypes:Unified"', "Unsupported Query."],
  ] as const) {
    it(`search: refuses ${search || "an empty one"}`, () => assert.throws(() => matches(search, group), { message }));
  }
});
