import assert from "node:assert/strict";
import { compareMessages, isMessageList } from "../../../dev/changes/compareMessages";

describe("dev/changes: the table beside a list of Message Center numbers", () => {
  it("names each number that no entry has, once, with its title", () => {
    const text =
      "# November\nMC1457836 unified RBAC\nMC9000001: something new\n\nMC9000002\nMC9000001 again\nMC1220762 hunting\n";
    assert.ok(isMessageList(text));
    assert.deepEqual(compareMessages("mc.txt", text), [
      "+ MC9000001: again: not in the table",
      "+ MC9000002: no title: not in the table",
    ]);
  });

  it("refuses a line without a number, and leaves JSON to the list of retirements", () => {
    assert.throws(() => compareMessages("mc.txt", "MC1 x\nwhat"), { message: /^mc\.txt:2: the line has no number\./ });
    assert.ok(!isMessageList('{ "retirements": [] }'));
  });
});
