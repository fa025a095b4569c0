import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { SecretSearch } from "./secretSearch";

const secret = fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 80 });
const around = fc.string({ unit: "grapheme-ascii", maxLength: 20 });

function searchFor(value: string): SecretSearch {
  const search = new SecretSearch();
  search.add("the secret", value);
  return search;
}

describe("the search for secrets", () => {
  const encodings: Record<string, (text: string) => string> = {
    plain: (text) => text,
    "JSON in JSON": (text) => JSON.stringify(JSON.stringify({ text })),
    "a query": (text) => `https://host.example/?a=${encodeURIComponent(text)}&b`,
    "a form": (text) => new URLSearchParams({ text }).toString(),
    base64: (text) => Buffer.from(text).toString("base64"),
    base64url: (text) => Buffer.from(text).toString("base64url"),
    hex: (text) => Buffer.from(text).toString("hex"),
    "hex in capitals": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  };
  for (const [name, encode] of Object.entries(encodings)) {
    it(`finds a secret in ${name}, in any context`, () =>
      assertProperty(500, secret, around, around, (value, before, after) => {
        const found = searchFor(value).find("a log", `noise\n${encode(before + value + after)}\nnoise`);
        assert.deepEqual([...new Set(found.map((one) => [one.secret, one.place].join()))], ["the secret,a log"]);
      }));
  }

  it("reports nothing without a secret, else the place of the secret", () => {
    const search = searchFor("s3cret-value");
    search.add("another", "an0ther-value");
    assert.deepEqual(search.find("a log", "s3cret-valu an0ther s3cret value"), []);
    assert.deepEqual(search.find("a log", "12345an0ther-value"), [
      { secret: "another", form: "plain", place: "a log", offset: 5 },
    ]);
    assert.deepEqual(search.find("a log", ""), []);
    assert.throws(() => search.add("short", "1234567"), /short is too short/);
  });
});
