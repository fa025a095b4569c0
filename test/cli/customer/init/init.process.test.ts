import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { parse } from "yaml";
import { requireEngine } from "../../../../cli/stack/pulumi";
import { configurationOf } from "../../../../settings/fromFile";
import { checkout } from "../../mssp";
import { inSession as mssp } from "../../testSession";

describe("mssp init", () => {
  let folder: string;
  beforeEach(() => (folder = newFolder()));

  const init = (args: readonly string[]) => mssp(["init", "--without=lockfile", ...args], { folder });

  it("makes the settings that pulumi new makes of the same template", async () => {
    const { exitCode, stderr } = await init(["customers", "acme.mssp"]);
    assert.equal(exitCode, 0, stderr);
    const made = path.join(folder, "made");
    const args = ["--generate-only", "--yes", "--name", "acme.mssp", "--dir", made];
    await execa(requireEngine(process.env).file, ["new", path.join(checkout, "templates", "customers"), ...args], {
      env: { PULUMI_HOME: path.join(folder, "home"), PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdin: "ignore",
    });
    const read = async (repository: string, file: string) =>
      parse(await readFile(path.join(repository, file), "utf8")) as Record<string, unknown>;
    const settings = async (repository: string) =>
      configurationOf(await read(repository, "customers/Pulumi.dev.yaml"), "acme.mssp").values;
    const ofPulumi = await settings(made);
    assert.equal(ofPulumi["tenantId"], "c0570500-0000-4000-8000-00000000000a");
    assert.deepEqual(ofPulumi, await settings(path.join(folder, "customers")));
    const { name, main } = await read(made, "Pulumi.yaml");
    assert.equal(name, "acme.mssp");
    // A program that is not installed yet would end `pulumi new` with an error.
    assert.equal(main, undefined);
  });
});
