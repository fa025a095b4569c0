import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { askPulumi } from "../../../cli/stack/pulumi";

describe("cli: running Pulumi", () => {
  it("without an engine stops with one error that names `npx mssp engine`, and installs nothing", async () => {
    const home = newFolder();
    const environment = { ...process.env, PULUMI_HOME: home, PULUMI_VERSION: "3.0.0" };
    await assert.rejects(askPulumi(["stack", "ls"], { folder: home, environment }), (error: unknown) => {
      assert.ok(error instanceof VisibleError, String(error));
      const executable = path.join(home, "versions", "3.0.0", "bin", "pulumi");
      assert.equal(
        error.message,
        `The Pulumi engine 3.0.0 is not installed: there is no executable ${executable}. ` +
          "Run `npx mssp engine`, then run this command again.",
      );
      return true;
    });
    assert.deepEqual(await readdir(home), []);
  });

  it("starts the engine itself, with the language host's folder first on PATH", async () => {
    const { folder, environment } = await printingEngine("$PPID $PATH $*");
    const { stdout } = await askPulumi(["stack", "ls"], { folder, environment });
    assert.equal(stdout, `${process.pid} ${folder}:${process.env["PATH"]} stack ls --non-interactive`);
  });

  it("collects garbage less often in commands that start no plugins, unless the caller says how often", async () => {
    const { folder, environment } = await printingEngine("$GOGC $GOMEMLIMIT");
    const printed = async (args: readonly string[], own = {}) =>
      (await askPulumi(args, { folder, environment: { ...environment, ...own } })).stdout;
    assert.equal(await printed(["stack", "export"]), "400 1GiB");
    assert.equal(await printed(["stack", "export"], { GOGC: "50" }), "50 1GiB");
    assert.equal(await printed(["up", "--yes"]), " ");
  });
});

/** An engine that prints these variables, in its folder. */
async function printingEngine(text: string) {
  const home = newFolder();
  const folder = path.join(home, "versions", "3.0.0", "bin");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "pulumi"), `#!/bin/sh\necho "${text}"\n`, { mode: 0o755 });
  return { folder, environment: { PATH: process.env["PATH"], PULUMI_HOME: home, PULUMI_VERSION: "3.0.0" } };
}
