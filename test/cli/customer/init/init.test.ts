import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inSession as mssp } from "../../testSession";

describe("mssp init", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-init-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const init = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    mssp(["init", "--no-lockfile", ...args], { folder, environment });
  const text = (file: string) => readFile(path.join(folder, "customers", file), "utf8");

  it("prefixes the settings with the project's name, and says not to change it", async () => {
    const { exitCode, stdout, stderr } = await init(["customers", "--project", "acme.mssp"]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /The project's name is acme\.mssp\. Do not change it later/);
    assert.match(await text("Pulumi.yaml"), /^name: acme\.mssp\n/);
    assert.doesNotMatch(await text("Pulumi.yaml"), /^template:/m);
    assert.match(await text("customers/Pulumi.dev.yaml"), /^ {2}acme\.mssp:tenantId: /m);
    assert.match(await text("Pulumi.yaml"), /^main: node_modules\/defender-mssp\/launcher\.js\n/m);
    for (const file of await readdir(path.join(folder, "customers"), { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.parentPath.includes(".git/")) continue;
      assert.doesNotMatch(await readFile(path.join(file.parentPath, file.name), "utf8"), /\$\{(PROJECT|DESCRIPTION)\}/);
    }
  });

  it("asks for exact versions of this release, and ignores secrets", async () => {
    await init(["customers"]);
    const manifest = JSON.parse(await text("package.json")) as { dependencies: Record<string, string> };
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    assert.equal(manifest.dependencies["defender-mssp"], version);
    assert.match(await text(".gitignore"), /^\.sandbox\/$[^]*^sandbox\.env$[^]*^previews\/$/m);
  });

  for (const [ci, file] of [
    ["github", ".github/workflows/up.yml"],
    ["gitlab", ".gitlab-ci.yml"],
    ["azure", "azure-pipelines.yml"],
  ] as const) {
    it(`adds the pipelines of ${ci}, and no others`, async () => {
      const { stdout } = await init(["customers", "--ci", ci, "--json"]);
      const { files } = JSON.parse(stdout) as { files: string[] };
      assert.ok(files.includes(file), files.join(" "));
      assert.equal(files.filter((name) => /^\.github|gitlab|azure/.test(name)).length > 0, true);
      assert.ok(!files.some((name) => name.startsWith(".github")) || ci === "github");
    });
  }

  it("refuses a folder that is not empty, and changes nothing", async () => {
    await mkdir(path.join(folder, "customers"));
    await writeFile(path.join(folder, "customers", "mine.txt"), "mine");
    const { exitCode, stderr } = await init(["customers"]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: .*customers is not empty \(mine\.txt\)\. Nothing was changed\. Name a new or an empty folder\.\n?$/,
    );
    assert.deepEqual(await readdir(path.join(folder, "customers")), ["mine.txt"]);
    assert.deepEqual(await readdir(folder), ["customers"]);
  });

  it("refuses a file in the folder's place", async () => {
    await writeFile(path.join(folder, "customers"), "mine");
    const { exitCode, stderr } = await init(["customers"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: .*customers can't be used: it is a file\.\n?$/);
  });

  for (const name of ["", "pulumi", "-x", "a b", "ä", "1st", "a/b", "x".repeat(101)]) {
    it(`refuses the project name ${JSON.stringify(name).slice(0, 20)}`, async () => {
      const { exitCode, stderr } = await init(["customers", `--project=${name}`]);
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /^mssp: .*can't be a project's name: .*Nothing was created\. Choose another name with --project\.\n?$/,
      );
      assert.deepEqual(await readdir(folder), []);
    });
  }

  it("reports missing git and creates nothing; --no-git creates the folder", async () => {
    const PATH = path.join(folder, "empty-path");
    const refused = await init(["customers"], { PATH });
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.stderr,
      /^mssp: git is not installed, or not in PATH\. Nothing was created\. .*--no-git.*\n?$/,
    );
    assert.deepEqual(await readdir(folder), []);
    assert.equal((await init(["customers", "--no-git"], { PATH })).exitCode, 0);
  });

  it("leaves nothing when npm can't make the lockfile", async () => {
    const environment = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    const { exitCode, stderr } = await mssp(["init", "customers"], { folder, environment });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: `npm install` failed: .*Nothing was created\. --no-lockfile creates/m);
    assert.deepEqual(await readdir(folder), []);
  });
});
