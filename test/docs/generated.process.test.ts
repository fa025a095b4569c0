import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../dev/docs/files";
import { wholePages } from "../../dev/docs/pages";

describe("reference pages", () => {
  for (const { file, make } of wholePages) {
    it(`${file} is whole in the site and the package: each entry of the checkout's list has a section`, async () => {
      const list = readFileSync(path.join(root, file), "utf8");
      const entries = [...list.matchAll(/^- `?(?:defender-mssp:)?([^`:\n]+)/gm)].map(([, name = ""]) => name);
      const whole = await make();
      assert.ok(entries.length >= 20, `${entries.length} entries`);
      for (const name of entries) assert.match(whole, new RegExp(`^###? ${name}$`, "m"));
      assert.ok(whole.length > 4 * list.length);
    });
  }
});
