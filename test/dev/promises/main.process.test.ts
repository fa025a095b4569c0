import assert from "node:assert/strict";
import path from "node:path";
import { execa } from "execa";

const checkout = path.resolve(__dirname, "..", "..", "..");

describe("dev/promises: the command", function () {
  it("--list ends without an error when its reader closes the pipe", async () => {
    const list = `"${process.execPath}" dist/dev/promises/main.js --list`;
    const { stdout } = await execa("sh", ["-c", list], { cwd: checkout });
    assert.match(stdout, /^#1 SECURITY\.md:\d+ /m);
    const { stderr } = await execa("sh", ["-c", `${list} | true`], { cwd: checkout });
    assert.equal(stderr, "");
  });
});
