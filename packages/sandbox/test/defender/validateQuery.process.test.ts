import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";

const sandbox = path.resolve(__dirname, "..", "..");

describe("sandbox/defender: the parser of rules' queries", () => {
  it("is loaded by the first query alone, and never in the server's own thread", () => {
    const program = `
      require("./dist/index.js");
      const { validateQuery } = require("./dist/defender/detectionRules/validateQuery.js");
      const threads = [];
      const { Worker } = require("node:worker_threads");
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message) { threads.push(message.query); return post.call(this, message); };
      (async () => {
        await validateQuery("");
        const before = threads.length;
        const { problem } = await Promise.race([validateQuery("NoTable"), new Promise((done) => setTimeout(done, 240_000))]);
        process.stdout.write(JSON.stringify([before, threads, problem, "Kusto" in globalThis]));
        process.exit();
      })();`;
    const output = execFileSync(process.execPath, ["-e", program], { cwd: sandbox, encoding: "utf8" });
    const [before, judged, problem, isLoadedHere] = JSON.parse(output) as [number, string[], string, boolean];
    assert.deepEqual([before, judged, isLoadedHere], [0, ["NoTable"], false]);
    assert.match(problem, /^The query has a semantic error: The name 'NoTable' does not refer to any known /);
  });
});
