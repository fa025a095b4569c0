import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { newFolder } from "@defender-mssp/testkit/newFolder";

const checkout = path.resolve(__dirname, "../../../../..");

describe("sandbox: the thread of queries", () => {
  const folder = newFolder();

  it("does not keep the process alive after an answer", async () => {
    const file = path.join(folder, "package.js");
    await writeFile(file, "exports.judgeQueries = (queries) => queries;");
    const script =
      'require("@defender-mssp/testkit/mocha/compile");' +
      'const { callInThread } = require("./packages/sandbox/src/defender/customDetections/callInThread.ts");' +
      // The thread alone does not keep the process alive until the answer either.
      "const alive = setInterval(() => {}, 1000);" +
      `callInThread(${JSON.stringify(file)}, "judgeQueries", [["q"]]).then((answer) => {` +
      "clearInterval(alive); process.stdout.write(JSON.stringify(answer)); });";
    const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=source", "-e", script], {
      cwd: checkout,
      timeout: 60_000,
    });
    assert.equal(stdout, '["q"]');
  });
});
