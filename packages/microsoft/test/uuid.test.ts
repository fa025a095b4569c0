import assert from "node:assert/strict";
import { lastSegment } from "../src/lastSegment";
import { isUuid } from "../src/uuid";

describe("microsoft/uuid", () => {
  const id = "0123abcd-89ab-4cde-8f01-23456789abcd";

  it("takes a UUID in any case", () => assert.ok(isUuid(id) && isUuid(id.toUpperCase())));

  it("refuses other values, and text around a UUID", () => {
    for (const value of ["", `${id}0`, ` ${id}`, `${id}\n`, id.replaceAll("-", ""), undefined, 7])
      assert.equal(isUuid(value), false, String(value));
  });
});

describe("microsoft/lastSegment", () => {
  it("returns what follows the last slash, in its case", () => {
    assert.equal(lastSegment("/applications/A1/password/B2"), "B2");
    assert.equal(lastSegment("contoso"), "contoso");
    assert.equal(lastSegment("/groups/"), "");
  });
});
