import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { isPassing, type TryResult } from "../../../cli/stack/outcome";
import { checkout } from "../mssp";

/** Runs one stack of the program that is the first argument. */
const script = `
  const { Workers } = require("./dist/cli/fleet/workers.js");
  const [main] = process.argv.slice(1);
  const workers = new Workers({
    folder: require("node:path").dirname(main), main, engine: "none", engineVersion: "3.0.0",
    environment: process.env, timeout: 240_000, onStep: () => undefined,
    onResources: () => undefined,
  });
  const job = { stack: "contoso", command: "preview", refresh: false, drift: false, policyPacks: [], environment: {},
    hasExtension: false };
  workers.run(job, 0).then(async (result) => {
    await workers.end();
    process.stdout.write(JSON.stringify(result));
  });
`;

describe("a fleet worker", () => {
  const folder = newFolder();

  it("whose program needs too much memory fails once, says so, and leaves the fleet run alive", async () => {
    await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
    const main = path.join(folder, "program.js");
    await writeFile(main, "const all = []; for (;;) all.push(new Array(1e6).fill(1.5));");
    const { stdout } = await execa(process.execPath, ["-e", script, main], { cwd: checkout, timeout: 240_000 });
    const result = JSON.parse(stdout) as TryResult;
    assert.match(result.messages.join("\n"), /more than 1024 MB.*`npx pulumi preview --stack contoso`/);
    assert.equal(result.ok, false);
    assert.equal(isPassing(result), false);
  });
});
