import assert from "node:assert/strict";
import fc from "fast-check";
import { QueryText } from "../../src/parser/queryText";

describe("QueryText", () => {
  it("leads each position of the edited text back to the given one", () => {
    const insertions = fc.array(fc.record({ at: fc.nat(20), text: fc.constantFrom('"', "''") }), { maxLength: 4 });
    const property = fc.property(
      fc.string({ minLength: 20, maxLength: 20, unit: fc.constantFrom("a", "b", "\n", "\r\n") }),
      insertions,
      (original, added) => {
        const text = new QueryText(original, added);
        const places = original.split("").map((_, index) => new QueryText(original).place(index));
        let position = 0;
        for (const [index, character] of original.split("").entries()) {
          position += added
            .filter(({ at }) => at === index)
            .reduce((length, { text: quote }) => length + quote.length, 0);
          assert.equal(text.text[position], character);
          assert.deepEqual(text.place(position), places[index]);
          position++;
        }
      },
    );
    fc.assert(property);
  });

  it("a byte order mark has no column", () => {
    assert.deepEqual(new QueryText("\uFEFFab\ncd").place(1), { line: 1, column: 2 });
    assert.deepEqual(new QueryText("\uFEFFab\ncd").place(3), { line: 2, column: 1 });
  });
});
