/** The table of what a change reaches, against the changes of which it is known which test fails. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mutations } from "../../../dev/promises/mutations";
import { importersOfModules, selectTests } from "../../../dev/tests/changedTests";
import { testFiles } from "../../../dev/tests/suites";

it("a change that breaks a promise of SECURITY.md reaches the promise's test", () => {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  const checkout = { tests: testFiles(), importers: importersOfModules(), read };
  const missed = mutations.filter(({ file, test }) => !selectTests(checkout, [file]).selected.includes(test));
  assert.deepEqual(
    missed.map(({ file, test }) => `${file}: ${test}`),
    [],
  );
});
