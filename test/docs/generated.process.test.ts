import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../dev/docs/files";
import { generatedFiles } from "../../dev/docs/pages";

describe("generated files", () => {
  for (const { file, make } of generatedFiles) {
    it(`${file} is as \`npm run docs\` writes it`, async () => {
      const place = path.join(root, file);
      assert.ok(existsSync(place), `${file} is missing: run npm run docs`);
      assert.ok(readFileSync(place, "utf8") === (await make()), `${file} is out of date: run npm run docs`);
    });
  }
});
