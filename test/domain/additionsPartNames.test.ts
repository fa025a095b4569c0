import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { additionsPartNames } from "../../domain/additionsPartNames";
import { additionsKinds, permissionsToRead } from "../../domain/prerequisites";

describe("the looks of the search for additions", () => {
  const page = readFileSync(path.join(__dirname, "../../docs/tenant.md"), "utf8");

  for (const name of additionsPartNames) {
    it(`${name}: a kind has it, and docs/tenant.md names its permissions`, () => {
      const kinds = additionsKinds(name);
      assert.notDeepEqual(kinds, []);
      for (const permission of permissionsToRead(kinds)) assert.ok(page.includes(`\`${permission}\``), permission);
    });
  }
});
