/** Samples to copy in the documentation are parts of the sources that they name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";

const root = path.resolve(__dirname, "..", "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

describe("samples of docs/architecture.md", () => {
  const samples = [...read("docs/architecture.md").matchAll(/<!-- Copied from (\S+) -->\n\n```ts\n([^]*?)\n```/g)];

  it("are those of a setting and a policy rule", () =>
    assertEach(samples, ([, file]) => file, ["settings/tags.ts", "policy/rules/guestCount.ts"]));

  for (const [, file = "", sample = ""] of samples)
    it(`${file}: is a part of the file; copy it again where it differs`, () => {
      assert.ok(sample.split("\n").length >= 8);
      assert.ok(read(file).includes(`${sample}\n`), sample);
    });
});
