/** Pages for people that list what a customer grants, against the table of permissions. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { writingPermissions } from "../../domain/writingPermissions";

const root = path.resolve(__dirname, "..", "..");

/** The text between two headings of a page. */
function section(file: string, title: string): string {
  const [, after = ""] = readFileSync(path.join(root, file), "utf8").split(`${title}\n`);
  return after.split(/^#{2,3} /m)[0] ?? "";
}

describe("the permissions that a customer grants", () => {
  const lists = [
    ["SECURITY.md", "### The MSSP's automation identity"],
    ["docs/guides/customer-administrator.md", "## Before you consent"],
  ] as const;
  for (const [file, title] of lists) {
    it(`${file} names each, of every setting, and no other that writes`, () => {
      const named = [...section(file, title).matchAll(/`([A-Z]\w+(?:\.\w+)+)`/g)].map(([, name]) => name);
      const all = writingPermissions.map(({ permission }) => permission);
      assert.deepEqual([...new Set(named)].sort(), [...all].sort());
    });
  }
});
