import assert from "node:assert/strict";
import * as fc from "fast-check";
import { escaped } from "../src/escape";

const characters: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

describe("escaped", () => {
  it("no character of markup is left, and entities decode to the text", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.oneof(fc.constantFrom(...Array.from("&<>\"';#a")), fc.string({ maxLength: 1 })) }),
        (text) => {
          const written = escaped(text);
          assert.doesNotMatch(written, /[<>"']/);
          assert.equal(
            written.replaceAll(/&([^;]+);/g, (_, name: string) => characters[name] ?? "(unknown)"),
            text,
          );
        },
      ),
    ));
});
