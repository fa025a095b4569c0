import assert from "node:assert/strict";
import { placeOf } from "../../../dev/lines/main";

describe("npm run lines", () => {
  it("counts a file once, with its product and apart from tests and generated files", () => {
    const places = {
      "cli/siem/command.ts": ["source", "collector"],
      "packages/siem/test/pull.test.ts": ["tests", "collector"],
      "test/cli/siem/setup.ts": ["tests", "collector"],
      "test/e2e/lifecycle.test.ts": ["tests", "access"],
      "index.ts": ["source", "access"],
      "settings.schema.json": ["generated", "npm run docs"],
      "test/compat/0.2.0/basic/state.json": ["generated", "test/compat/record.ts"],
      "package.json": undefined,
    };
    assert.deepEqual(Object.fromEntries(Object.keys(places).map((file) => [file, placeOf(file)])), places);
  });
});
