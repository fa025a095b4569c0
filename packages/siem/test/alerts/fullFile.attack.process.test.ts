/** `>> file` where the system takes a part of a write and no more, as a full disk does. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";

describe("packages/siem/alerts/fullFile: a full disk that accepts part of a write", function () {
  let folder: string;

  before(function () {
    // The limit of a file's size makes real short writes, without a file system of its own.
    if (process.platform === "win32") this.skip();
  });
  beforeEach(() => (folder = newFolder()));

  /** `limit` in kibibytes. */
  async function run(script: string, args: readonly string[], limit: string) {
    const node = `"$0" --conditions=source --require @defender-mssp/testkit/mocha/compile "$@" >> "$OUT"`;
    const file = path.join(folder, "out");
    const result = await execa(
      "bash",
      ["-c", `ulimit -f ${limit}; exec ${node}`, process.execPath, path.resolve(__dirname, script), ...args],
      { env: { OUT: file }, reject: false },
    );
    const { exitCode, stderr } = result;
    return { exitCode, stderr, written: await readFile(file, "utf8") };
  }

  it("the pull ends with an error, and the next run delivers each incomplete alert", async () => {
    const checkpoint = path.join(folder, "checkpoint.json");
    const first = await run("pullToOutput.ts", [checkpoint], "32");
    assert.equal(first.exitCode, 5, first.stderr);
    assert.match(first.stderr, /Standard output can't be written: EFBIG/);
    assert.equal(first.written.length, 32 * 1024, "the write was not short");
    const second = await run("pullToOutput.ts", [checkpoint], "unlimited");
    assert.equal(second.exitCode, 0, second.stderr);
    const ids = new Set<string>();
    let halfLines = 0;
    for (const line of second.written.trimEnd().split("\n")) {
      try {
        ids.add((JSON.parse(line) as { id: string }).id);
      } catch {
        halfLines++;
      }
    }
    assert.equal(ids.size, 72);
    assert.equal(halfLines, 1);
  });

  it("any other command ends with an error", async () => {
    const script = path.join(folder, "print.ts");
    const module = require.resolve("@defender-mssp/terminal/standardOutput");
    await writeFile(script, `require(${JSON.stringify(module)}).print("x".repeat(100_000));`);
    const { exitCode, stderr, written } = await run(script, [], "32");
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /Standard output can't be written: EFBIG/);
    assert.equal(written.length, 32 * 1024);
  });
});
