/** The table of what a change reaches, against the checkout: changes of which it is known which test fails. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { mutations } from "../../../dev/promises/mutations";
import { importersOfModules, selectTests } from "../../../dev/tests/changedTests";
import { testFiles } from "../../../dev/tests/suites";

/** What no import says: a file, and a test that fails when it is broken. */
const byFilesAndProcesses = [
  ["cli/fleet/worker.ts", "test/cli/fleet/workers.process.test.ts"],
  ["cli/run.ts", "test/e2e/fleetPlan.test.ts"],
  ["cli/sandbox/sandbox/detachedServer.ts", "test/cli/sandbox/sandbox/sandbox.process.test.ts"],
  ["packages/kql/src/judge/judgeQueries.ts", "packages/sandbox/test/defender/validateQuery.process.test.ts"],
  ["packages/kql/src/judge/main.ts", "test/components/detections/prepareDetections.process.test.ts"],
  ["packages/pages/src/browser/page.js", "test/cli/customer/report/browser.process.test.ts"],
  ["packages/microsoft/src/entra/token.ts", "test/templates/esc.test.ts"],
  ["components/trust/msspTrust.ts", "test/policy/pack.test.ts"],
  ["cli/fleet/log.ts", "test/cli/terminalText.attack.test.ts"],
  ["docs/tenant.md", "test/domain/additionsPartNames.test.ts"],
  ["test/compat/0.1.0/basic/state.json", "test/cli/customer/report/outputs.test.ts"],
  ["README.md", "test/settings/settingsJsonSchema.test.ts"],
  [".github/workflows/ci.yml", "test/templates/workflows.test.ts"],
  // A command that the test calls by its name, or that its words run.
  ["cli/customer/adopt/command.ts", "test/e2e/adopt.test.ts"],
  ["cli/customer/offboard/command.ts", "test/e2e/offboard.attack.test.ts"],
  ["cli/customer/status/command.ts", "test/e2e/status.test.ts"],
  ["cli/views.ts", "test/e2e/status.test.ts"],
  ["cli/customer/new/command.ts", "test/e2e/secrets.test.ts"],
  ["cli/customer/doctor/command.ts", "test/e2e/repair.test.ts"],
  ["cli/siem/secrets/command.ts", "test/e2e/secrets.test.ts"],
  ["cli/ci/command.ts", "test/e2e/ci.test.ts"],
  ["cli/fleet/command.ts", "test/e2e/fleetPlan.test.ts"],
  ["cli/sandbox/start/command.ts", "test/e2e/start.test.ts"],
  ["cli/customer/init/command.ts", "test/templates/scripts.process.test.ts"],
  ["cli/customer/docs/command.ts", "test/cli/help.test.ts"],
] as const;

describe("dev/tests: the table of reaches", () => {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  const tests = testFiles();
  let importers: ReadonlyMap<string, readonly string[]>;
  before(() => (importers = importersOfModules()));
  const select = (file: string) => selectTests({ tests, importers, read }, [file]).selected;

  it("a change that breaks a promise of SECURITY.md reaches the promise's test", () => {
    const missed = mutations.filter(({ file, test }) => !select(file).includes(test));
    assertEach(missed, ({ file, test }) => `${file}: ${test}`, []);
  });

  for (const [file, test] of byFilesAndProcesses)
    it(`${file} reaches ${test}`, () => {
      assert.ok(existsSync(file) && tests.includes(test));
      assert.ok(select(file).includes(test));
    });

  it("the text of a command reaches no test that calls others alone", () => {
    for (const test of ["test/e2e/guests.test.ts", "test/e2e/offboard.attack.test.ts"])
      assert.ok(!select("cli/customer/new/command.ts").includes(test), test);
  });

  it("each module that nothing imports reaches a test that does not read whatever is there", () => {
    const reading = new Set(select("docs/README.md"));
    const roots = [...importers].flatMap(([file, by]) => (by.length === 0 ? file : []));
    const product = roots.filter((file) => !/^(dev|examples|test)\/|\/test\//.test(file));
    assert.ok(product.length >= 15, product.join(" "));
    assertNone(product, (file) => select(file).every((test) => reading.has(test)));
  });
});
