/** What people get wrong at the `mssp` command and in the sandbox's folder: one clear error, and nothing lost. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { checkout, mssp, type Ended } from "./mssp";

const isRoot = process.getuid?.() === 0;

/** What `mssp --help` loads of the packages: each module takes a hundredth of the start. */
const helpModules = [
  ...["runProgram", "exitCodes", "processSession", "standardOutput", "usage"].map((name) => `terminal/dist/${name}.js`),
  "siem/dist/processClock.js",
  ...["lazyProgram", "help", "wrap"].map((name) => `terminal/dist/${name}.js`),
  "siem/dist/descriptions.js",
];

const helpSources = [
  ...["main", "run", "program", "views", "base/ownPackage"].map((name) => `cli/${name}.ts`),
  ...helpModules.map((file) => `packages/${file.replace("dist", "src").replace(".js", ".ts")}`),
];

describe("mssp", function () {
  it("--help loads no package and no module that only a command needs", async () => {
    const folder = newFolder();
    const file = path.join(folder, "loaded.js");
    const print = "process.stderr.write(Object.keys(require.cache).join('\\n'))";
    await writeFile(file, `process.on("exit", () => ${print});`);
    const { exitCode, stderr } = await mssp(["--help"], { environment: { NODE_OPTIONS: `--require ${file}` } });
    assert.equal(exitCode, 0);
    const loaded = stderr.split("\n");
    assertNone(loaded, (name) => /[\\/]command\.js$/.test(name) && !name.includes("node_modules"));
    const packages = loaded.filter(
      (name) => /[\\/](node_modules|packages)[\\/]/.test(name) && !/[\\/](commander|typescript)[\\/]/.test(name),
    );
    assertEach(packages, (name) => name.split(/[\\/]/).slice(-3).join("/"), helpModules);
  });

  it("in a checkout: compiles what has changed before it starts, for the help only what the help runs", async () => {
    const folder = newFolder();
    const place = (file: string) => path.join(folder, file);

    const main = (text: string) => `process.stdout.write(${JSON.stringify(text)});\n`;
    const files = {
      "tsconfig.build.json": JSON.stringify({
        compilerOptions: { rootDir: ".", outDir: "dist" },
        include: ["cli", "packages"],
      }),
      "packages/one/src/deep/one.ts": "",
      ...Object.fromEntries(helpSources.map((file) => [file, ""])),
      "cli/main.ts": main("first"),
    };
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(place(file)), { recursive: true });
      await writeFile(place(file), text);
    }
    for (const file of ["cli/mssp.js", "program/nodeVersion.js", "dev/build/build.js", "tsconfig.base.json"]) {
      await mkdir(path.dirname(place(file)), { recursive: true });
      await copyFile(path.join(checkout, file), place(file));
    }
    await symlink(path.join(checkout, "node_modules"), place("node_modules"), "dir");
    const run = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [place("cli/mssp.js"), ...args], {
        reject: false,
      });
      return { exitCode, stdout, stderr };
    };
    const fresh = (stdout: string) => ({ exitCode: 0, stdout, stderr: "" });
    const compiled = (stdout: string) => ({ exitCode: 0, stdout, stderr: "Compiling…" });
    assert.deepEqual(await run(), compiled("first"));
    assert.deepEqual(await run(), fresh("first"));
    await writeFile(place("packages/one/src/deep/one.ts"), "export {};");
    assert.deepEqual(await run("--help"), fresh("first"), "the help runs nothing of it");
    assert.deepEqual(await run(), compiled("first"));
    for (const file of helpSources) {
      await writeFile(place(file), `${main(file)}\n`);
      assert.equal((await run("--help")).stderr, "Compiling…", `${file}, which the help runs, was changed`);
    }
    await writeFile(place("cli/main.ts"), "const = 1;");
    const { exitCode, stdout, stderr } = await run();
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, /^Compiling…\n.*\[ERROR\] .*\n\n {4}cli\/main\.ts:1:6:\n/);
    assert.match(stderr, /\nmssp: the sources were not compiled; the reason is above\.$/);
    await writeFile(place("cli/main.ts"), main("second"));
    assert.deepEqual(await run(), compiled("second"));
  });

  describe("with a sandbox that can't be used", () => {
    let folder: string;
    let home: string;

    beforeEach(() => {
      folder = newFolder();
      home = path.join(folder, "home");
    });

    const sandboxRun = (...flags: string[]) =>
      mssp(["sandbox", "run", "--home", home, ...flags, "--", "touch", path.join(folder, "touched")], { folder });

    /** One line on stderr and no more; the command was never run. */
    async function assertOneError({ exitCode, stdout, stderr }: Ended, pattern: RegExp): Promise<void> {
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      // Whoever changes a source while this runs has it compiled.
      const said = stderr.replace(/^Compiling…\n/, "");
      assert.match(said, /^mssp: [^\n]+$/);
      assert.match(said, pattern);
      assert.ok(!(await readdir(folder)).includes("touched"), "the command was run");
    }

    it("a port in use is reported; the next start on the free port succeeds", async () => {
      const other = http.createServer().listen(0, "127.0.0.1");
      await once(other, "listening");
      const port = String((other.address() as AddressInfo).port);
      await assertOneError(await sandboxRun("--port", port), new RegExp(`Port ${port} .* in use.*--port`));
      other.close();
      await once(other, "close");
      assert.equal((await sandboxRun("--port", port)).exitCode, 0);
    });

    it("a corrupt tenant file is named and no file is changed", async () => {
      assert.equal((await sandboxRun()).exitCode, 0);
      await rm(path.join(folder, "touched"));
      const cloud = path.join(home, "cloud");
      const [tenant = ""] = await readdir(cloud);
      const file = path.join(cloud, tenant);
      const good = await readFile(file, "utf8");
      await writeFile(file, good.slice(0, -20));
      const before = await contents(home);
      for (const ended of [
        await sandboxRun(),
        await mssp(["sandbox", "dump", "--home", home], { folder }),
        await mssp(["start", "--home", home]),
      ]) {
        await assertOneError(withoutSteps(ended), new RegExp(`${tenant} is damaged: .*mssp sandbox reset`));
      }
      assert.deepEqual(await contents(home), before);
      await writeFile(file, good);
      assert.equal((await sandboxRun()).exitCode, 0);
    });

    it("a folder without write permission is named and not changed", async () => {
      await mkdir(home);
      await chmod(home, 0o555);
      // Root may write to any folder, but not to the kernel's own.
      const place = isRoot ? "/sys/defender-mssp" : home;
      const command = ["--", "touch", path.join(folder, "touched")];
      await assertOneError(
        await mssp(["sandbox", "run", "--home", place, ...command], { folder }),
        new RegExp(`can't use ${place}.*: (permission denied|not permitted|the file system is read-only)\\..*--home`),
      );
      assert.deepEqual(await readdir(home), []);
      await chmod(home, 0o755);
      assert.equal((await sandboxRun()).exitCode, 0);
    });
  });
});

