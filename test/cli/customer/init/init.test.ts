import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { publishedPackages } from "../../../../cli/base/publishedPackages";
import { inSession as mssp } from "../../testSession";

describe("mssp init", () => {
  let folder: string;
  beforeEach(() => (folder = newFolder()));

  const init = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    mssp(["init", "--without=lockfile", ...args], { folder, environment });
  const text = (file: string) => readFile(path.join(folder, "customers", file), "utf8");

  it("prefixes the settings with the project's name, and says not to change it", async () => {
    const { exitCode, stdout, stderr } = await init(["customers", "acme.mssp"]);
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
    assert.match(
      await text(".gitignore"),
      /^\.sandbox\/$[^]*^sandbox\.env$[^]*^previews\/$[^]*^\/\.mssp\/$[^]*^\/report\/$/m,
    );
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
      const { exitCode, stderr } = await init(["customers", "--", name]);
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /^mssp: .*can't be a project's name: .*Nothing was created\. Name another one behind the folder\.\n?$/,
      );
      assert.deepEqual(await readdir(folder), []);
    });
  }

  it("reports missing git and creates nothing; --without git creates the folder", async () => {
    const PATH = path.join(folder, "empty-path");
    const refused = await init(["customers"], { PATH });
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.stderr,
      /^mssp: git is not installed, or not in PATH\. Nothing was created\. .*--without git.*\n?$/,
    );
    assert.deepEqual(await readdir(folder), []);
    assert.equal((await init(["customers", "--without", "git"], { PATH })).exitCode, 0);
  });

  it("says what to do where the registry has no such package, and leaves nothing", async () => {
    const registry = createServer((_, response) => response.writeHead(404).end("{}"));
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    const { port } = registry.address() as AddressInfo;
    const environment = {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: path.join(folder, "npm"),
      // As `npm run -s` hands it on.
      npm_config_loglevel: "silent",
    };
    const { exitCode, stderr } = await mssp(["init", "customers"], { folder, environment });
    registry.close();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: defender-mssp \d+\.\d+\.\d+ is not on the registry\. Nothing was created\. .*\n {2}npm run package\n {2}npx mssp init \.\.\/customers --packages \.packages\n?$/m,
    );
    assert.deepEqual(await readdir(folder), ["npm"]);
  });

  it("does not ask the public registry, where nobody has published the packages", async () => {
    const environment = { npm_config_registry: "https://registry.npmjs.org/" };
    const { exitCode, stderr } = await mssp(["init", "customers"], { folder, environment });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: defender-mssp is not published on the npm registry, which was not asked\./m);
    assert.match(stderr, /^ {2}npx mssp init \.\.\/customers --packages \.packages$/m);
    assert.deepEqual(await readdir(folder), []);
  });

  it("prints next steps that fit 80 columns", async () => {
    const { stdout } = await init(["it's customers", "acme"]);
    assert.match(stdout, /^ {2}cd 'it'\\''s customers'\n {2}npm install$/m);
    assertNone(stdout.split("\n"), (line) => line.length > 80);
  });

  describe("--packages", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const packages = () => path.join(folder, "packages");

    async function pack(name: string, file = `${name.replace(/^@|\/.*/g, "")}.tgz`, packed = version) {
      const content = path.join(folder, "content");
      await mkdir(path.join(content, "package"), { recursive: true });
      await writeFile(path.join(content, "package", "README.md"), "x".repeat(700));
      await writeFile(path.join(content, "package", "package.json"), JSON.stringify({ name, version: packed }));
      const args = ["-czf", path.join(packages(), file), "package/README.md", "package/package.json"];
      await execa("tar", args, { cwd: content });
      await rm(content, { recursive: true });
    }
    const tarball = (name: string) => `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
    const initWith = () => init(["customers", "--packages", "packages"]);

    beforeEach(async () => {
      await mkdir(packages());
      for (const name of publishedPackages) await pack(name, tarball(name));
      await writeFile(path.join(packages(), "notes.txt"), "no tarball");
      await mkdir(path.join(packages(), "staged"));
    });

    it("copies each tarball but that of the rules' queries to vendor/, and names nothing of a registry", async () => {
      const { exitCode, stderr, stdout } = await initWith();
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /Detection rules \(detections\/\) need one more package, @defender-mssp\/kql\n\(32 MB\): /);
      const needed = publishedPackages.filter((name) => name !== "@defender-mssp/kql");
      const { dependencies, devDependencies } = JSON.parse(await text("package.json")) as Record<string, object>;
      const references: [string, unknown][] = Object.entries({ ...dependencies, ...devDependencies });
      assert.deepEqual(
        references.sort(),
        needed.map((name) => [name, `file:vendor/${tarball(name)}`] as [string, unknown]).sort(),
      );
      assert.deepEqual(Object.keys(devDependencies ?? {}), ["@defender-mssp/sandbox"]);
      const copied = await readdir(path.join(folder, "customers", "vendor"));
      assert.deepEqual(copied.sort(), needed.map(tarball).sort());
      for (const file of copied)
        assert.deepEqual(
          await readFile(path.join(folder, "customers", "vendor", file)),
          await readFile(path.join(packages(), file)),
        );
    });

    const wrong: readonly [string, () => Promise<unknown>, RegExp][] = [
      [
        "without one of the packages",
        () => rm(path.join(packages(), tarball("@defender-mssp/pages"))),
        /the tarball of @defender-mssp\/pages is missing\./,
      ],
      [
        "with two versions of one",
        () => pack("@defender-mssp/siem", "defender-mssp-siem-0.0.1.tgz", "0.0.1"),
        /defender-mssp-siem-0\.0\.1\.tgz and defender-mssp-siem-\d\S+\.tgz are both @defender-mssp\/siem: remove one of them\./,
      ],
      [
        "with another version than this command's",
        () => pack("defender-mssp", tarball("defender-mssp"), "0.0.1"),
        /defender-mssp-\S+\.tgz is version 0\.0\.1, and this command is \d/,
      ],
      [
        "with a tarball of something else",
        () => pack("left-pad", "left-pad-1.3.0.tgz", "1.3.0"),
        /left-pad-1\.3\.0\.tgz is left-pad 1\.3\.0, no package of defender-mssp: remove it from the folder\./,
      ],
      [
        "with a file that is no tarball",
        () => writeFile(path.join(packages(), "a.tgz"), "not gzip"),
        /a\.tgz is not the tarball of a package\./,
      ],
      ["with a folder in place of a tarball", () => mkdir(path.join(packages(), "a.tgz")), /a\.tgz is not the tarball/],
      ["that is missing", () => rm(packages(), { recursive: true }), /packages: no such folder\./],
      [
        "without tarballs",
        async () => {
          await rm(packages(), { recursive: true });
          await mkdir(packages());
        },
        /the folder has no tarball \(\*\.tgz\)\./,
      ],
    ];
    for (const [what, change, error] of wrong)
      it(`refuses a folder ${what}, and creates nothing`, async () => {
        await change();
        const { exitCode, stderr } = await initWith();
        assert.equal(exitCode, 1);
        assert.match(stderr, /^mssp: --packages \S+packages: [^\n]*Nothing was created\.\n?$/);
        assert.match(stderr, error);
        assert.doesNotMatch((await readdir(folder)).join(" "), /customers/);
      });
  });

  it("leaves nothing when npm can't make the lockfile", async () => {
    const environment = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    const { exitCode, stderr } = await mssp(["init", "customers"], { folder, environment });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: `npm install` failed: .*Nothing was created\. --without lockfile creates/m);
    assert.deepEqual(await readdir(folder), []);
  });
});
