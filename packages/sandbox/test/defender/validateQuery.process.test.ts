import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";

const sandbox = path.resolve(__dirname, "..", "..");

describe("sandbox/defender: the parser of rules' queries", () => {
  it("is loaded by the first query alone, and never in the server's own thread", () => {
    const program = `
      require("./dist/index.js");
      const { validateQuery } = require("./dist/defender/detectionRules/validateQuery.js");
      const { queryResult } = require("./dist/defender/customDetections/queryResult.js");
      const calls = [];
      const { Worker } = require("node:worker_threads");
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message) { calls.push(message.method); return post.call(this, message); };
      // The thread keeps no process alive.
      setTimeout(() => process.exit(1), 240_000);
      (async () => {
        await validateQuery("");
        const before = calls.length;
        const { problem } = await validateQuery("NoTable");
        const events = { DeviceEvents: [{ DeviceName: "pc1" }] };
        const now = new Date();
        const { rows } = await queryResult("DeviceEvents | project DeviceName", events, { now });
        const failure = await queryResult("DeviceEvents | scan with (step s: true;)", {}, { now }).catch((error) => error);
        const names = [failure.name, failure.feature, failure instanceof Error];
        process.stdout.write(JSON.stringify({ before, calls, problem, rows, names, isLoadedHere: "Kusto" in globalThis }));
        process.exit();
      })();`;
    const output = execFileSync(process.execPath, ["-e", program], { cwd: sandbox, encoding: "utf8" });
    const { problem, ...rest } = JSON.parse(output) as { readonly problem: string };
    assert.deepEqual(rest, {
      before: 0,
      calls: ["judgeQueries", "runQuery", "runQuery"],
      rows: [{ DeviceName: "pc1" }],
      names: ["UnsupportedQuery", "the operator scan", true],
      isLoadedHere: false,
    });
    assert.match(problem, /^The query has a semantic error: The name 'NoTable' does not refer to any known /);
  });
});
