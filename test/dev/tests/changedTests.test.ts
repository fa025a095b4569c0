import assert from "node:assert/strict";
import { selectTests } from "../../../dev/tests/changedTests";

const tests = [
  "test/domain/naming.test.ts",
  "test/e2e/lifecycle.test.ts",
  "test/e2e/fleet.test.ts",
  "test/names.test.ts",
  "packages/siem/test/sinks/hec.test.ts",
];

/** Each module with those that import it. */
const importers = new Map(
  Object.entries({
    "domain/naming.ts": ["index.ts", "test/domain/naming.test.ts"],
    "index.ts": [],
    "packages/siem/src/sinks/hec.ts": ["packages/siem/test/sinks/hec.test.ts", "cli/main.ts"],
    "cli/main.ts": [],
    "test/cli/mssp.ts": ["test/e2e/fleet.test.ts"],
    ...Object.fromEntries(tests.map((test) => [test, []])),
  }),
);
const texts: Readonly<Record<string, string>> = { "test/cli/mssp.ts": 'path.join(checkout, "cli", "mssp.js")' };

const select = (...changed: string[]) =>
  selectTests({ tests, importers, read: (file) => (importers.has(file) ? (texts[file] ?? "") : undefined) }, changed);

describe("dev/tests: the tests that a change reaches", () => {
  it("by imports, and by the program that the engine starts", () =>
    assert.deepEqual(select("domain/naming.ts").selected, tests.slice(0, 4)));

  it("by the command that a test's helper starts", () =>
    assert.deepEqual(select("packages/siem/src/sinks/hec.ts").selected, tests.slice(2)));

  it("by a command that a test names, and every command where it names none", () => {
    const program = {
      tests: ["test/e2e/adopt.test.ts", "test/e2e/new.test.ts", "test/e2e/any.test.ts", "test/e2e/none.test.ts"],
      texts: {
        "cli/program.ts":
          '  new: {\n    load: () => require("./new"),\n  },\n  adopt: {\n    load: () => require("./adopt"),\n  },\n',
        "test/e2e/adopt.test.ts": 'inSession(["adopt"])',
        "test/e2e/new.test.ts": "inSession(words(`new ${stack}`))",
        "test/e2e/any.test.ts": "inSession([command])",
        "test/e2e/none.test.ts": 'project.succeed(["up"])',
      } as Readonly<Record<string, string>>,
    };
    const graph = {
      "cli/new.ts": ["cli/program.ts"],
      "cli/adopt.ts": ["cli/program.ts"],
      "cli/program.ts": ["test/cli/testSession.ts"],
      "test/cli/testSession.ts": program.tests,
    };
    const checkout = { tests: program.tests, importers: new Map(Object.entries(graph)) };
    const selected = (file: string) =>
      selectTests({ ...checkout, read: (name) => program.texts[name] ?? "" }, [file]).selected;
    assert.deepEqual(selected("cli/new.ts"), ["test/e2e/new.test.ts", "test/e2e/any.test.ts"]);
    assert.deepEqual(selected("cli/program.ts"), program.tests);
  });

  it("a text reaches only the tests that read whatever is there", () =>
    assert.deepEqual(select("docs/settings.md").selected, ["test/names.test.ts"]));

  it("a test that changed runs", () =>
    assert.deepEqual(select("test/e2e/lifecycle.test.ts").selected, [
      "test/e2e/lifecycle.test.ts",
      "test/names.test.ts",
    ]));

  it("a file that nothing knows, and one that all stand on, reach everything, and are named", () => {
    for (const file of ["new/folder/data.bin", "package-lock.json", "packages/testkit/mocha/compile.js"])
      assert.deepEqual(select(file), { selected: tests, unknown: [file] });
  });
});
