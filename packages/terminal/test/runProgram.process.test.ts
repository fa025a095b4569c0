import assert from "node:assert/strict";
import path from "node:path";
import { execa } from "execa";

describe("a program's process", () => {
  it("writes its own warnings as its messages, and leaves those of Node.js as they are", async () => {
    const script = `
      require(${JSON.stringify(path.resolve(__dirname, "../src/runProgram.ts"))}).runProcess(async () => {
        process.emitWarning("The file is open.");
        process.emitWarning("It is old.", "DeprecationWarning");
      });
    `;
    const node = ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile", "-e", script];
    const { stderr } = await execa(process.execPath, node, { cwd: path.resolve(__dirname, "../../..") });
    assert.match(stderr, /^mssp: The file is open\.\n\(node:\d+\) DeprecationWarning: It is old\.\n/);
  });
});
