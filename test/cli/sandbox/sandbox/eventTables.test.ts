import assert from "node:assert/strict";
import { eventTables } from "../../../../cli/sandbox/sandbox/eventTables";

describe("mssp sandbox events: the file", () => {
  it("is one object of tables, or one on each line; a byte order mark and CRLF don't matter", () => {
    const expected = { A: [{ x: 1 }, { x: 2 }], B: [{ y: 3 }] };
    assert.deepEqual(eventTables('\uFEFF{"A": [{"x": 1}, {"x": 2}], "B": [{"y": 3}]}', "f"), expected);
    assert.deepEqual(eventTables('{"A": {"x": 1}}\r\n\r\n{"A": [{"x": 2}], "B": {"y": 3}}\r\n', "f"), expected);
  });

  const broken: Readonly<Record<string, RegExp>> = {
    "": /^f is not JSON: /,
    "{": /^f is not JSON: /,
    "[1]": /^f is no object of tables/,
    '{"A": []}\n{"A": [}': /^f, line 2, is not JSON: /,
    '{"A": []}\n5': /^f, line 2, is no object of tables/,
  };
  for (const [text, message] of Object.entries(broken)) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => eventTables(text, "f"), { message }));
  }
});
