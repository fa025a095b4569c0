import assert from "node:assert/strict";
import { limitProblems, placeOf } from "../../../dev/lines/main";

describe("npm run lines", () => {
  it("counts a file once, with its product and apart from tests and generated files", () => {
    const places = {
      "cli/siem/command.ts": ["source", "collector"],
      "packages/siem/test/pull.test.ts": ["tests", "collector"],
      "test/cli/siem/setup.ts": ["tests", "collector"],
      "test/e2e/lifecycle.test.ts": ["tests", "access"],
      "index.ts": ["source", "access"],
      "settings.schema.json": ["generated", "npm run docs"],
      "test/compat/0.1.0/basic/state.json": ["generated", "test/compat/record.ts"],
      "package.json": undefined,
    };
    assert.deepEqual(Object.fromEntries(Object.keys(places).map((file) => [file, placeOf(file)])), places);
  });

  it("refuses more lines than the limit, and names the products that grew", () => {
    const counts = (cloud: number, dev: number, tests = 5) => ({
      source: {
        all: [2, cloud + dev] as [number, number],
        cloud: [1, cloud] as [number, number],
        dev: [1, dev] as [number, number],
      },
      tests: { all: [1, tests] as [number, number], access: [1, tests] as [number, number] },
      generated: {},
    });
    const limits = { source: 1000, tests: 5 };
    assert.deepEqual(limitProblems(limits, counts(900, 100), counts(800, 200)), []);
    const advice = "Take lines away, or raise the limit in a commit of its own.";
    const [first, ...others] = limitProblems(limits, counts(990, 110, 7), counts(890, 150));
    assert.equal(
      first,
      `1,100 lines of TypeScript without tests: dev/lines/limits.json allows 1,000 (since that was set, cloud by 100). ${advice}`,
    );
    assert.deepEqual(others, [
      `7 lines of tests: dev/lines/limits.json allows 5 (since that was set, access by 2). ${advice}`,
    ]);
    assert.deepEqual(limitProblems(limits, counts(990, 11), undefined), [
      `1,001 lines of TypeScript without tests: dev/lines/limits.json allows 1,000. ${advice}`,
    ]);
  });
});