describe("an installation that does not fit", () => {
  let folder: string;
  beforeEach(() => (folder = newFolder()));

  for (const [file, exitCode] of [
    ["cli/mssp.js", 1],
    ["launcher.js", 1],
  ] as const) {
    it(`a Node.js that is too old: ${file} says which one is needed`, async () => {
      const old = path.join(folder, "old.js");
      await writeFile(old, 'Object.defineProperty(process.versions, "node", { value: "20.18.3" });\n');
      const ended = await execa(process.execPath, ["--require", old, path.join(checkout, file)], { reject: false });
      assert.equal(ended.exitCode, exitCode);
      assert.match(
        ended.stderr,
        /^(mssp: )?Node\.js 20\.18\.3 is too old: defender-mssp needs 20\.19 or later\. Nothing was done\./,
      );
      assert.equal(ended.stderr.trim().split("\n").length, 1);
    });
  }
});

/** `mssp start` says on the way what it does. */
function withoutSteps({ exitCode, stdout, stderr }: Ended): Ended {
  const said = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("▸ "));
  return { exitCode, stdout, stderr: said.join("\n") };
}

/** SHA-256 of every file below a sandbox's home, except the note of who had the home last. */
async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.startsWith("owner.")) continue;
    const file = path.join(folder, name);
    if ((await stat(file)).isFile())
      found[name] = createHash("sha256")
        .update(await readFile(file))
        .digest("hex");
  }
  return found;
}
