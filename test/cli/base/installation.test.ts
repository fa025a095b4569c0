import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { inSession as mssp } from "../testSession";

describe("an installation that does not fit", () => {
  let folder: string;
  beforeEach(async () => {
    folder = newFolder();
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n");
  });

  async function write(file: string, content: object): Promise<void> {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), JSON.stringify(content));
  }

  it("two versions in one tree: the command names both", async () => {
    await write("node_modules/defender-mssp/package.json", { name: "defender-mssp", version: "99.0.0" });
    const { exitCode, stderr } = await mssp(["permissions"], { folder });
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: Two versions of defender-mssp: this command is \d\S+, and the project in .* has 99\.0\.0\. Run `npx mssp`/,
    );
    assert.equal(stderr.trim().split("\n").length, 1);
  });

  it("an installation older than package.json: the command says npm ci", async () => {
    await write("package.json", { dependencies: { "defender-mssp": "99.0.0" } });
    const { exitCode, stderr } = await mssp(["permissions"], { folder });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: .*package\.json names defender-mssp 99\.0\.0, and \d\S+ is installed: run `npm ci`\./);
  });

  it("an installation older than the tarball in vendor/: the command says npm ci", async () => {
    await write("package.json", { dependencies: { "defender-mssp": "file:vendor/defender-mssp-99.0.0.tgz" } });
    const { exitCode, stderr } = await mssp(["permissions"], { folder });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: .*package\.json names defender-mssp 99\.0\.0, and \d\S+ is installed: run `npm ci`\./);
  });

  it("a folder without a project is no obstacle to --help and init", async () => {
    const { exitCode } = await mssp(["--help"], { folder: path.dirname(folder) });
    assert.equal(exitCode, 0);
  });

  it("settings of a newer version: the unknown key, and that a newer version may know it", async () => {
    await mkdir(path.join(folder, "customers"));
    await writeFile(path.join(folder, "customers", "Pulumi.contoso.yaml"), "config:\n  acme:quantumAccess: true\n");
    const { exitCode, stderr } = await mssp(["permissions", "--stack", "contoso"], { folder });
    assert.equal(exitCode, 1);
    assert.match(stderr, /quantumAccess[^]*newer version of defender-mssp/);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });
});
