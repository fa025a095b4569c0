/**
 * `mssp upgrade` of a repository whose packages are small stand-ins: real tarballs, real npm, no
 * registry. `npm run test:package` upgrades the real packages.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { publishedPackages } from "../../../../cli/base/publishedPackages";
import { run } from "../../../../cli/run";
import { inSession, TestSession, type TestSessionOptions } from "../../testSession";

const { version: installed } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const next = "98.7.6";

const changelog = `# Changelog

## Unreleased

## ${next} - 2030-01-02

### Breaking

- **The tenant** loses its
  \`second\` name.

### Added

- A third name.

## ${installed} - 2026-01-01

### Added

- What this repository has had for long.
`;

describe("mssp upgrade", function () {
  const root = newFolder();
  let template: string;
  let folder: string;

  const tarball = (name: string, version = next) => `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
  /** A repository without detection rules does without the package of their queries. */
  const needed = publishedPackages.filter((name) => name !== "@defender-mssp/kql");
  const at = (...names: string[]) => path.join(folder, ...names);

  /** `mssp fleet preview` of the packed program says with which arguments it was called. */
  async function pack(to: string, name: string, version = next, file = tarball(name, version)): Promise<void> {
    const content = await mkdtemp(path.join(root, "content-"));
    await mkdir(path.join(content, "package", "cli"), { recursive: true });
    const manifest = { name, version, scripts: {} };
    const program = `process.stdout.write("preview of ${version}: " + process.argv.slice(2).join(" "));
      process.exitCode = Number(process.env.PREVIEW_EXIT_CODE ?? 0);`;
    const files = { "package.json": JSON.stringify(manifest), "CHANGELOG.md": changelog, "cli/mssp.js": program };
    for (const [each, text] of Object.entries(files)) await writeFile(path.join(content, "package", each), text);
    await mkdir(to, { recursive: true });
    await execa("tar", ["-czf", path.join(to, file), ...Object.keys(files).map((each) => `package/${each}`)], {
      cwd: content,
    });
  }

  async function packAll(to: string, version: string): Promise<void> {
    for (const name of publishedPackages) await pack(to, name, version);
  }

  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], { cwd: folder });

  before(async () => {
    await packAll(path.join(root, "installed"), installed);
    await packAll(path.join(root, "next"), next);
    template = path.join(root, "template");
    const { exitCode, stderr } = await inSession(
      ["init", template, "--packages", path.join(root, "installed"), "--ci", "none"],
      { folder: root, environment: offline() },
    );
    assert.equal(exitCode, 0, stderr);
    folder = template;
    const manifest = await manifestIn();
    await writeFile(at("package.json"), `${JSON.stringify({ ...manifest, description: "ours" }, undefined, 2)}\n`);
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "First");
  });
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(root, "case-")), "customers");
    await cp(template, folder, { recursive: true });
    await cp(path.join(root, "next"), path.join(path.dirname(folder), "next"), { recursive: true });
  });

  /** npm asks nobody: each tarball is whole. */
  function offline(environment: Readonly<Record<string, string>> = {}) {
    return { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0", ...environment };
  }
  const upgrade = (args: readonly string[], { environment, ...options }: TestSessionOptions = {}) =>
    inSession(["upgrade", ...args], {
      folder,
      ...options,
      environment: offline(environment as Readonly<Record<string, string>>),
    });
  const packages = ["--packages", "../next"];
  const manifestIn = async () =>
    JSON.parse(await readFile(at("package.json"), "utf8")) as Readonly<
      Record<string, Readonly<Record<string, string>>>
    >;

  async function snapshot(): Promise<Record<string, string>> {
    const names = ["package.json", "package-lock.json", "Pulumi.yaml"];
    for (const name of await readdir(at("vendor"))) names.push(`vendor/${name}`);
    const hash = async (name: string) =>
      createHash("sha256")
        .update(await readFile(at(name)))
        .digest("hex");
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(name)] as const)));
  }

  const printedCommands = (text: string) => text.split("\n").flatMap((line) => /^ {2}(git .*)$/.exec(line)?.[1] ?? []);

  it("replaces all packages together, and previews all customers with the new version", async () => {
    const { exitCode, stdout, stderr } = await upgrade([...packages, "--yes"]);
    assert.equal(exitCode, 0, stderr);
    const { dependencies = {}, devDependencies = {}, ...others } = await manifestIn();
    assert.equal(others["description"], "ours");
    const named = Object.entries({ ...dependencies, ...devDependencies }).sort();
    assert.deepEqual(named, needed.map((name) => [name, `file:vendor/${tarball(name)}`]).sort());
    assert.deepEqual(Object.keys(devDependencies), ["@defender-mssp/sandbox"]);
    assert.deepEqual((await readdir(at("vendor"))).sort(), needed.map((name) => tarball(name)).sort());
    const lock = await readFile(at("package-lock.json"), "utf8");
    assert.equal(lock.split(`"version": "${next}"`).length - 1, needed.length);
    assert.ok(!lock.includes(`-${installed}.tgz`));
    const { version } = JSON.parse(await readFile(at("node_modules/defender-mssp/package.json"), "utf8")) as {
      version: string;
    };
    assert.equal(version, next);
    assert.match(stdout, new RegExp(`^preview of ${next}: fleet preview$`, "m"));
    assert.match(
      stderr,
      /^ {2}git restore package\.json package-lock\.json vendor\n {2}git clean --force --quiet vendor\n {2}npm ci$/m,
    );
    assert.ok((await readdir(folder)).every((name) => !name.startsWith(".upgrade-")));
  });

  it("adds the package of the rules' queries to a repository that has detection rules, and keeps one that names it", async () => {
    const kql = "@defender-mssp/kql";
    const reference = async () => (await manifestIn())["dependencies"]?.[kql];
    assert.equal(await reference(), undefined);
    await mkdir(at("detections/base"), { recursive: true });
    await writeFile(at("detections/base/rule.yaml"), "displayName: Rule\n");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "Rule");
    const first = await upgrade(["--packages", path.join(root, "installed"), "--yes", "--skip-preview"]);
    assert.equal(first.exitCode, 0, first.stderr);
    assert.equal(await reference(), `file:vendor/${tarball(kql, installed)}`);
    await rm(at("detections"), { recursive: true });
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "Package");
    const second = await upgrade([...packages, "--yes", "--skip-preview"]);
    assert.equal(second.exitCode, 0, second.stderr);
    assert.equal(await reference(), `file:vendor/${tarball(kql)}`);
  });

  it("goes back by the commands that it prints, and skips the previews with --skip-preview", async () => {
    const before = await snapshot();
    const { stdout, stderr } = await upgrade([...packages, "--yes", "--skip-preview"]);
    assert.doesNotMatch(stdout, /preview of/);
    const commands = printedCommands(stderr);
    assert.equal(commands.length, 2);
    for (const command of commands) await execa(command, { cwd: folder, shell: true });
    assert.deepEqual(await snapshot(), before);
    assert.equal((await git("status", "--porcelain")).stdout, "");
  });

  it("goes back where the repository named versions of a registry before", async () => {
    const manifest = await manifestIn();
    const dependencies = { "defender-mssp": installed };
    await writeFile(
      at("package.json"),
      JSON.stringify({ ...manifest, dependencies, devDependencies: {} }, undefined, 2),
    );
    await rm(at("vendor"), { recursive: true });
    await git("commit", "--quiet", "--all", "--message", "Registry");
    const { exitCode, stderr } = await upgrade([...packages, "--yes", "--skip-preview"]);
    assert.equal(exitCode, 0, stderr);
    for (const command of printedCommands(stderr)) await execa(command, { cwd: folder, shell: true });
    assert.equal((await git("status", "--porcelain")).stdout, "");
  });

  it("shows the changelog's entries that this repository does not have, and asks", async () => {
    const before = await snapshot();
    const { exitCode, stdout, stderr } = await upgrade(packages, { answers: [false] });
    assert.equal(exitCode, 1);
    assert.match(stdout, new RegExp(`^defender-mssp ${installed} → ${next}\n\n${next} - 2030-01-02\n\nBreaking\n`));
    assert.match(
      stdout,
      /^- The tenant loses its `second` name\.\n\nAdded\n- A third name\.\n\nEntries of the changelog: Breaking 1, Added 1\.$/m,
    );
    assert.doesNotMatch(stdout, /had for long/);
    assert.match(stderr, /Upgrade 10 packages to 98\.7\.6\?[^]*mssp: Nothing was changed\./);
    assert.deepEqual(await snapshot(), before);
  });

  it("asks for --yes without a terminal", async () => {
    const { exitCode, stderr } = await upgrade(packages);
    assert.equal(exitCode, 1);
    assert.equal(stderr, "mssp: Nothing was changed. Pass --yes to upgrade without asking.");
  });

  it("keeps the upgrade when a preview fails, which gets --passphrase-folder, and exits with 1", async () => {
    const { exitCode, stdout, stderr } = await upgrade([...packages, "--yes", "--passphrase-folder", "keys"], {
      environment: { PREVIEW_EXIT_CODE: "1" },
    });
    assert.equal(exitCode, 1);
    assert.match(stdout, new RegExp(`fleet preview --passphrase-folder ${at("keys")}$`, "m"));
    assert.match(stderr, /A preview failed\. The upgrade stays/);
    assert.match((await manifestIn())["dependencies"]?.["defender-mssp"] ?? "", /98\.7\.6/);
  });

  it("replaces another build of the same version, and leaves the same build alone", async () => {
    const same = await upgrade(["--packages", path.join(root, "installed"), "--yes"]);
    assert.equal(same.exitCode, 0, same.stderr);
    assert.equal(same.stdout, `defender-mssp ${installed} is what this repository has. Nothing was changed.`);
    const built = path.join(path.dirname(folder), "built");
    await cp(path.join(root, "installed"), built, { recursive: true });
    await execa("tar", [
      "-czf",
      path.join(built, tarball("defender-mssp", installed)),
      "-C",
      await unpacked(built),
      "package",
    ]);
    const { exitCode, stdout, stderr } = await upgrade(["--packages", built, "--yes", "--skip-preview"]);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /, another build$/m);
    assert.equal(await readFile(at("node_modules/defender-mssp/new.txt"), "utf8"), "new");
  });

  async function unpacked(built: string): Promise<string> {
    const content = await mkdtemp(path.join(root, "unpacked-"));
    await execa("tar", ["-xzf", path.join(built, tarball("defender-mssp", installed)), "-C", content]);
    await writeFile(path.join(content, "package", "new.txt"), "new");
    return content;
  }

  describe("bad input", () => {
    const folderOfPackages = () => path.join(path.dirname(folder), "next");
    const wrong: readonly [string, () => Promise<unknown>, RegExp, (readonly string[])?][] = [
      [
        "a folder without one of the packages",
        () => rm(path.join(folderOfPackages(), tarball("@defender-mssp/pages"))),
        /the tarball of @defender-mssp\/pages is missing\./,
      ],
      [
        "a folder with two versions of a package",
        () => pack(folderOfPackages(), "@defender-mssp/siem", "99.0.0"),
        /siem-98\.7\.6\.tgz and defender-mssp-siem-99\.0\.0\.tgz are both @defender-mssp\/siem: remove one of them\./,
      ],
      [
        "packages of different versions",
        async () => {
          await rm(path.join(folderOfPackages(), tarball("@defender-mssp/siem")));
          await pack(folderOfPackages(), "@defender-mssp/siem", "99.0.0");
        },
        /is version 98\.7\.6, and defender-mssp-siem-99\.0\.0\.tgz is 99\.0\.0\./,
      ],
      [
        "a folder with a tarball of something else",
        () => pack(folderOfPackages(), "left-pad", "1.3.0"),
        /left-pad-1\.3\.0\.tgz is left-pad 1\.3\.0, no package of defender-mssp: remove it from the folder\./,
      ],
      ["a folder that is missing", () => rm(folderOfPackages(), { recursive: true }), /next: no such folder\./],
      [
        "a downgrade",
        async () => {
          await rm(folderOfPackages(), { recursive: true });
          await packAll(folderOfPackages(), "0.0.1");
        },
        /^mssp: 0\.0\.1 is older than \d+\.\d+\.\d+, which this repository has\. Nothing was changed\. To go back/,
      ],
      [
        "a work tree with changes",
        () => writeFile(at("README.md"), "changed"),
        /^mssp: The work tree has changes that are not committed: README\.md\. Nothing was changed\. Commit or stash them/,
      ],
      [
        "a tarball in vendor that is not committed",
        () => writeFile(at("vendor", "other.tgz"), "changed"),
        /work tree has changes that are not committed: vendor\/other\.tgz\./,
      ],
      ["a folder without git", () => rm(at(".git"), { recursive: true }), /is in no git repository.*Run `git init`/],
      [
        "a version of a registry where package.json names tarballs",
        () => Promise.resolve(),
        /^mssp: package\.json names the tarball vendor\/\S+\.tgz, and no version of a registry: .* by --packages <folder>\./,
        [next],
      ],
      [
        "a project that is no repository of customers",
        async () => {
          await writeFile(at("package.json"), "{}");
          await git("commit", "--quiet", "--all", "--message", "None");
        },
        /package\.json does not name defender-mssp as a dependency/,
      ],
    ];
    for (const [what, change, error, source = packages] of wrong)
      it(`refuses ${what}, and changes nothing`, async () => {
        await change();
        const before = await snapshot();
        const { exitCode, stderr } = await upgrade([...source, "--yes"]);
        assert.equal(exitCode, 1);
        assert.match(stderr, error);
        assert.match(stderr, /Nothing was changed\./);
        assert.equal(stderr.trim().split("\n").length, 1, stderr);
        assert.deepEqual(await snapshot(), before);
      });

    for (const args of [[], [next, ...packages]])
      it(`calls ${args.length === 0 ? "no version" : "two versions"} a usage error`, async () => {
        const { exitCode, stderr } = await upgrade(args);
        assert.equal(exitCode, 2);
        assert.match(stderr, /name the new version by --packages <folder>, or by a version of your registry/);
      });
  });

  it("restores every file when npm can't install", async () => {
    const before = await snapshot();
    // `npm ci` runs install scripts, and the first call does not.
    const manifest = await manifestIn();
    await writeFile(
      at("package.json"),
      `${JSON.stringify({ ...manifest, scripts: { preinstall: "exit 7" } }, undefined, 2)}\n`,
    );
    await git("commit", "--quiet", "--all", "--message", "Fails");
    const failing = { ...before, "package.json": (await snapshot())["package.json"] };
    const { exitCode, stderr } = await upgrade([...packages, "--yes"]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^mssp: `npm ci` failed: .*Nothing was changed\. Run `npm ci` to install the former version again\.$/m,
    );
    assert.deepEqual(await snapshot(), failing);
  });

  for (const [name, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    it(`restores every file after ${name} while npm installs`, async () => {
      const manifest = await manifestIn();
      const scripts = { preinstall: "touch started && exec sleep 30" };
      await writeFile(at("package.json"), `${JSON.stringify({ ...manifest, scripts }, undefined, 2)}\n`);
      await git("commit", "--quiet", "--all", "--message", "Waits");
      const before = await snapshot();
      const session = new TestSession({ folder, environment: offline() });
      const ended = run(["upgrade", ...packages, "--yes"], session);
      while (!(await readdir(folder)).includes("started")) await sleep(50);
      assert.notDeepEqual(await snapshot(), before);
      session.signals.emit(name, name);
      await ended;
      assert.equal(session.exitCode, code);
      assert.match(session.err.text, /mssp: Interrupted\. Nothing was changed\. Run `npm ci`/);
      assert.deepEqual(await snapshot(), before);
      assert.ok((await readdir(folder)).every((each) => !each.startsWith(".upgrade-")));
    });

  describe("from a registry of one's own", () => {
    let close: () => void;
    let url: string;
    before(async () => {
      const server = createServer((request, response) => {
        void answer(decodeURIComponent(request.url ?? ""), `http://${request.headers.host}`).then((body) =>
          body === undefined ? response.writeHead(404).end("{}") : response.end(body),
        );
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      close = () => server.close();
    });
    after(() => close());

    async function answer(address: string, origin: string): Promise<Buffer | string | undefined> {
      const file = [installed, next]
        .flatMap((version) => publishedPackages.map((name) => [version, tarball(name, version)] as const))
        .find(([, base]) => address === `/-/${base}`);
      if (file !== undefined) return readFile(path.join(root, file[0] === next ? "next" : "installed", file[1]));
      const name = publishedPackages.find((each) => address === `/${each}`);
      if (name === undefined) return undefined;
      const versions = [installed, next].map((version) => {
        const dist = { tarball: `${origin}/-/${tarball(name, version)}` };
        return [version, { name, version, dist }] as const;
      });
      return JSON.stringify({ name, "dist-tags": { latest: next }, versions: Object.fromEntries(versions) });
    }

    beforeEach(async () => {
      const manifest = await manifestIn();
      const dependencies = { "@defender-mssp/engine": installed, "defender-mssp": installed };
      const devDependencies = { "@defender-mssp/sandbox": installed };
      await writeFile(at("package.json"), JSON.stringify({ ...manifest, dependencies, devDependencies }, undefined, 2));
      await rm(at("vendor"), { recursive: true });
      await mkdir(at("vendor"));
      await execa("npm", ["install", "--package-lock-only"], { cwd: folder, env: registry() });
      await git("add", "--all");
      await git("commit", "--quiet", "--message", "Registry");
    });
    const registry = () => ({ npm_config_registry: url, npm_config_cache: path.join(root, "cache") });

    it("writes the exact version of each package that package.json names", async () => {
      const { exitCode, stdout, stderr } = await upgrade([next, "--yes"], { environment: registry() });
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /A third name\./);
      const { dependencies, devDependencies } = await manifestIn();
      assert.deepEqual(dependencies, { "@defender-mssp/engine": next, "defender-mssp": next });
      assert.deepEqual(devDependencies, { "@defender-mssp/sandbox": next });
      assert.match(stdout, new RegExp(`^preview of ${next}: fleet preview$`, "m"));
      assert.doesNotMatch(stderr, /vendor/);
    });

    it("refuses a version that the registry does not have, and an older one", async () => {
      const before = await snapshot();
      // As `npm run -s` hands it on.
      const environment = { ...registry(), npm_config_loglevel: "silent" };
      const missing = await upgrade(["98.7.7", "--yes"], { environment });
      assert.equal(missing.exitCode, 1);
      assert.match(missing.stderr, /^mssp: `npm pack` failed: .*98\.7\.7.* Nothing was changed\.$/);
      const older = await upgrade(["0.0.1", "--yes"], { environment: registry() });
      assert.match(older.stderr, /0\.0\.1 is older than/);
      const range = await upgrade(["^98.0.0", "--yes"], { environment: registry() });
      assert.match(range.stderr, /"\^98\.0\.0" is no version such as 0\.2\.0\. Nothing was changed\./);
      assert.deepEqual(await snapshot(), before);
    });
  });
});
