import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { checkout } from "../mssp";

describe("an installation that does not fit", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-installation-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  for (const [file, exitCode] of [
    ["cli/mssp.js", 1],
    ["launcher.js", 1],
  ] as const) {
    it(`a Node.js that is too old: ${file} says which one is needed`, async () => {
      const old = path.join(folder, "old.js");
      await writeFile(old, 'Object.defineProperty(process.versions, "node", { value: "20.18.3" });\n');
      const ended = await execa(process.execPath, ["--require", old, path.join(checkout, file)], { reject: false });
      assert.equal(ended.exitCode, exitCode);
      assert.match(
        ended.stderr,
        /^(mssp: )?Node\.js 20\.18\.3 is too old: defender-mssp needs 20\.19 or later\. Nothing was done\./,
      );
      assert.equal(ended.stderr.trim().split("\n").length, 1);
    });
  }
});
