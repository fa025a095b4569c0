// The process of `sharedMssp` (sharedMssp.ts): it runs commands of `mssp` one after another, and
// ends with its parent.
"use strict";

const path = require("node:path");
const { processSession } = require("@defender-mssp/terminal/processSession");
const { run } = require("../../dist/cli/run.js");

process.on("disconnect", () => process.exit(0));
process.on("message", async ({ args, folder, environment }) => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(folder);
  process.argv.splice(1, Infinity, path.resolve(__dirname, "..", "..", "cli", "mssp.js"), ...args);
  process.exitCode = undefined;
  const [stdout, stderr] = [recorded(process.stdout), recorded(process.stderr)];
  const session = processSession();
  await run(args, session);
  const exitCode = process.exitCode ?? session.exitCode ?? 0;
  process.exitCode = undefined;
  process.send({ exitCode, stdout: stdout.end(), stderr: stderr.end() });
});

/** Keeps what is written to a stream. `end` returns it as text, and stops. */
function recorded(stream) {
  const chunks = [];
  stream.write = (chunk, encoding, callback) => {
    chunks.push(Buffer.from(chunk, typeof encoding === "string" ? encoding : undefined));
    const done = typeof encoding === "function" ? encoding : callback;
    if (done !== undefined) setImmediate(done);
    return true;
  };
  const end = () => {
    delete stream.write;
    return Buffer.concat(chunks).toString("utf8");
  };
  return { end };
}
